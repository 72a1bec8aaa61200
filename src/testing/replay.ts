import type { TracedCall } from '../call/definition.ts';
import { InMemoryTraceExporter } from '../exporters/memory.ts';
import { createTracer } from '../init.ts';
import { readTrace } from '../span/reader.ts';
import type { SpanRecord } from '../span/record.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import { withTracer } from '../tracer/active.ts';
import type { Tracer } from '../tracer/tracer.ts';
import { isTool } from '../span/tool-use.ts';
import { RecordedTraces } from './recorded-traces.ts';

/** A call for which the recording has no answer, or not a whole one. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

/**
 * Runs an agent with its generations and tools answered from a recording: no model is asked, no tool does anything. All
 * else runs. A call is answered by the recorded one of its name with the same input, else by the next one of its name
 * that has not answered yet; one that failed fails again, with its message.
 *
 * What a wrapped function gives back has the form it had: a promise from an async function, parts from a generator. A
 * stream of text comes in one part, a list of parts in as many.
 *
 * @param recording - A trace, or a line of NDJSON.
 * @param run - The agent. What it calls outside of wrapped functions is not replayed.
 * @returns What `run` gives, and the traces of this run. Rejects with `ReplayError` where a call is not recorded, unless the
 *   agent catches it.
 * @example
 * ```ts
 * import { traced } from 'clew';
 * import { replay, withTraces } from 'clew/testing';
 * const ask = traced({ name: 'ask', type: 'generation' }, async (question: string) => `asked ${question}`);
 * let recording = '';
 * await withTraces(async (traces) => {
 *   await ask('Where?');
 *   recording = traces.only.text();
 * })();
 * const { result } = await replay(recording, () => ask('Where?'));
 * console.log(result); // asked Where?
 * ```
 */
export async function replay<Result>(
  recording: TraceRecord | string,
  run: () => Result,
): Promise<{ readonly result: Awaited<Result>; readonly traces: RecordedTraces }> {
  const trace = typeof recording === 'string' ? readTrace(recording) : recording;
  if (trace === undefined) throw new ReplayError('the recording is no trace: a line of NDJSON was expected');
  const answers = new RecordedAnswers(trace);
  const memory = new InMemoryTraceExporter();
  const tracer = createTracer({ exporter: memory });
  answerCalls(tracer, answers);
  try {
    const result = await withTracer(tracer, run);
    return { result, traces: new RecordedTraces(() => memory.traces) };
  } finally {
    await tracer.shutdown();
  }
}

/** The tracer is this run's own: what a wrapper asks it to invoke is changed, and recorded as ever. */
function answerCalls(tracer: Tracer, answers: RecordedAnswers): void {
  const call = tracer.call.bind(tracer);
  const replayed = (traced: TracedCall): unknown => {
    const { definition, args } = traced;
    const { name, type, kind } = definition.options;
    const isReplayed = type === 'generation' || kind === 'tool' || name.startsWith('tool:');
    if (!isReplayed) return call(traced);
    const answer = (): unknown => answers.take(name, tracer.capturer.text(definition.inputOf(args)));
    traced.invocation.replace(() => inForm(definition, answer));
    return call(traced);
  };
  Object.defineProperty(tracer, 'call', { value: replayed });
}

function inForm({ isGenerator, isAsync }: TracedCall['definition'], answer: () => unknown): unknown {
  if (isGenerator) return isAsync ? asyncPartsOf(answer) : partsOf(answer);
  return isAsync ? promiseOf(answer) : answer();
}

async function promiseOf(answer: () => unknown): Promise<unknown> {
  return answer();
}

function* partsOf(answer: () => unknown): Generator<unknown> {
  const output = answer();
  if (Array.isArray(output)) yield* output;
  else if (output !== null) yield output;
}

async function* asyncPartsOf(answer: () => unknown): AsyncGenerator<unknown> {
  yield* partsOf(answer);
}

/** What each recorded generation and tool answered, each once. */
class RecordedAnswers {
  readonly #trace: TraceRecord;
  readonly #left: SpanRecord[];

  constructor(trace: TraceRecord) {
    this.#trace = trace;
    this.#left = trace.spans.filter((span) => span.type === 'generation' || isTool(span));
  }

  take(name: string, inputText: string | null): unknown {
    const named = this.#left.filter((span) => span.name === name);
    const span = named.find((each) => each.inputText === inputText) ?? named[0];
    if (span === undefined) throw new ReplayError(this.#missing(name, inputText));
    this.#left.splice(this.#left.indexOf(span), 1);
    if (span.level === 'ERROR') throw Object.assign(new Error(span.error ?? 'failed'), errorName(span));
    if (span.outputText?.includes('"$clew":"truncated"') === true) {
      throw new ReplayError(`the recorded output of "${name}" was cut; record with higher limits.valueBytes`);
    }
    return copyOf(span.outputText);
  }

  #missing(name: string, inputText: string | null): string {
    const left = this.#left.map((span) => `  ${span.name}  ${span.inputText ?? ''}`.slice(0, 200));
    const rest = left.length === 0 ? 'nothing is left of it' : `left of it:\n${left.join('\n')}`;
    return `nothing is recorded for "${name}" with the input ${inputText ?? 'null'}; ${rest}\n\n${this.#trace.asTree()}`;
  }
}

function errorName({ exception }: SpanRecord): { readonly name: string } | undefined {
  return exception === null ? undefined : { name: exception.type };
}

/** Free to change, as what a tool gives is. */
function copyOf(outputText: string | null): unknown {
  const value: unknown = outputText === null ? undefined : JSON.parse(outputText);
  return value;
}
