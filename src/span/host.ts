import type { Clock } from '../base/clock.ts';
import type { Report } from '../base/report.ts';
import type { Capturer } from '../capture/capturer.ts';
import type { TraceHead } from './head.ts';
import type { SpanRecord } from './record.ts';
import type { SpanOptions } from './span-options.ts';
import type { SpanWriter } from './span-writer.ts';

/** How a trace's end went: whether its record is safe. */
export type EndResult =
  | { readonly ok: true; readonly traceId: string; readonly exported: boolean }
  | { readonly ok: false; readonly traceId: string; readonly error: string };

/** What is kept of calls. */
export interface CapturePolicy {
  readonly includeInputs: boolean;
  readonly includeOutputs: boolean;
  readonly recordExceptions: 'full' | 'type';
}

/**
 * What a live span asks of whoever made it. A tracer is one; a span that is built by hand has one that does nothing.
 * It is all that span/ knows of context and pipeline.
 */
export interface SpanHost<Handle> {
  readonly clock: Clock;
  readonly capturer: Capturer;
  readonly writer: SpanWriter;
  readonly report: Report;
  readonly policy: CapturePolicy;
  /** What stands in for a span that could not be begun; undefined for a host without one. */
  readonly lost: Handle | undefined;
  /** Runs `run` with the span as parent of what it calls. */
  run<Result>(span: Handle, run: () => Result): Result;
  /** As `run`; then follows what came back to its end, and ends the span with it. `body` is the caller's own function. */
  block<Result>(span: Handle, run: () => Result, body?: object): Result;
  /** Begins a trace of its own in place of the child of a span that has ended; undefined where it may be a child. */
  beginInstead(options: SpanOptions & { readonly name: string }, ended: Handle): Handle | undefined;
  started(span: Handle, head: TraceHead): void;
  ended(record: SpanRecord, head: TraceHead): void;
  /** Shows a trace that goes on to the exporters that take such traces. */
  showOpen(head: TraceHead): void;
  /** More is known of a span that had ended: the record takes the place of the one before it. */
  revised(record: SpanRecord, head: TraceHead): void;
  /** Something was told of a trace that had ended. */
  amended(head: TraceHead): void;
  /** The spans of a trace so far. */
  spansOf(head: TraceHead): readonly (Handle | SpanRecord)[];
  /** Resolves when the trace was exported, or could not be; never rejects, never later than 5 s. */
  delivered(head: TraceHead): Promise<EndResult>;
}
