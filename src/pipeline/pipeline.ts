import type { Clock } from '../base/clock.ts';
import { beforeDeadline } from '../base/deadline.ts';
import { createDeferred } from '../base/deferred.ts';
import { rememberContext } from '../base/outside.ts';
import type { Report } from '../base/report.ts';
import { startIdleTimer, stopTimer } from '../base/timers.ts';
import type { Delivery, TraceHead } from '../span/head.ts';
import type { EndResult } from '../span/host.ts';
import { SpanRecord } from '../span/record.ts';
import type { Span } from '../span/span.ts';
import { TraceRecord } from '../span/trace-record.ts';
import { buildTrace, TraceCollection } from './collection.ts';
import type { Lanes } from './lanes.ts';
import type { RecordMasker } from './record-masker.ts';
import type { Sampling } from './sampling.ts';

/** How much may wait. */
export interface PipelineLimits {
  /** Records of one trace; above it the oldest go. */
  readonly traceSpans: number;
  /** Traces that are open at once; above it the oldest are closed as `no_end`. */
  readonly openTraces: number;
  /** Characters of text in open traces. */
  readonly openLength: number;
  /** Milliseconds after which an open trace in which nothing ends is closed as `no_end`. */
  readonly idleMs: number;
  /** Milliseconds that exporters wait for spans which are open when their root ends. */
  readonly lateSpanMs: number;
}

export interface PipelineParts {
  readonly clock: Clock;
  readonly report: Report;
  readonly sampling: Sampling;
  readonly lanes: Lanes;
  readonly masker: RecordMasker | undefined;
  readonly limits: PipelineLimits;
}

/** What a tracer did so far. */
export interface PipelineStats {
  readonly startedSpans: number;
  readonly endedSpans: number;
  /** Records that went because one trace had too many. */
  readonly droppedSpans: number;
  readonly openTraces: number;
  /** Traces that no rule kept. */
  readonly sampledOutTraces: number;
}

const sweepMs = 60_000;
/** The end of a trace answers within 5 s; the rest of them is for the exporters. */
const longestEndWaitMs = 4_500;

/** Collects spans under their traces, decides about each trace at its root's end, and hands it to the exporters. */
export class Pipeline {
  readonly #parts: PipelineParts;
  /** In the order they were begun. Not by trace id: two requests may go on with one remote trace at the same time. */
  readonly #open = new Set<TraceCollection>();
  /** Our timers run in the context of the tracer's maker, never in a request's. */
  readonly #outside = rememberContext();
  #started = 0;
  #ended = 0;
  #dropped = 0;
  #sampledOut = 0;
  #length = 0;
  #lastSweep = 0;
  #isClosing = false;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  started(span: Span, head: TraceHead): void {
    this.#started += 1;
    const collection = this.#collectionOf(head);
    collection.start(span);
    if (head.isSampled && this.#parts.lanes.streamsStarts) this.#parts.lanes.exportStart(this.#mask(span.toRecord()));
  }

  ended(record: SpanRecord, head: TraceHead): void {
    this.#ended += 1;
    const masked = this.#mask(record);
    const collection = this.#collectionOf(head);
    const before = collection.length;
    this.#noteDropped(collection.end(masked), head);
    this.#length += collection.length - before;
    if (head.isSampled && this.#parts.lanes.streamsSpans) this.#parts.lanes.exportSpan(masked);
    if (record.spanId === head.rootId) this.#endRoot(masked, collection);
    else if (head.root !== undefined) this.#endLate(masked, collection);
    this.#closeExcess();
  }

  /** A trace that goes on, with what is new since the last time; for the exporters that take such traces. */
  showOpen(head: TraceHead): void {
    const { lanes, masker } = this.#parts;
    const root = this.rootOf(head);
    if (!head.isSampled || head.root !== undefined || root === undefined || !lanes.takesOpenTraces) return;
    // What is shown must not say more than the finished record will.
    const shown = masker === undefined ? head : { ...head };
    masker?.maskHead(shown);
    const wasShown = head.rev > 0;
    head.rev += 1;
    const changes = { amends: wasShown, rev: head.rev };
    lanes.exportOpen(this.#collectionOf(head).buildOpen(shown, this.#mask(root.toRecord()), changes));
  }

  /** More is known of a span that had ended. Where its trace was exported by then, the new record amends it. */
  revised(record: SpanRecord, head: TraceHead): void {
    const masked = this.#mask(record);
    const { collection } = head;
    if (collection instanceof TraceCollection) {
      const before = collection.length;
      if (collection.replace(masked) && head.isSampled && this.#parts.lanes.streamsSpans) {
        this.#parts.lanes.exportSpan(masked);
      }
      this.#length += collection.length - before;
    }
    if (isExported(head)) this.#amend(head, [masked]);
  }

  /** Something was told of a trace whose root had ended: a record without spans says it to whoever has the trace. */
  amended(head: TraceHead): void {
    if (!isExported(head)) return;
    this.#parts.masker?.maskHead(head);
    this.#amend(head, []);
  }

  #amend(head: TraceHead, records: readonly SpanRecord[]): void {
    head.rev += 1;
    const amendment = buildTrace(head, records, 0, { amends: true, rev: head.rev });
    const instant = this.#parts.lanes.exportNow(amendment);
    // What still waits for late spans goes out with it.
    const delivery = head.wasSent ? this.#parts.lanes.exportComplete(amendment) : undefined;
    head.delivery = delivery === undefined ? instant : joinDeliveries(instant, delivery);
  }

  spansOf(head: TraceHead): readonly (Span | SpanRecord)[] {
    return head.collection instanceof TraceCollection ? head.collection.spans : [];
  }

  /** The root of a trace while it is open. */
  rootOf(head: TraceHead): Span | undefined {
    return head.collection instanceof TraceCollection ? head.collection.openSpan(head.rootId) : undefined;
  }

  /** Sends what waits for late spans; closes nothing. */
  sendWaiting(): void {
    for (const collection of Array.from(this.#open)) if (collection.wait !== undefined) this.#send(collection);
  }

  /** Ends every open span with outcome `no_end`, children before parents. */
  closeAll(): void {
    for (const collection of Array.from(this.#open)) this.#close(collection);
    this.sendWaiting();
  }

  /** Records that wait for late spans. */
  waitingSpans(): number {
    let waiting = 0;
    for (const collection of this.#open) {
      if (collection.wait !== undefined) waiting += collection.spans.length - collection.openCount;
    }
    return waiting;
  }

  /** Resolves once every exporter has answered for the trace; late spans are waited for, but not for all of that time. */
  async delivered(head: TraceHead): Promise<EndResult> {
    await this.#lateSpansOf(head);
    this.#parts.lanes.hasten();
    const { delivery, traceId } = head;
    if (delivery === undefined) return { ok: true, traceId, exported: false };
    await delivery.settled;
    return delivery.error === null
      ? { ok: true, traceId, exported: true }
      : { ok: false, traceId, error: delivery.error };
  }

  stats(): PipelineStats {
    return {
      startedSpans: this.#started,
      endedSpans: this.#ended,
      droppedSpans: this.#dropped,
      openTraces: this.#open.size,
      sampledOutTraces: this.#sampledOut,
    };
  }

  async #lateSpansOf(head: TraceHead): Promise<void> {
    const { collection } = head;
    if (!(collection instanceof TraceCollection) || collection.wait === undefined) return;
    const { wait } = collection;
    const ended = await beforeDeadline(wait.over, longestEndWaitMs);
    if (!ended && collection.wait === wait) this.#send(collection);
  }

  #collectionOf(head: TraceHead): TraceCollection {
    if (head.collection instanceof TraceCollection) return head.collection;
    const now = this.#parts.clock.now();
    const collection = new TraceCollection(head, this.#parts.limits.traceSpans, now);
    head.collection = collection;
    this.#open.add(collection);
    this.#closeExcess();
    if (now - this.#lastSweep > sweepMs) this.#sweep(now);
    return collection;
  }

  #mask(record: SpanRecord): SpanRecord {
    return this.#parts.masker === undefined ? record : this.#parts.masker.maskSpan(record);
  }

  #endRoot(root: SpanRecord, collection: TraceCollection): void {
    const { head } = collection;
    head.root = {
      durationMs: root.durationMs,
      level: root.level,
      outcome: root.outcome,
      statusMessage: root.statusMessage,
    };
    this.#parts.masker?.maskHead(head);
    const trace = this.#decide(collection);
    if (trace === undefined) return this.#release(collection);
    head.delivery = this.#parts.lanes.exportNow(trace);
    if (collection.openCount > 0) this.#waitForLate(collection);
    else this.#sendComplete(collection, trace);
  }

  /** The trace's record, or undefined when no rule keeps it. */
  #decide(collection: TraceCollection): TraceRecord | undefined {
    const { head } = collection;
    const trace = collection.build({ amends: false, rev: head.rev + 1 });
    const sampling = this.#parts.sampling.decide(trace, head.isSampled);
    head.sampling = sampling;
    if (sampling === null) {
      this.#sampledOut += 1;
      return undefined;
    }
    head.rev += 1;
    const isAsBuilt = sampling.rate === trace.sampling.rate && sampling.reason === trace.sampling.reason;
    return isAsBuilt ? trace : new TraceRecord({ ...trace, sampling });
  }

  /** A span that ended after its root: a child that was open then, or work in the background. */
  #endLate(record: SpanRecord, collection: TraceCollection): void {
    const { head } = collection;
    if (head.sampling === null) return this.#release(collection);
    head.rev += 1;
    const amendment = buildTrace(head, [record], collection.dropped, { amends: true, rev: head.rev });
    const delivery = this.#parts.lanes.exportNow(amendment);
    head.delivery ??= delivery;
    if (collection.openCount === 0) this.#send(collection);
    else if (collection.wait === undefined) this.#waitForLate(collection);
  }

  #waitForLate(collection: TraceCollection): void {
    if (!this.#parts.lanes.hasPatient) return this.#release(collection);
    const { promise: over, resolve: end } = createDeferred<void>();
    const timer = this.#outside(() => startIdleTimer(() => this.#send(collection), this.#parts.limits.lateSpanMs));
    collection.wait = { timer, over, end };
  }

  /** What was collected goes to the exporters that wanted it complete. */
  #send(collection: TraceCollection): void {
    const { head } = collection;
    this.#sendComplete(collection, collection.build({ amends: head.wasSent, rev: head.rev }));
  }

  #sendComplete(collection: TraceCollection, trace: TraceRecord): void {
    const { head, wait } = collection;
    collection.wait = undefined;
    const instant = head.delivery;
    if (this.#parts.lanes.hasPatient && trace.spans.length > 0) {
      const delivery = this.#parts.lanes.exportComplete(trace);
      head.delivery = joinDeliveries(instant, delivery);
      head.wasSent = true;
    }
    this.#release(collection);
    if (wait !== undefined) {
      stopTimer(wait.timer);
      wait.end();
    }
  }

  /** Forgets the records; a trace without open spans is forgotten whole. */
  #release(collection: TraceCollection): void {
    this.#length -= collection.length;
    if (collection.openCount > 0) return collection.release();
    collection.head.collection = undefined;
    this.#open.delete(collection);
  }

  #close(collection: TraceCollection): void {
    for (const span of collection.spans.toReversed()) {
      if (!(span instanceof SpanRecord)) span.conclude({ outcome: 'no_end' });
    }
  }

  /** Closes the oldest traces until the open ones are within their bounds. */
  #closeExcess(): void {
    // Closing ends spans, and each end comes here: thousands of open spans would overflow the stack.
    if (this.#isClosing || !this.#isExcessive()) return;
    this.#isClosing = true;
    this.#parts.report.warn(
      'open-traces',
      'too many traces, or too much text, are open at once; the oldest were closed as no_end',
    );
    try {
      for (const oldest of this.#open) {
        this.#close(oldest);
        if (!this.#isExcessive()) break;
      }
    } finally {
      this.#isClosing = false;
    }
  }

  #isExcessive(): boolean {
    const { openTraces, openLength } = this.#parts.limits;
    return this.#open.size > openTraces || this.#length > openLength;
  }

  #sweep(now: number): void {
    this.#lastSweep = now;
    for (const collection of Array.from(this.#open)) {
      if (now - collection.lastActivity > this.#parts.limits.idleMs) this.#close(collection);
    }
  }

  #noteDropped(count: number, head: TraceHead): void {
    if (count === 0) return;
    this.#dropped += count;
    const { traceSpans } = this.#parts.limits;
    this.#parts.report.warn(
      'trace-spans',
      `the trace "${head.name}" has more than ${traceSpans} spans; the oldest are dropped`,
    );
  }
}

function isExported({ root, sampling }: TraceHead): boolean {
  return root !== undefined && sampling !== null && sampling !== undefined;
}

function joinDeliveries(first: Delivery | undefined, second: Delivery): Delivery {
  if (first === undefined || (first.settled === undefined && first.error === null)) return second;
  const joined: Delivery = { settled: undefined, error: null };
  const settle = (): void => {
    joined.error = first.error ?? second.error;
  };
  settle();
  joined.settled = Promise.all([first.settled, second.settled]).then(settle);
  return joined;
}
