import { currentSpan } from './active.ts';

/**
 * Puts `trace_id` and `span_id` on each line of a pino logger while a span is active; nothing otherwise.
 *
 * @example
 * ```ts
 * import { pinoMixin } from 'clew';
 * import { pino } from 'pino';
 * const log = pino({ mixin: pinoMixin });
 * ```
 */
export function pinoMixin(): { trace_id?: string; span_id?: string } {
  const span = currentSpan();
  return span === undefined || !span.isRecording ? {} : { trace_id: span.traceId, span_id: span.spanId };
}
