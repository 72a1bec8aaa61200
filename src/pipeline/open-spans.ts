import type { SpanRecord } from '../span/record.ts';

const mostSpans = 1_000;

/**
 * The latest records of spans whose trace is still open, on their way to whoever watches it run. They are sent once
 * more with their trace: what goes here is no loss, and nothing of it is counted.
 */
export class OpenSpans {
  readonly #spans = new Map<string, SpanRecord>();

  get size(): number {
    return this.#spans.size;
  }

  put(span: SpanRecord): void {
    this.#spans.delete(span.spanId);
    this.#spans.set(span.spanId, span);
    if (this.#spans.size <= mostSpans) return;
    for (const oldest of this.#spans.keys()) {
      this.#spans.delete(oldest);
      break;
    }
  }

  /** Their trace has them now. */
  forget(spans: readonly SpanRecord[]): void {
    if (this.#spans.size === 0) return;
    for (const { spanId } of spans) this.#spans.delete(spanId);
  }

  takeAll(): readonly SpanRecord[] {
    if (this.#spans.size === 0) return [];
    const spans = [...this.#spans.values()];
    this.#spans.clear();
    return spans;
  }
}
