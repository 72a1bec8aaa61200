import type { Timer } from '../base/timers.ts';
import type { TraceHead } from '../span/head.ts';
import { SpanRecord } from '../span/record.ts';
import type { Span } from '../span/span.ts';
import { markAggregates, summarise } from '../span/summary.ts';
import { sortByStart, TraceRecord } from '../span/trace-record.ts';
import type { SamplingDecision } from '../span/trace-fields.ts';
import { summariseCall } from '../span/voice-rollup.ts';
import { HeldSpans } from './held-spans.ts';
import type { TraceFacts } from './sampling.ts';

/** A trace waits for late spans, to be decided or to be sent whole: until when, and who waits for it. */
export interface LateWait {
  readonly timer: Timer;
  readonly over: Promise<void>;
  readonly end: () => void;
}

export interface TraceChanges {
  readonly amends: boolean;
  readonly rev: number;
}

const undecided: SamplingDecision = Object.freeze({ rate: 1, reason: 'head' });

/** The spans of one trace that were not exported yet, in the order in which they started: live ones and records. */
export class TraceCollection {
  readonly head: TraceHead;
  readonly #spans = new HeldSpans();
  readonly #mostSpans: number;
  #openCount = 0;
  #length = 0;
  #dropped = 0;
  /** What was not shown yet, where the trace is shown before its end. */
  #fresh: Set<string> | undefined;
  /** Milliseconds of the monotonic clock. */
  lastActivity: number;
  /** Set while the trace waits for spans that are late. */
  wait: LateWait | undefined;
  #hasError = false;
  #mostCostUsd = 0;
  #lastEnd = 0;

  constructor(head: TraceHead, mostSpans: number, now: number) {
    this.head = head;
    this.#mostSpans = mostSpans;
    this.lastActivity = now;
    this.#dropped = head.forgotten;
  }

  get openCount(): number {
    return this.#openCount;
  }

  /** Records held. */
  get endedCount(): number {
    return this.#spans.size - this.#openCount;
  }

  /** Characters of text held. */
  get length(): number {
    return this.#length;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Everything held, in the order of start. */
  get spans(): readonly (Span | SpanRecord)[] {
    return [...this.#spans];
  }

  openSpan(spanId: string): Span | undefined {
    const span = this.#spans.get(spanId);
    return span instanceof SpanRecord ? undefined : span;
  }

  start(span: Span): void {
    this.#spans.put(span);
    this.#openCount += 1;
  }

  /** Remembers what the sampling rules ask of each span. */
  note({ level, eventFields, costUsd, endedAt }: SpanRecord): void {
    if (level === 'ERROR' || (eventFields.length > 0 && hasErrorEvent(eventFields))) this.#hasError = true;
    if (costUsd !== null) this.#mostCostUsd += costUsd;
    if (endedAt !== null && endedAt > this.#lastEnd) this.#lastEnd = endedAt;
  }

  /** As `note`, of the spans that are still open at a monotonic time. */
  noteOpen(now: number): void {
    for (const span of this.#spans) {
      if (span instanceof SpanRecord) continue;
      this.note(span.toRecord());
      this.#lastEnd = now;
    }
  }

  /** What the sampling rules ask of the trace so far. */
  facts(record: () => TraceRecord): TraceFacts {
    const { isSampled, rate, startedAt } = this.head;
    const lastedMs = this.#lastEnd - startedAt;
    return { isSampled, rate, hasError: this.#hasError, mostCostUsd: this.#mostCostUsd, lastedMs, record };
  }

  /** Puts the record in the place of its span. Returns how many old ones had to go: 0 or 1. */
  end(record: SpanRecord): number {
    this.lastActivity = record.endedAt ?? this.lastActivity;
    if (this.#spans.put(record)) this.#openCount -= 1;
    this.#fresh?.add(record.spanId);
    this.#length += record.length;
    return this.endedCount > this.#mostSpans ? this.#dropOldest(record) : 0;
  }

  /** Puts a record in the place of another one of the same span; false where there is none. */
  replace(record: SpanRecord): boolean {
    const earlier = this.#spans.get(record.spanId);
    if (!(earlier instanceof SpanRecord)) return false;
    this.#spans.put(record);
    this.#fresh?.add(record.spanId);
    this.#length += record.length - earlier.length;
    return true;
  }

  /** What is held, as a record. */
  build(changes: TraceChanges): TraceRecord {
    return buildTrace(this.head, this.#records(), this.#dropped, changes);
  }

  /** A trace that goes on: what it comes to so far, its open root, and the spans that are new since the last time. */
  buildOpen(head: TraceHead, root: SpanRecord, changes: TraceChanges): TraceRecord {
    const whole = buildTrace(head, [root, ...this.#records()], this.#dropped, changes);
    const fresh = this.#fresh;
    this.#fresh = new Set();
    if (fresh === undefined) return whole;
    const spans = whole.spans.filter((span) => span.spanId === root.spanId || fresh.has(span.spanId));
    return new TraceRecord({ ...whole, spans: Object.freeze(spans) });
  }

  #records(): readonly SpanRecord[] {
    const records: SpanRecord[] = [];
    for (const span of this.#spans) if (span instanceof SpanRecord) records.push(span);
    return records;
  }

  /** Forgets the records and keeps the spans that are still open. */
  release(): void {
    for (const span of this.spans) if (span instanceof SpanRecord) this.#spans.delete(span.spanId);
    this.#length = 0;
  }

  /** As `release`, of a trace that may still be kept: it will say how many of its spans are missing. */
  forget(): void {
    this.#dropped += this.endedCount;
    this.head.forgotten = this.#dropped;
    this.release();
  }

  #dropOldest(newest: SpanRecord): number {
    for (const span of this.#spans) {
      if (!(span instanceof SpanRecord) || span === newest) continue;
      this.#spans.delete(span.spanId);
      this.#length -= span.length;
      this.#dropped += 1;
      return 1;
    }
    return 0;
  }
}

function hasErrorEvent(events: SpanRecord['eventFields']): boolean {
  return events.some(({ level }) => level === 'ERROR');
}

/** True where no rule has kept a trace whose root has ended, and something of it may still come. */
export function isUndecided({ root, sampling }: TraceHead): boolean {
  return root !== undefined && sampling === undefined;
}

/** True when no span of the trace is open, and no generator that was called in it waits for its reader. */
export function isWhole({ head, openCount }: TraceCollection): boolean {
  return openCount === 0 && head.expected === 0;
}

/** A trace's record, from who it is and the given spans. */
export function buildTrace(
  head: TraceHead,
  records: readonly SpanRecord[],
  droppedSpans: number,
  changes: TraceChanges,
): TraceRecord {
  const { voice, spans } = withCall(head, markAggregates(records));
  const root = rootIn(spans, head.rootId);
  const { errorCount, usage, costUsd, unpriced } = summarise(spans);
  return new TraceRecord({
    amends: changes.amends,
    rev: changes.rev,
    traceId: head.traceId,
    runId: head.runId,
    name: head.name,
    kind: voice === null ? 'text' : 'voice',
    service: head.service,
    sessionId: head.sessionId,
    sessionName: head.sessionName,
    userId: head.userId,
    tags: head.tags,
    metadataText: head.metadataText,
    links: head.links,
    evaluations: head.evaluations,
    anchor: head.anchor,
    startedAt: head.startedAt,
    durationMs: head.root?.durationMs ?? null,
    level: head.root?.level ?? 'DEFAULT',
    outcome: head.root?.outcome ?? 'running',
    statusMessage: head.root?.statusMessage ?? null,
    inputText: root?.inputText ?? null,
    outputText: root?.outputText ?? null,
    errorCount,
    usage,
    costUsd,
    unpriced,
    sampling: head.sampling ?? undecided,
    droppedSpans,
    voice,
    spans: Object.freeze(spans),
  });
}

/** It began first, so that it nearly always stands there. */
function rootIn(spans: readonly SpanRecord[], rootId: string): SpanRecord | undefined {
  const first = spans[0];
  return first?.spanId === rootId ? first : spans.find((span) => span.spanId === rootId);
}

function withCall(head: TraceHead, spans: readonly SpanRecord[]): Pick<TraceRecord, 'voice' | 'spans'> {
  if (head.voice === null) return { voice: null, spans };
  if (spans.length === 0 && head.rollup !== null) return { voice: { ...head.voice, rollup: head.rollup }, spans };
  // Stages are told after the fact: they stand where they were.
  const call = summariseCall(head.voice, sortByStart([...spans]));
  if (head.root !== undefined) head.rollup ??= call.voice.rollup;
  return call;
}
