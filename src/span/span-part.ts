import type { SpanFields } from './fields.ts';
import type { SpanRecord } from './record.ts';

/**
 * What knows more of a span than its calls tell: a turn or a stage of a call. Told of the span however it ends, by
 * hand, by a block or by the end of the process. Nothing of it may throw.
 */
export interface SpanPart {
  /** A part of what the call streams came, at a monotonic time. */
  observe(part: unknown, at: number): void;
  /** The span ends: what is written into its fields now is in the record. `output` is what the call gave. */
  conclude(fields: SpanFields, output: unknown): void;
  /** What was made of the span. */
  recorded(record: SpanRecord): void;
}
