import { ownClock } from '../base/clock.ts';
import { beforeDeadline } from '../base/deadline.ts';
import { isObject } from '../base/object.ts';
import { shared } from '../base/shared.ts';
import type { TraceExporter } from '../exporters/exporter.ts';
import type { FlushResult } from '../pipeline/lanes.ts';
import type { TracerParts } from './parts.ts';
import { drainMs, type DrainOptions, type TracerStats } from './tracer-stats.ts';

/** What the life of one tracer asks of another, which may come from another copy of clew. */
interface Peer {
  readonly exporters: readonly TraceExporter[];
  flush(options: DrainOptions): Promise<FlushResult>;
  retire(): void;
}

const refusal = 'the tracer was shut down';

/** From the making of a tracer to its end, or until another takes its place and nothing of its own is open. */
export class LifeCycle {
  readonly #tracer: object;
  readonly #parts: TracerParts;
  readonly #unfinished = new Set<Promise<unknown>>();
  #isShutDown: boolean;
  #hasClosed = false;
  #isHandle = false;
  #refused = 0;

  constructor(tracer: object, parts: TracerParts, isOff: boolean) {
    this.#tracer = tracer;
    this.#parts = parts;
    this.#isShutDown = isOff;
    if (!isOff) shared.recording += 1;
  }

  get isShutDown(): boolean {
    return this.#isShutDown;
  }

  /** True once nothing goes through its own exporters any more. */
  get hasClosed(): boolean {
    return this.#hasClosed;
  }

  /** True for a tracer of `init`, which speaks for whichever tracer is in force. */
  get isHandle(): boolean {
    return this.#isHandle;
  }

  get isBusy(): boolean {
    return this.#unfinished.size > 0 || this.#parts.lanes.audio.isBusy;
  }

  becomeHandle(): void {
    this.#isHandle = true;
    shared.handles.add(this.#tracer);
  }

  takeOver(): void {
    const previous = shared.tracer;
    this.becomeHandle();
    shared.tracer = this.#tracer;
    if (isPeer(previous) && previous !== this.#tracer) previous.retire();
  }

  retire(): void {
    if (this.#isShutDown) return;
    shared.retiring.add(this.#tracer);
    this.#parts.pipeline.retire(() => this.#closeWhenDone());
  }

  waitFor(work: Promise<unknown>): void {
    this.#unfinished.add(work);
    const forget = (): void => {
      this.#unfinished.delete(work);
      this.#closeWhenDone();
    };
    work.then(forget, forget);
  }

  async flush(options: DrainOptions): Promise<FlushResult> {
    return this.#withSuccessor(this.#flush(options), options);
  }

  async shutdown(options: DrainOptions): Promise<FlushResult> {
    this.#stop();
    this.#parts.onStop(this.#tracer);
    return this.#withSuccessor(this.#close(options), options);
  }

  shutdownSync(): void {
    this.#stop();
    this.#parts.onStop(this.#tracer);
    this.#parts.pipeline.closeAll();
    this.#parts.lanes.flushSync();
  }

  /** Counts a trace that begins after the end. */
  refuse(): void {
    this.#refused += 1;
    this.#parts.report.warn(
      'after-shutdown',
      'a trace began after shutdown and is not recorded; call init again, or shut down later',
    );
  }

  stats(): TracerStats {
    const { pipeline, lanes, report } = this.#parts;
    const spans = { ...pipeline.stats(), refusedSpans: this.#refused };
    return { spans, exporters: lanes.stats(), reports: report.counts() };
  }

  /** At process exit it counts as open until its exporters have everything. */
  #closeWhenDone(): void {
    if (!shared.retiring.has(this.#tracer) || this.isBusy || this.#parts.pipeline.hasOpen) return;
    this.#stop();
    void this.#close({}).then(() => this.#parts.onStop(this.#tracer));
  }

  #stop(): void {
    if (this.#isShutDown) return;
    this.#isShutDown = true;
    shared.recording -= 1;
    shared.retiring.delete(this.#tracer);
    if (shared.tracer === this.#tracer) shared.tracer = undefined;
  }

  async #flush({ timeoutMs = drainMs }: DrainOptions): Promise<FlushResult> {
    const { pipeline, lanes } = this.#parts;
    const whole = asDuration(timeoutMs);
    const ms = this.#unfinished.size === 0 ? whole : await this.#settleUnfinished(whole);
    pipeline.sendWaiting();
    await beforeDeadline(lanes.flush(ms), ms);
    return this.#result();
  }

  async #close({ timeoutMs = drainMs }: DrainOptions): Promise<FlushResult> {
    const { pipeline, lanes } = this.#parts;
    const whole = asDuration(timeoutMs);
    const ms = this.#unfinished.size === 0 ? whole : await this.#settleUnfinished(whole);
    pipeline.closeAll();
    this.#hasClosed = true;
    const isInTime = await beforeDeadline(lanes.shutdown(ms, exportersInUse(this.#tracer)), ms);
    // Nobody comes back to what is on its way then.
    if (!isInTime) lanes.audio.abandon();
    return this.#result();
  }

  /** A handle whose place another took answers for both. */
  async #withSuccessor(own: Promise<FlushResult>, options: DrainOptions): Promise<FlushResult> {
    const successor = this.#isHandle && shared.tracer !== this.#tracer ? shared.tracer : undefined;
    if (!isPeer(successor)) return own;
    return sumOf(...(await Promise.all([own, successor.flush(options)])));
  }

  /** Milliseconds that are left then. */
  async #settleUnfinished(timeoutMs: number): Promise<number> {
    const startedAt = ownClock.now();
    await beforeDeadline(Promise.allSettled(this.#unfinished), timeoutMs);
    return Math.max(0, timeoutMs - (ownClock.now() - startedAt));
  }

  /** What was sent and lost, with what was refused after the end. */
  #result(): FlushResult {
    const { pipeline, lanes } = this.#parts;
    const result = lanes.result(pipeline.waitingSpans());
    if (this.#refused === 0) return result;
    const reasons = { ...result.reasons, [refusal]: this.#refused };
    return { ...result, dropped: result.dropped + this.#refused, reasons };
  }
}

/** What the other tracers of `init` write to: an exporter that is given again is not closed under them. */
function exportersInUse(tracer: object): ReadonlySet<TraceExporter> {
  const others = [shared.tracer, ...shared.retiring].filter(isPeer).filter((other) => other !== tracer);
  return new Set(others.flatMap(({ exporters }) => exporters));
}

function isPeer(value: unknown): value is Peer {
  return isObject(value) && 'retire' in value && 'flush' in value && 'exporters' in value;
}

function sumOf(one: FlushResult, other: FlushResult): FlushResult {
  const reasons: Record<string, number> = { ...one.reasons };
  for (const [reason, count] of Object.entries(other.reasons)) reasons[reason] = (reasons[reason] ?? 0) + count;
  return {
    sent: one.sent + other.sent,
    dropped: one.dropped + other.dropped,
    pending: one.pending + other.pending,
    reasons,
  };
}

function asDuration(ms: number): number {
  return ms > 0 ? ms : 0;
}
