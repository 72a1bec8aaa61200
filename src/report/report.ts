import type { TraceRecord } from '../span/trace-record.ts';
import { consumptionOf, monthsOf } from './consumption.ts';
import { errorsOf } from './errors.ts';
import type { ReportData, WrongAnswer } from './report-data.ts';
import { retriesOf } from './retries.ts';
import { tracesIn } from './source.ts';
import { stepsOf } from './steps.ts';
import { reportText, type ReportPaint } from './text.ts';
import { isWrong, TraceFacts, weightOf } from './trace-facts.ts';
import { percentilesOf, sumOf } from './weighted.ts';

export class Report {
  readonly data: ReportData;

  constructor(data: ReportData) {
    this.data = data;
  }

  /** Aligned, with a small bar for each step; coloured with a `paint`. */
  text(paint?: ReportPaint): string {
    return reportText(this.data, paint);
  }

  toJSON(): ReportData {
    return this.data;
  }
}

/**
 * Answers the production checklist from traces: how long, how many tokens and dollars, which step is slowest, how often it
 * fails and with what, whether retries help, what a month costs, and which answers were wrong.
 *
 * @param source - Traces, or the path of an NDJSON file or of a database of local mode.
 * @returns Rejects with what the file system says when there is no such file. Lines that are no traces are left out.
 * @example
 * ```ts
 * import { createTracer, InMemoryTraceExporter } from 'clew';
 * import { report } from 'clew/store';
 * const exporter = new InMemoryTraceExporter();
 * createTracer({ exporter }).trace('handle-ticket', () => 'done');
 * console.log((await report(exporter.traces)).text());
 * ```
 */
export async function report(source: string | Iterable<TraceRecord> | AsyncIterable<TraceRecord>): Promise<Report> {
  const facts = new TraceFacts();
  for await (const trace of typeof source === 'string' ? tracesIn(source) : source) facts.add(trace);
  return new Report(dataOf(facts.traces));
}

function dataOf(traces: readonly TraceRecord[]): ReportData {
  const times = traces.map(({ startTime }) => startTime).toSorted();
  const whole = traces.filter(({ durationMs, outcome }) => durationMs !== null && outcome !== 'no_end');
  return {
    traces: traces.length,
    requests: sumOf(traces.map(weightOf)),
    from: times[0] ?? null,
    to: times.at(-1) ?? null,
    latency: percentilesOf(whole.map((trace) => ({ value: trace.durationMs ?? 0, weight: weightOf(trace) }))),
    steps: stepsOf(traces),
    consumption: consumptionOf(traces),
    errors: errorsOf(traces),
    retries: retriesOf(traces),
    months: monthsOf(traces),
    evaluated: traces.filter(({ evaluations }) => evaluations.length > 0).length,
    wrong: traces.flatMap(wrongIn),
  };
}

function wrongIn(trace: TraceRecord): readonly WrongAnswer[] {
  const found = trace.evaluations.find(isWrong);
  if (found === undefined) return [];
  const { traceId, name, startTime, input } = trace;
  return [
    {
      traceId,
      name,
      startTime,
      evaluation: found.name,
      comment: found.comment,
      input: typeof input === 'string' ? input : null,
    },
  ];
}
