import type { SpanRecord } from '../span/record.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import type { LaneStats } from './account.ts';

/** One exporter and its account, whether it is handed each trace at once or has a queue. Nothing here throws or rejects. */
export interface Lane {
  /** True for an exporter that gets a trace at its root's end; others get it when it is complete. */
  readonly isInstant: boolean;
  readonly streamsStarts: boolean;
  readonly streamsSpans: boolean;
  /** Hands over a trace. Returns what to wait for, or undefined when the exporter has answered; `onFailure` hears why. */
  export(trace: TraceRecord, onFailure: (reason: string) => void): Promise<void> | undefined;
  exportStart(span: SpanRecord): void;
  exportSpan(span: SpanRecord): void;
  /** Somebody waits for what was handed over: it is sent now rather than with the next batch. */
  hasten(): void;
  /** Resolves when everything handed over was answered, or cannot be by then; may never resolve. */
  flush(timeoutMs: number): Promise<void>;
  flushSync(): void;
  shutdown(timeoutMs: number): Promise<void>;
  stats(): LaneStats;
}
