import type { SpanRecord } from '../span/record.ts';
import { mergeTraces, type TraceRecord } from '../span/trace-record.ts';
import type { TraceExporter } from './exporter.ts';

/**
 * Keeps every trace in an array, for tests (L11). Synchronous: when a root call has returned, or its promise has
 * resolved, its trace is there. Unbounded: call `clear` between tests; for a running service use `TraceStore`.
 *
 * @example
 * ```ts
 * import { createTracer, InMemoryTraceExporter } from 'clew';
 * const exporter = new InMemoryTraceExporter();
 * const tracer = createTracer({ exporter });
 * await tracer.trace('run', async () => 'done');
 * console.log(exporter.traces[0]?.output); // 'done'
 * ```
 */
export class InMemoryTraceExporter implements TraceExporter {
  readonly amendsInPlace = true;
  readonly #traces: TraceRecord[] = [];
  readonly #spans: SpanRecord[] = [];
  readonly #places = new Map<string, number>();

  /** Oldest first. A span that ends after its trace appears in it, in a new record at the same place. */
  get traces(): readonly TraceRecord[] {
    return this.#traces;
  }

  /** Every span in the order in which they ended (L73). */
  get spans(): readonly SpanRecord[] {
    return this.#spans;
  }

  export(trace: TraceRecord): void {
    // The spans of a trace that only a tail rule kept were not streamed.
    if (trace.sampling.reason !== 'head') this.#spans.push(...trace.spans);
    const place = this.#places.get(trace.traceId);
    const earlier = place === undefined ? undefined : this.#traces[place];
    if (place === undefined || earlier === undefined) {
      this.#places.set(trace.traceId, this.#traces.push(trace) - 1);
    } else {
      this.#traces[place] = mergeTraces(earlier, trace);
    }
  }

  exportSpan(span: SpanRecord): void {
    this.#spans.push(span);
  }

  /** Forgets everything. */
  clear(): void {
    this.#traces.length = 0;
    this.#spans.length = 0;
    this.#places.clear();
  }
}
