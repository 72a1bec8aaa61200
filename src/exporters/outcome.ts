import { countSpans, type TraceRecord } from '../span/trace-record.ts';
import type { ExportResult, ExportRetry } from './exporter.ts';

/** The reason of what was still waiting when nothing could be sent any more. */
export const processEnded = 'the process ended before it was sent';

/** What came of a batch so far: an `ExportResult` in the making. */
export class Outcome implements ExportResult {
  sent = 0;
  dropped = 0;
  readonly reasons: Record<string, number> = {};
  retry: { traces: TraceRecord[]; reason: string; afterMs?: number } | undefined;

  /** Nothing of these was sent. */
  static lost(traces: readonly TraceRecord[], reason: string): Outcome {
    const outcome = new Outcome();
    outcome.drop(countSpans(traces), reason);
    return outcome;
  }

  send(spans: number): void {
    this.sent += spans;
  }

  drop(spans: number, reason: string): void {
    this.dropped += spans;
    if (spans > 0) this.reasons[reason] = (this.reasons[reason] ?? 0) + spans;
  }

  /** These are to be tried again; the first reason stays. */
  keep(traces: readonly TraceRecord[], { reason, afterMs }: Omit<ExportRetry, 'traces'>): void {
    this.retry ??= { traces: [], reason, ...(afterMs === undefined ? {} : { afterMs }) };
    this.retry.traces.push(...traces);
  }
}
