import type { TraceRecord } from '../span/trace-record.ts';
import type { ExportResult } from './exporter.ts';
import { spansOf, type Piece } from './http-batch.ts';

/** What came of a batch so far. */
export class HttpOutcome implements ExportResult {
  sent = 0;
  dropped = 0;
  readonly reasons: Record<string, number> = {};
  retry: { traces: TraceRecord[]; reason: string; afterMs?: number } | undefined;

  take(pieces: readonly Piece[], dropped: Readonly<Record<string, number>>): void {
    let left = spansOf(pieces);
    for (const [reason, spans] of Object.entries(dropped)) {
      this.#lose(spans, reason);
      left -= spans;
    }
    this.sent += left;
  }

  drop(pieces: readonly Piece[], reason: string): void {
    this.#lose(spansOf(pieces), reason);
  }

  /** After one failure nothing of the batch is tried any more. */
  keep(pieces: readonly Piece[], { reason, afterMs }: { reason: string; afterMs?: number } = { reason: '' }): void {
    this.retry ??= { traces: [], reason, ...(afterMs === undefined ? {} : { afterMs }) };
    for (const { trace } of pieces) this.retry.traces.push(trace);
  }

  #lose(spans: number, reason: string): void {
    this.dropped += spans;
    if (spans > 0) this.reasons[reason] = (this.reasons[reason] ?? 0) + spans;
  }
}
