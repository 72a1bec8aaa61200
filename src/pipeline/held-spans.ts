import type { SpanRecord } from '../span/record.ts';
import type { Span } from '../span/span.ts';

/** Most traces are smaller. A look through so few is faster than a Map, which hashes every id and grows three times. */
const mostInList = 16;

type Held = Span | SpanRecord;

/** Spans and records by their id, in the order in which they came. */
export class HeldSpans {
  #few: Held[] = [];
  #many: Map<string, Held> | undefined;

  get size(): number {
    return this.#many?.size ?? this.#few.length;
  }

  get(spanId: string): Held | undefined {
    if (this.#many !== undefined) return this.#many.get(spanId);
    const place = this.#placeOf(spanId);
    return place < 0 ? undefined : this.#few[place];
  }

  /** Keeps the place of one with the same id, and returns whether there was one. */
  put(span: Held): boolean {
    if (this.#many !== undefined) return putInto(this.#many, span);
    const place = this.#placeOf(span.spanId);
    if (place >= 0) this.#few[place] = span;
    else this.#add(span);
    return place >= 0;
  }

  delete(spanId: string): void {
    if (this.#many !== undefined) {
      this.#many.delete(spanId);
      return;
    }
    const place = this.#placeOf(spanId);
    if (place >= 0) this.#few.splice(place, 1);
  }

  [Symbol.iterator](): Iterator<Held> {
    return (this.#many ?? this.#few).values();
  }

  #add(span: Held): void {
    this.#few.push(span);
    if (this.#few.length <= mostInList) return;
    this.#many = new Map(this.#few.map((held) => [held.spanId, held]));
    this.#few = [];
  }

  /** From the end, since what began last ends first. */
  #placeOf(spanId: string): number {
    let place = this.#few.length - 1;
    while (place >= 0 && this.#few[place]?.spanId !== spanId) place -= 1;
    return place;
  }
}

function putInto(spans: Map<string, Held>, span: Held): boolean {
  const isKnown = spans.has(span.spanId);
  spans.set(span.spanId, span);
  return isKnown;
}
