import type { Clock } from '../base/clock.ts';
import { createDeferred } from '../base/deferred.ts';
import { messageOf } from '../base/message.ts';
import { rememberContext } from '../base/outside.ts';
import type { Report } from '../base/report.ts';
import { isCloudflareWorkers } from '../base/runtime.ts';
import { pause, startIdleTimer, stopTimer, type Timer } from '../base/timers.ts';
import type { ExportResult, TraceExporter } from '../exporters/exporter.ts';
import { Outcome, processEnded } from '../exporters/outcome.ts';
import type { SpanRecord } from '../span/record.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import { Account, type LaneStats } from './account.ts';
import { Backlog, spansIn, type BacklogLimits, type Waiting } from './backlog.ts';
import type { FencedExporter } from './fenced-exporter.ts';
import type { Lane } from './lane.ts';
import { OpenSpans } from './open-spans.ts';
import { backoffMs } from './backoff.ts';

/** An exporter that has what a queue needs. */
export type BatchExporter = TraceExporter & Required<Pick<TraceExporter, 'exportBatch'>>;

export function isBatchExporter(exporter: TraceExporter): exporter is BatchExporter {
  return typeof exporter.exportBatch === 'function';
}

export interface QueueSettings {
  readonly limits: BacklogLimits;
  /** Milliseconds between two batches where nothing is urgent. */
  readonly intervalMs: number;
  /** Spans at which a batch is sent before that. */
  readonly threshold: number;
}

const defaultBatchSize = 512;
/** A span that is over by then is sent once, and not as running before. */
const startDelayMs = 1_000;
/** A try that comes this soon is worth waiting for. */
const momentMs = 1_000;
/** A flush tries a backend that gives no time of its own this often. */
const flushTries = 3;

const full = 'the queue was full';
const unaccounted = 'not accounted for';

/**
 * A queue in front of one exporter: batches by time and size, one in flight. What the exporter wants to try again goes
 * back to the front, and is tried after a time that grows with each failure, so that a dead backend costs nothing.
 * Bounded: above the limits whole oldest traces go. Every span is sent, dropped or pending, and is counted once.
 */
export class QueueLane implements Lane {
  readonly isInstant = false;
  readonly streamsStarts: boolean;
  readonly streamsSpans: boolean;
  readonly #fenced: FencedExporter;
  readonly #exporter: BatchExporter;
  readonly #settings: QueueSettings;
  readonly #report: Report;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #account = new Account();
  readonly #backlog: Backlog;
  readonly #open = new OpenSpans();
  /** Our timers run in the context of the tracer's maker, never in a request's. */
  readonly #outside = rememberContext();
  #timer: Timer | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #sending: Promise<void> | undefined;
  #failures = 0;
  /** Before it, nothing is sent unless somebody flushes. */
  #restsUntil = 0;
  /** The same, where the exporter has named the time: then a flush waits too. */
  #closedUntil = 0;
  #isShutDown = false;

  constructor(
    fenced: FencedExporter,
    exporter: BatchExporter,
    settings: QueueSettings,
    report: Report,
    clock: Pick<Clock, 'now'>,
  ) {
    this.#fenced = fenced;
    this.#exporter = exporter;
    this.#settings = settings;
    this.#report = report;
    this.#clock = clock;
    this.#backlog = new Backlog(settings.limits);
    this.streamsStarts = exporter.batchesSpans === true;
    this.streamsSpans = this.streamsStarts;
  }

  export(trace: TraceRecord, onFailure: (reason: string) => void): Promise<void> {
    const { promise, resolve } = createDeferred<void>();
    const answer = (reason: string | undefined): void => {
      if (reason !== undefined) onFailure(reason);
      resolve();
    };
    const spans = trace.spans.length;
    this.#account.take(spans);
    this.#open.forget(trace.spans);
    if (this.#exporter.enqueued !== undefined) this.#fenced.call(() => this.#exporter.enqueued?.(trace));
    this.#backlog.push({ trace, spans, length: trace.length, answer });
    this.#dropExcess();
    this.#scheduleBySize();
    return promise;
  }

  exportStart(span: SpanRecord): void {
    this.#open.put(span);
    this.#schedule(startDelayMs);
  }

  exportSpan(span: SpanRecord): void {
    this.#open.put(span);
    this.#scheduleBySize();
  }

  hasten(): void {
    if (isCloudflareWorkers()) void this.#send();
    else this.#schedule(0);
  }

  async flush(timeoutMs: number): Promise<void> {
    const deadline = this.#clock.now() + timeoutMs;
    for (let tries = 0; this.#hasWork;) {
      const failures = this.#failures;
      await (this.#sending ?? this.#send());
      if (this.#failures === 0 || this.#failures === failures) continue;
      tries += 1;
      const rest = this.#closedUntil - this.#clock.now();
      if (rest <= 0 && tries >= flushTries) break;
      // A time that the exporter named is neither shortened nor drawn out.
      const wait = rest > 0 ? rest : backoffMs(tries, 100);
      if (this.#clock.now() + wait > deadline) break;
      await pause(wait);
    }
    await this.#fenced.settled(() => this.#exporter.flush?.());
  }

  flushSync(): void {
    const all = this.#backlog.takeAll();
    if (all.length > 0) {
      const traces = all.map(({ trace }) => trace);
      const { exporter } = this.#fenced;
      const result = this.#fenced.call(() => exporter.exportBatchSync?.(traces)) ?? Outcome.lost(traces, processEnded);
      this.#settle(all, result);
      if (result.dropped > 0) {
        this.#report.warn('lost-at-exit', `${processEnded}: ${result.dropped} spans for ${this.#fenced.name} are lost`);
      }
    }
    this.#fenced.call(() => this.#exporter.flushSync?.());
  }

  async shutdown(timeoutMs: number): Promise<void> {
    this.#isShutDown = true;
    stopTimer(this.#timer);
    await this.flush(timeoutMs);
    await this.#fenced.settled(() => this.#exporter.shutdown?.());
  }

  stats(): LaneStats {
    return this.#account.stats(this.#fenced.name);
  }

  get #hasWork(): boolean {
    return this.#sending !== undefined || !this.#backlog.isEmpty || this.#open.size > 0;
  }

  #scheduleBySize(): void {
    const { threshold, intervalMs } = this.#settings;
    const delayMs = this.#exporter.batchDelayMs ?? intervalMs;
    this.#schedule(this.#backlog.spans + this.#open.size >= threshold ? 0 : delayMs);
  }

  /** The earliest wish wins. In a Worker a timer ends with its request: what is there is sent by a flush. */
  #schedule(delayMs: number): void {
    if (this.#isShutDown || this.#sending !== undefined || isCloudflareWorkers()) return;
    const now = this.#clock.now();
    const dueAt = Math.max(now + delayMs, this.#restsUntil);
    if (dueAt >= this.#dueAt) return;
    stopTimer(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = this.#outside(() => startIdleTimer(() => void this.#send(), Math.max(0, dueAt - now)));
  }

  /** Sends one batch, unless one is in flight. Never rejects. */
  #send(): Promise<void> {
    // Nor does one request wait there for what another has in flight.
    if (isCloudflareWorkers()) return this.#outside(() => this.#sendBatch());
    stopTimer(this.#timer);
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#sending ??= this.#outside(() => this.#sendBatch()).finally(() => {
      this.#sending = undefined;
      if (this.#backlog.spans > 0 || this.#open.size > 0) this.#scheduleBySize();
    });
    return this.#sending;
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#backlog.takeOff(this.#exporter.batchSize ?? defaultBatchSize);
    const spans = this.#open.takeAll();
    if (batch.length === 0 && spans.length === 0) return;
    const traces = batch.map(({ trace }) => trace);
    let failure: unknown;
    let result: ExportResult | undefined;
    try {
      result = await this.#fenced.call(
        () => this.#exporter.exportBatch(traces, spans),
        (error) => (failure = error),
      );
    } catch (error) {
      failure = error;
    }
    this.#settle(batch, result ?? Outcome.lost(traces, messageOf(failure ?? 'the exporter gave no answer')));
    this.#dropExcess();
  }

  /** Counts what came of a batch. An exporter that counts wrong is believed no further than the batch goes. */
  #settle(batch: readonly Waiting[], { sent, dropped, reasons, retry }: ExportResult): void {
    const given = spansIn(batch);
    const back = waitAgain(batch, retry?.traces ?? []);
    const left = spansIn(back);
    const told = Math.min(Math.max(0, sent), given - left);
    const gone = given - left - told;
    this.#account.send(told);
    this.#lose(gone, dropped === gone ? reasons : { [unaccounted]: gone });
    this.#backlog.land(back);
    this.#rest(retry !== undefined, retry?.afterMs);
    const kept = new Set(back.map(({ answer }) => answer));
    const reason = gone > 0 ? (Object.keys(reasons)[0] ?? unaccounted) : undefined;
    for (const { answer } of batch) if (!kept.has(answer)) answer(reason);
    // What is tried again in a moment is waited for: a locked database is no failure that anybody should hear of.
    if (retry !== undefined && !((retry.afterMs ?? Number.POSITIVE_INFINITY) <= momentMs)) {
      for (const { answer } of back) answer(retry.reason);
    }
  }

  #lose(spans: number, reasons: ExportResult['reasons']): void {
    let left = spans;
    for (const [reason, count] of Object.entries(reasons)) {
      const lostHere = Math.min(count, left);
      if (lostHere > 0) this.#account.lose(lostHere, reason);
      left -= lostHere;
    }
    if (left > 0) this.#account.lose(left, 'no reason given');
  }

  #rest(hasFailed: boolean, afterMs: number | undefined): void {
    const now = this.#clock.now();
    this.#failures = hasFailed ? this.#failures + 1 : 0;
    this.#closedUntil = hasFailed && afterMs !== undefined ? now + afterMs : 0;
    this.#restsUntil = hasFailed ? now + (afterMs ?? backoffMs(this.#failures, 1_000)) : 0;
  }

  #dropExcess(): void {
    const dropped = this.#backlog.dropExcess();
    if (dropped.length === 0) return;
    for (const { spans, answer } of dropped) {
      this.#account.lose(spans, full);
      answer(full);
    }
    this.#report.warn(
      'queue-full',
      `${full} before ${this.#fenced.name} could take more; the oldest traces are dropped`,
    );
  }
}

/** What goes back keeps whom to answer, although a trace may come back as a part of itself. */
function waitAgain(batch: readonly Waiting[], traces: readonly TraceRecord[]): readonly Waiting[] {
  const same = new Map(batch.map((waiting) => [waiting.trace, waiting]));
  const parts = new Map(batch.map((waiting) => [waiting.trace.traceId, waiting]));
  return traces.flatMap((trace) => {
    const waiting = same.get(trace) ?? parts.get(trace.traceId);
    return waiting === undefined ? [] : { ...waiting, trace, spans: trace.spans.length, length: trace.length };
  });
}
