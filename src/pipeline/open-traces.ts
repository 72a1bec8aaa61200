import type { Clock } from '../base/clock.ts';
import type { Report } from '../base/report.ts';
import type { TraceHead } from '../span/head.ts';
import { SpanRecord } from '../span/record.ts';
import type { Span } from '../span/span.ts';
import { isUndecided, TraceCollection } from './collection.ts';

/** How much may wait. */
export interface OpenLimits {
  /** Records of one trace; above it the oldest go. */
  readonly traceSpans: number;
  /** Traces that are open at once; above it the oldest are closed as `no_end`. */
  readonly openTraces: number;
  /** Characters of text in open traces. */
  readonly openLength: number;
  /** Milliseconds after which an open trace in which nothing ends is closed as `no_end`. */
  readonly idleMs: number;
}

export interface OpenTracesParts {
  readonly clock: Clock;
  readonly report: Report;
  readonly limits: OpenLimits;
  /** What becomes of a trace that no rule has kept so far, and that waits without an open span. */
  readonly drop: (collection: TraceCollection) => void;
}

const sweepMs = 60_000;

/** The traces of which something is open or waits, within their bounds. */
export class OpenTraces {
  readonly #parts: OpenTracesParts;
  /** In the order they were begun. Not by trace id: two requests may go on with one remote trace at the same time. */
  readonly #open = new Set<TraceCollection>();
  #length = 0;
  #lastSweep = 0;
  #isClosing = false;
  #droppedSpans = 0;
  /** Of a tracer whose place another took. */
  #retirement: { readonly timer: NodeJS.Timeout; readonly onEmpty: () => void } | undefined;

  constructor(parts: OpenTracesParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Records that went because one trace had too many. */
  get droppedSpans(): number {
    return this.#droppedSpans;
  }

  /** All of them now: what is done to one may end another. */
  get all(): readonly TraceCollection[] {
    return Array.from(this.#open);
  }

  /** Where the trace's spans are collected; made if it is missing. */
  of(head: TraceHead): TraceCollection {
    if (head.collection instanceof TraceCollection) return head.collection;
    const now = this.#parts.clock.now();
    const collection = new TraceCollection(head, this.#parts.limits.traceSpans, now);
    head.collection = collection;
    this.#open.add(collection);
    this.keepBounds();
    if (now - this.#lastSweep > sweepMs) this.#sweep(now);
    return collection;
  }

  /** Puts the record in the place of its span. */
  end(collection: TraceCollection, record: SpanRecord): void {
    const before = collection.length;
    this.#noteDropped(collection.end(record), collection.head);
    this.#length += collection.length - before;
  }

  /** Puts a record in the place of another one of the same span; false where there is none. */
  replace(collection: TraceCollection, record: SpanRecord): boolean {
    const before = collection.length;
    const isReplaced = collection.replace(record);
    this.#length += collection.length - before;
    return isReplaced;
  }

  /** Forgets the records; a trace without open spans is forgotten whole. */
  release(collection: TraceCollection): void {
    this.#length -= collection.length;
    if (collection.openCount > 0) return collection.release();
    collection.head.collection = undefined;
    this.#open.delete(collection);
    if (this.#retirement === undefined || this.size > 0) return;
    const { timer, onEmpty } = this.#retirement;
    clearInterval(timer);
    onEmpty();
  }

  /** Nothing begins here any more: calls `onEmpty` once nothing is open. Until then a timer looks for idle traces. */
  retire(onEmpty: () => void): void {
    const timer = setInterval(() => this.#sweep(this.#parts.clock.now()), sweepMs);
    timer.unref?.();
    this.#retirement = { timer, onEmpty };
  }

  /** Forgets the records of a trace that may still be kept. */
  forget(collection: TraceCollection): void {
    this.#length -= collection.length;
    collection.forget();
  }

  /** Ends what is open of a trace as `no_end`, children before parents. */
  close(collection: TraceCollection): void {
    for (const span of collection.spans.toReversed()) {
      if (!(span instanceof SpanRecord)) span.conclude({ outcome: 'no_end' });
    }
  }

  /** Lets go of what may not be kept anyway, then closes the oldest traces, until they are within their bounds. */
  keepBounds(): void {
    // Closing ends spans, and each end comes here: thousands of open spans would overflow the stack.
    if (this.#isClosing || !this.#isExcessive()) return;
    this.#isClosing = true;
    try {
      this.#forgetUndecided();
      if (this.#isExcessive()) this.#closeOldest();
    } finally {
      this.#isClosing = false;
    }
  }

  /** Of the traces that no rule has kept so far, the oldest let go of their spans. */
  #forgetUndecided(): void {
    for (const collection of this.#open) {
      if (!isUndecided(collection.head) || (collection.openCount > 0 && collection.endedCount === 0)) continue;
      this.#parts.report.warn(
        'undecided-traces',
        'too many traces, or too much text, wait for what may still keep them; the oldest let go of their spans',
      );
      if (collection.openCount === 0) this.#parts.drop(collection);
      else this.forget(collection);
      if (!this.#isExcessive()) return;
    }
  }

  #closeOldest(): void {
    this.#parts.report.warn(
      'open-traces',
      'too many traces, or too much text, are open at once; the oldest were closed as no_end',
    );
    for (const oldest of this.#open) {
      this.close(oldest);
      if (!this.#isExcessive()) break;
    }
  }

  #isExcessive(): boolean {
    const { openTraces, openLength } = this.#parts.limits;
    return this.#open.size > openTraces || this.#length > openLength;
  }

  #sweep(now: number): void {
    this.#lastSweep = now;
    for (const collection of this.all) {
      if (now - collection.lastActivity > this.#parts.limits.idleMs) this.close(collection);
    }
  }

  #noteDropped(count: number, head: TraceHead): void {
    if (count === 0) return;
    this.#droppedSpans += count;
    const { traceSpans } = this.#parts.limits;
    this.#parts.report.warn(
      'trace-spans',
      `the trace "${head.name}" has more than ${traceSpans} spans; the oldest are dropped`,
    );
  }
}

/** True where the span, or one that it runs in, is open and began by then: a span that ended names no parent. */
export function isUnderWorkFrom(parent: Span, until: number): boolean {
  for (let span: Span | undefined = parent; span !== undefined; span = span.parent) {
    if (span.endedAt === null && span.startedAt <= until) return true;
  }
  return false;
}
