import type { Clock } from '../base/clock.ts';
import { beforeDeadline } from '../base/deadline.ts';
import { createDeferred } from '../base/deferred.ts';
import { rememberContext } from '../base/outside.ts';
import type { Report } from '../base/report.ts';
import { startIdleTimer, stopTimer } from '../base/timers.ts';
import type { Delivery, TraceHead } from '../span/head.ts';
import type { EndResult } from '../span/host.ts';
import type { SpanRecord } from '../span/record.ts';
import type { Span } from '../span/span.ts';
import type { SamplingDecision } from '../span/trace-fields.ts';
import { TraceRecord } from '../span/trace-record.ts';
import { buildTrace, isUndecided, isWhole, TraceCollection } from './collection.ts';
import type { Lanes } from './lanes.ts';
import { isUnderWorkFrom, OpenTraces, type OpenLimits } from './open-traces.ts';
import type { RecordMasker } from './record-masker.ts';
import type { Sampling } from './sampling.ts';

export interface PipelineLimits extends OpenLimits {
  /** Milliseconds for which a trace waits for spans which are open when its root ends. */
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

/** The end of a trace answers within 5 s; the rest of them is for the exporters. */
const longestEndWaitMs = 4_500;

/** Collects spans under their traces, decides about each trace at its root's end, and hands it to the exporters. */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #open: OpenTraces;
  /** Our timers run in the context of the tracer's maker, never in a request's. */
  readonly #outside = rememberContext();
  #started = 0;
  #ended = 0;
  #sampledOut = 0;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#open = new OpenTraces({ ...parts, drop: (collection) => this.#drop(collection) });
  }

  started(span: Span, head: TraceHead): void {
    this.#started += 1;
    const collection = this.#open.of(head);
    collection.start(span);
    if (head.isSampled && this.#parts.lanes.streamsStarts) this.#parts.lanes.exportStart(this.#mask(span.toRecord()));
  }

  ended(record: SpanRecord, head: TraceHead): void {
    this.#ended += 1;
    const masked = this.#mask(record);
    const collection = this.#open.of(head);
    collection.note(record);
    this.#open.end(collection, masked);
    if (head.isSampled && this.#parts.lanes.streamsSpans) this.#parts.lanes.exportSpan(masked);
    if (record.spanId === head.rootId) this.#endRoot(masked, collection);
    else if (head.root !== undefined) this.#endLate(masked, collection);
    this.#open.keepBounds();
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
    lanes.exportOpen(this.#open.of(head).buildOpen(shown, this.#mask(root.toRecord()), changes));
  }

  /** More is known of a span that had ended. Where its trace was exported by then, the new record amends it. */
  revised(record: SpanRecord, head: TraceHead): void {
    const masked = this.#mask(record);
    const { collection } = head;
    if (collection instanceof TraceCollection) {
      collection.note(record);
      if (this.#open.replace(collection, masked) && head.isSampled && this.#parts.lanes.streamsSpans) {
        this.#parts.lanes.exportSpan(masked);
      }
    }
    if (isExported(head)) this.#amend(head, [masked]);
  }

  /** Something was told of a trace whose root had ended: a record without spans says it to whoever has the trace. */
  amended(head: TraceHead): void {
    if (head.root === undefined) return;
    // A trace that still waits for a rule will be exported with it.
    this.#parts.masker?.maskHead(head);
    if (isExported(head)) this.#amend(head, []);
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

  get hasOpen(): boolean {
    return this.#open.size > 0;
  }

  /**
   * Nothing begins here any more: calls `onEmpty` once nothing is open. Until then idle traces are looked for by a timer,
   * since no new trace does it.
   */
  retire(onEmpty: () => void): void {
    if (!this.hasOpen) return onEmpty();
    this.#outside(() => this.#open.retire(onEmpty));
  }

  /** Sends what waits for late spans, unless no rule keeps it so far; closes nothing. */
  sendWaiting(): void {
    for (const collection of this.#open.all) {
      if (collection.wait !== undefined) this.#sendWhatIsKept(collection);
    }
  }

  /** Ends every open span with outcome `no_end`, children before parents, and decides about every trace. */
  closeAll(): void {
    for (const collection of this.#open.all) this.#open.close(collection);
    for (const collection of this.#open.all) {
      if (collection.wait !== undefined) this.#stopWaiting(collection);
    }
  }

  /**
   * Whether a span that begins now under `parent` belongs to its trace. After the root's end that is so while something
   * of the trace is open, and after `lateSpanMs` under work that began before.
   *
   * @param isMeant - True where the parent was named by hand: then it is so for all of `lateSpanMs`.
   */
  continues(head: TraceHead, parent: Span, isMeant: boolean): boolean {
    if (head.root === undefined) return true;
    const until = this.#lateUntil(head);
    const isOpen = head.collection instanceof TraceCollection && head.collection.openCount > 0;
    if ((isMeant || isOpen) && this.#parts.clock.now() <= until) return true;
    return isOpen && isUnderWorkFrom(parent, until);
  }

  /** True once no span can belong to a trace any more that ended then, in monotonic milliseconds. */
  isOver(endedAt: number): boolean {
    return this.#parts.clock.now() > endedAt + this.#parts.limits.lateSpanMs;
  }

  /** Resolves when it is known whether the trace is kept. */
  async decided(head: TraceHead): Promise<void> {
    if (head.collection instanceof TraceCollection && isUndecided(head)) await head.collection.wait?.over;
  }

  /** Records that wait for late spans. */
  waitingSpans(): number {
    let waiting = 0;
    for (const collection of this.#open.all) {
      if (collection.wait !== undefined && !isUndecided(collection.head)) waiting += collection.endedCount;
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
      droppedSpans: this.#open.droppedSpans,
      openTraces: this.#open.size,
      sampledOutTraces: this.#sampledOut,
    };
  }

  async #lateSpansOf(head: TraceHead): Promise<void> {
    const { collection } = head;
    if (!(collection instanceof TraceCollection) || collection.wait === undefined) return;
    const { wait } = collection;
    const ended = await beforeDeadline(wait.over, longestEndWaitMs);
    if (!ended && collection.wait === wait && !isUndecided(head)) this.#send(collection);
  }

  #mask(record: SpanRecord): SpanRecord {
    return this.#parts.masker === undefined ? record : this.#parts.masker.maskSpan(record);
  }

  #endRoot(root: SpanRecord, collection: TraceCollection): void {
    const { head } = collection;
    head.root = {
      at: this.#parts.clock.now(),
      durationMs: root.durationMs,
      level: root.level,
      outcome: root.outcome,
      statusMessage: root.statusMessage,
    };
    this.#parts.masker?.maskHead(head);
    this.#decide(collection);
  }

  /** A trace that no rule keeps so far waits while something of it may still come, and goes then. */
  #decide(collection: TraceCollection): void {
    if (this.#keepIfWanted(collection)) return;
    if (this.#parts.sampling.hasTailRule && !isWhole(collection)) this.#wait(collection);
    else this.#drop(collection);
  }

  /** Exports the trace if a rule keeps it; false if none does, so far. */
  #keepIfWanted(collection: TraceCollection): boolean {
    const { head } = collection;
    const changes = { amends: false, rev: head.rev + 1 };
    let built: TraceRecord | undefined;
    const record = (): TraceRecord => (built ??= collection.build(changes));
    const sampling = this.#parts.sampling.decide(collection.facts(record));
    if (sampling === null) return false;
    if (head.sampling === null) this.#sampledOut -= 1;
    head.sampling = sampling;
    head.rev = changes.rev;
    const trace = asDecided(record(), sampling);
    head.delivery = this.#parts.lanes.exportNow(trace);
    if (collection.openCount > 0) this.#waitForLate(collection);
    else this.#sendComplete(collection, trace);
    return true;
  }

  /** No rule keeps the trace. What is known of it without its spans stays: an error may still keep that. */
  #drop(collection: TraceCollection): void {
    const { head } = collection;
    if (head.sampling !== null) this.#sampledOut += 1;
    head.sampling = null;
    this.#open.forget(collection);
    this.#open.release(collection);
    endWait(collection);
  }

  /** A span that ended after its root: a child that was open then, or work in the background. */
  #endLate(record: SpanRecord, collection: TraceCollection): void {
    const { head } = collection;
    if (head.sampling === undefined) return this.#decideAgain(collection);
    if (head.sampling === null) return this.#reconsider(collection);
    this.#weighAgain(collection, head.sampling);
    head.rev += 1;
    const amendment = buildTrace(head, [record], collection.dropped, { amends: true, rev: head.rev });
    const delivery = this.#parts.lanes.exportNow(amendment);
    head.delivery ??= delivery;
    if (collection.openCount === 0) this.#send(collection);
    else if (collection.wait === undefined) this.#waitForLate(collection);
  }

  /** A sampler is asked when the trace is whole; the other rules keep it as soon as they can tell. */
  #decideAgain(collection: TraceCollection): void {
    if (isWhole(collection)) return this.#decide(collection);
    if (!this.#parts.sampling.asksSampler) this.#keepIfWanted(collection);
  }

  /** A span of a trace that was not kept: for as long as spans may be late, it keeps what comes from now on. */
  #reconsider(collection: TraceCollection): void {
    const isInTime = this.#parts.clock.now() <= this.#lateUntil(collection.head);
    if (!isInTime || !this.#keepIfWanted(collection)) this.#drop(collection);
  }

  /** What a rule would have kept in any case stands for itself alone, though the head kept it before the rule could. */
  #weighAgain(collection: TraceCollection, decision: SamplingDecision): void {
    if (decision.rate === 1) return;
    const record = (): TraceRecord => collection.build({ amends: true, rev: collection.head.rev });
    if (this.#parts.sampling.tailReason(collection.facts(record)) === undefined) return;
    collection.head.sampling = { ...decision, rate: 1 };
  }

  /** Monotonic milliseconds. */
  #lateUntil({ root }: TraceHead): number {
    return root === undefined ? Infinity : root.at + this.#parts.limits.lateSpanMs;
  }

  /** The trace is kept, and spans of it are open: exporters that want it complete wait for them. */
  #waitForLate(collection: TraceCollection): void {
    if (this.#parts.lanes.hasPatient) return this.#wait(collection);
    this.#open.release(collection);
    endWait(collection);
  }

  #wait(collection: TraceCollection): void {
    if (collection.wait !== undefined) return;
    const { lateSpanMs } = this.#parts.limits;
    const timer = this.#outside(() => startIdleTimer(() => this.#stopWaiting(collection), lateSpanMs));
    const { promise: over, resolve: end } = createDeferred<void>();
    collection.wait = { timer, over, end };
  }

  /** The time for late spans is over. */
  #stopWaiting(collection: TraceCollection): void {
    if (!this.#sendWhatIsKept(collection)) this.#drop(collection);
  }

  /** Sends what waits, if a rule keeps it as it is, with what its open spans have to tell; else false. */
  #sendWhatIsKept(collection: TraceCollection): boolean {
    if (collection.head.sampling === undefined) {
      collection.noteOpen(this.#parts.clock.now());
      if (!this.#keepIfWanted(collection)) return false;
    }
    // It may have been sent by that.
    if (collection.wait !== undefined) this.#send(collection);
    return true;
  }

  /** What was collected goes to the exporters that wanted it complete. */
  #send(collection: TraceCollection): void {
    const { head } = collection;
    this.#sendComplete(collection, collection.build({ amends: head.wasSent, rev: head.rev }));
  }

  #sendComplete(collection: TraceCollection, trace: TraceRecord): void {
    const { head } = collection;
    const instant = head.delivery;
    if (this.#parts.lanes.hasPatient && trace.spans.length > 0) {
      const delivery = this.#parts.lanes.exportComplete(trace);
      head.delivery = joinDeliveries(instant, delivery);
      head.wasSent = true;
    }
    this.#open.release(collection);
    endWait(collection);
  }
}

/** A sampler sees the record before it is known why the trace is kept. */
function asDecided(trace: TraceRecord, sampling: SamplingDecision): TraceRecord {
  const { rate, reason } = trace.sampling;
  return rate === sampling.rate && reason === sampling.reason ? trace : new TraceRecord({ ...trace, sampling });
}

function endWait(collection: TraceCollection): void {
  const { wait } = collection;
  if (wait === undefined) return;
  collection.wait = undefined;
  stopTimer(wait.timer);
  wait.end();
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
