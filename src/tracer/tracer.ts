import { ownClock, type Clock } from '../base/clock.ts';
import { beforeDeadline } from '../base/deadline.ts';
import { enclose, inspected, itself } from '../base/enclosure.ts';
import { isObject } from '../base/object.ts';
import type { Report } from '../base/report.ts';
import { shared } from '../base/shared.ts';
import { followCall } from '../call/call.ts';
import type { CallDefinition, TracedCall } from '../call/definition.ts';
import { followIterator } from '../call/iterator.ts';
import type { Captured, Capturer } from '../capture/capturer.ts';
import { activeScope, runInScope } from '../context/scope.ts';
import type { AudioRecording } from '../exporters/audio-recording.ts';
import type { TraceExporter } from '../exporters/exporter.ts';
import type { FlushResult } from '../pipeline/lanes.ts';
import type { TraceHead } from '../span/head.ts';
import type { CapturePolicy, EndResult, SpanHost } from '../span/host.ts';
import type { Level, SpanType } from '../span/kind.ts';
import { NoopSpan } from '../span/noop-span.ts';
import { NoopTrace } from '../span/noop-trace.ts';
import type { SpanRecord } from '../span/record.ts';
import { Span } from '../span/span.ts';
import { givenOptions, type GenerationOptions, type SpanOptions, type TraceOptions } from '../span/span-options.ts';
import type { SpanWriter } from '../span/span-writer.ts';
import { Trace } from '../span/trace.ts';
import type { TraceStore } from '../store/trace-store.ts';
import { linkBoth, namesTrace, type Beginning, type SpanBeginning } from './beginning.ts';
import { reportFailure } from './own-failure.ts';
import type { TracerParts } from './parts.ts';
import { LazyCall, SpanCall } from './span-call.ts';
import { noSpans, nothingKnown, type DrainOptions, type TracerStats } from './tracer-stats.ts';
import { createHead, startTrace } from './trace-head.ts';

const drainMs = 5_000;

/**
 * The one place where context, spans and pipeline meet. Made by `init` and `createTracer`. After that nothing it does
 * throws: what a block throws is the block's own.
 */
export class Tracer implements SpanHost<Span> {
  static {
    enclose(Tracer.prototype, {
      isHandle: (value): value is Tracer => isObject(value) && #parts in value,
      reportOf: (tracer) => tracer.report,
      open: ['call', 'run', 'block', 'follow', 'beginning', 'started', 'ended', 'isRecording'],
      blocks: ['trace', 'span', 'generation'],
      promises: ['delivered', 'flush', 'shutdown', 'exportAudio'],
      instead: {
        trace: (tracer) => tracer.#lostTrace,
        span: (tracer) => tracer.lost,
        generation: (tracer) => tracer.lost,
        begin: (tracer) => tracer.lost,
        spansOf: () => [],
        delivered: ({ lost: { traceId } }): EndResult => ({ ok: false, traceId, error: 'clew failed; see its report' }),
        flush: () => nothingKnown,
        shutdown: () => nothingKnown,
        exportAudio: () => false,
        stats: ({ report }): TracerStats => ({ spans: noSpans, exporters: [], reports: report.counts() }),
      },
    });
  }

  /** Found behind a Proxy too. */
  readonly [itself]: this = this;
  /** Stands in for a span that could not be begun. */
  readonly lost: Span;
  readonly #lostTrace: Trace;
  readonly clock: Clock;
  readonly capturer: Capturer;
  readonly writer: SpanWriter;
  readonly report: Report;
  readonly policy: CapturePolicy;
  readonly #parts: TracerParts;
  readonly #unfinished = new Set<Promise<unknown>>();
  #isShutDown = false;

  constructor(parts: TracerParts, isOff = false) {
    this.#parts = parts;
    this.#isShutDown = isOff;
    this.clock = parts.clock;
    this.capturer = parts.capturer;
    this.writer = parts.writer;
    this.report = parts.report;
    this.policy = parts.policy;
    this.lost = new NoopSpan(this);
    this.#lostTrace = new NoopTrace(this, this.lost);
    if (!isOff) shared.recording += 1;
  }

  /** For `console.log`. */
  [inspected](): object {
    return { isRecording: this.isRecording, exporters: this.exporters };
  }

  /** The exporters, in the order they were given. */
  get exporters(): readonly TraceExporter[] {
    return this.#parts.exporters;
  }

  /** Where recent traces can be found, if it has such a place. */
  get store(): TraceStore | undefined {
    return this.#parts.store;
  }

  /** False once it was shut down, and for the tracer that stands in while tracing is off. */
  get isRecording(): boolean {
    return !this[itself].#isShutDown;
  }

  /**
   * One user-facing interaction. With `run` it is ended by what `run` gives or throws, and what `run` gives is given
   * back; without, it is open until `end`. Inside a running trace it becomes a child span unless `root` is true.
   *
   * @example
   * ```ts
   * import { createTracer } from 'clew';
   * const clew = createTracer({ mode: 'memory' });
   * const answer = await clew.trace('handle-ticket', { userId: 'u1' }, async (trace) => {
   *   trace.event('guardrail:toxicity', { toxic: false });
   *   return 'solved';
   * });
   * ```
   */
  trace(name: string, options?: TraceOptions): Trace;
  trace<Result>(name: string, run: (trace: Trace) => Result): Result;
  trace<Result>(name: string, options: TraceOptions, run: (trace: Trace) => Result): Result;
  trace(name: string, options?: TraceOptions | ((trace: Trace) => unknown), run?: (trace: Trace) => unknown): unknown {
    const body = typeof options === 'function' ? options : run;
    const given = typeof options === 'function' ? {} : givenOptions(options);
    const root = this.begin({ options: { ...given, name }, isTrace: true });
    const trace = this.#traceOf(root, root);
    return typeof body === 'function' ? this.block(root, () => body(trace)) : trace;
  }

  /** A span under the active one, or the root of a trace of its own. */
  span(name: string, options?: SpanOptions): Span;
  span<Result>(name: string, run: (span: Span) => Result): Result;
  span<Result>(name: string, options: SpanOptions, run: (span: Span) => Result): Result;
  span(name: string, options?: SpanOptions | ((span: Span) => unknown), run?: (span: Span) => unknown): unknown {
    return this.#start('span', name, options, run);
  }

  /** A generation under the active span, or the root of a trace of its own. */
  generation(name: string, options?: GenerationOptions): Span;
  generation<Result>(name: string, run: (generation: Span) => Result): Result;
  generation<Result>(name: string, options: GenerationOptions, run: (generation: Span) => Result): Result;
  generation(name: string, options?: SpanOptions | ((span: Span) => unknown), run?: (span: Span) => unknown): unknown {
    return this.#start('generation', name, options, run);
  }

  /** A point in time on the active span; nothing where there is none. */
  event(name: string, input?: unknown, level?: Level): void {
    this.activeSpan()?.event(name, input, level);
  }

  /** The span that new ones nest under; undefined outside every span of this tracer. */
  activeSpan(): Span | undefined {
    const scope = activeScope();
    return scope?.tracer === this ? scope.span : undefined;
  }

  /** The trace of the active span. */
  activeTrace(): Trace | undefined {
    const span = this.activeSpan();
    if (span === undefined) return undefined;
    return this.#traceOf((span.head && this.#parts.pipeline.rootOf(span.head)) ?? span, span);
  }

  /** Makes one call of a wrapped function, traced. What comes back is what the function gave. */
  call({ definition, args, invoke, scope }: TracedCall): unknown {
    const { options, isTrace, includeOutput, isGenerator } = definition;
    const parent = scope?.tracer === this ? scope.span : undefined;
    const capture = this.#captureOf(definition, args);
    const begin = (): Span => this.#beginUnder(parent, { options, isTrace, includeOutput, capture });
    return this.follow(begin, invoke, isGenerator);
  }

  /** How the span of a call begins whose parent and options somebody else knows. */
  beginning(definition: CallDefinition, args: readonly unknown[]): SpanBeginning {
    const { includeOutput } = definition;
    const capture = this.#captureOf(definition, args);
    return (options, parent, part) => this.begin({ options, isTrace: false, includeOutput, capture, parent, part });
  }

  /**
   * Makes a call in the span that `begin` gives, and follows what came back to its end. The body of a generator runs at
   * its first `next()`, and so does its span.
   */
  follow(begin: () => Span, invoke: () => unknown, isGenerator = false): unknown {
    if (isGenerator) {
      const generator = invoke();
      if (isObject(generator)) followIterator(generator, new LazyCall(this, begin), true);
      return generator;
    }
    const span = begin();
    return span.isRecording ? followCall(new SpanCall(this, span), invoke) : this.run(span, invoke);
  }

  /** Begins a span under the active one, or a trace. A no-op twin where nothing could be kept. */
  begin(beginning: Beginning): Span {
    const scope = activeScope();
    if (shared.reading || scope?.isQuiet === true) return this.lost;
    return this.#beginUnder(beginning.parent ?? (scope?.tracer === this ? scope.span : undefined), beginning);
  }

  run<Result>(span: Span, run: () => Result): Result {
    return runInScope({ tracer: this[itself], span }, run, (error) => reportFailure(error, this));
  }

  block<Result>(span: Span, run: () => Result): Result;
  block(span: Span, run: () => unknown): unknown {
    return span.isRecording ? followCall(new SpanCall(this, span), run) : this.run(span, run);
  }

  started(span: Span, head: TraceHead): void {
    this.#parts.pipeline.started(span, head);
  }

  ended(record: SpanRecord, head: TraceHead): void {
    this.#parts.pipeline.ended(record, head);
  }

  showOpen(head: TraceHead): void {
    this.#parts.pipeline.showOpen(head);
  }

  revised(record: SpanRecord, head: TraceHead): void {
    this.#parts.pipeline.revised(record, head);
  }

  amended(head: TraceHead): void {
    this.#parts.pipeline.amended(head);
  }

  spansOf(head: TraceHead): readonly (Span | SpanRecord)[] {
    return this.#parts.pipeline.spansOf(head);
  }

  async delivered(head: TraceHead): Promise<EndResult> {
    const delivered = this.#parts.pipeline.delivered(head);
    const inTime = await beforeDeadline(delivered, drainMs);
    return inTime ? delivered : { ok: false, traceId: head.traceId, error: `not exported within ${drainMs} ms` };
  }

  /**
   * Sends what has ended. Never rejects, never later than its deadline, closes no span. `pending` is what no exporter
   * had answered for by then.
   */
  async flush(options: DrainOptions = {}): Promise<FlushResult> {
    const { timeoutMs = drainMs } = givenOptions(options);
    const { pipeline, lanes } = this.#parts;
    const ms = this.#unfinished.size > 0 ? await this.#settleUnfinished(timeoutMs) : timeoutMs > 0 ? timeoutMs : 0;
    pipeline.sendWaiting();
    await beforeDeadline(lanes.flush(ms), ms);
    return this.#result();
  }

  /** Ends open spans as `no_end`, sends everything and closes the exporters. Traces begun later are not recorded. */
  async shutdown(options: DrainOptions = {}): Promise<FlushResult> {
    const { timeoutMs = drainMs } = givenOptions(options);
    const { pipeline, lanes } = this.#parts;
    this.#stop();
    const ms = this.#unfinished.size > 0 ? await this.#settleUnfinished(timeoutMs) : timeoutMs > 0 ? timeoutMs : 0;
    pipeline.closeAll();
    const isInTime = await beforeDeadline(lanes.shutdown(ms), ms);
    // Nobody comes back to what is on its way then.
    if (!isInTime) lanes.audio.abandon();
    return this.#result();
  }

  #result(): FlushResult {
    const { pipeline, lanes } = this.#parts;
    return lanes.result(pipeline.waitingSpans());
  }

  /** Work that a flush and a shutdown wait for before they send and close anything. */
  waitFor(work: Promise<unknown>): void {
    this.#unfinished.add(work);
    const forget = (): void => void this.#unfinished.delete(work);
    work.then(forget, forget);
  }

  /** Milliseconds that are left then. */
  async #settleUnfinished(timeoutMs: number): Promise<number> {
    const startedAt = ownClock.now();
    await beforeDeadline(Promise.allSettled(this.#unfinished), timeoutMs);
    return Math.max(0, timeoutMs - (ownClock.now() - startedAt));
  }

  /** Ends open spans as `no_end` and hands everything over; for a process with nothing left to do. */
  closeOpenSpans(): void {
    this.#parts.pipeline.closeAll();
  }

  /** As far as `shutdown` goes where nothing asynchronous runs any more: at process exit. */
  shutdownSync(): void {
    this.#stop();
    this.#parts.pipeline.closeAll();
    this.#parts.lanes.flushSync();
  }

  /** True where recordings of calls can be kept. */
  get takesAudio(): boolean {
    return !this.#isShutDown && this.#parts.lanes.audio.isWanted;
  }

  /** Hands a recording to the exporters, and calls `remove` then. Resolves to whether all have taken it. */
  exportAudio(recording: AudioRecording, remove: () => Promise<void>): Promise<boolean> {
    return this.#parts.lanes.audio.send(recording, remove);
  }

  /** True while something is on its way that no account of spans tells of. */
  get isBusy(): boolean {
    return this.#unfinished.size > 0 || this.#parts.lanes.audio.isBusy;
  }

  /** Counts of what was recorded, sent and lost, and of our own failures. */
  stats(): TracerStats {
    return { spans: this.#parts.pipeline.stats(), exporters: this.#parts.lanes.stats(), reports: this.report.counts() };
  }

  #stop(): void {
    if (this.#isShutDown) return;
    this.#isShutDown = true;
    shared.recording -= 1;
    if (shared.tracer === this) shared.tracer = undefined;
    this.#parts.onStop(this);
  }

  #start(
    type: SpanType,
    name: string,
    options: SpanOptions | ((span: Span) => unknown) | undefined,
    run: ((span: Span) => unknown) | undefined,
  ): unknown {
    const body = typeof options === 'function' ? options : run;
    const given = typeof options === 'function' ? {} : givenOptions(options);
    const span = this.begin({ options: { ...given, name, type }, isTrace: false });
    return typeof body === 'function' ? this.block(span, () => body(span)) : span;
  }

  /** Every span of a tracer begins here: one that cannot is reported, and the work goes on without it. */
  #beginUnder(parent: Span | undefined, beginning: Beginning): Span {
    try {
      return this.#beginSpan(parent, beginning);
    } catch (error) {
      this.report.warn('own-failure', 'a span could not be begun; the program goes on without it', error);
      return this.lost;
    }
  }

  #beginSpan(parent: Span | undefined, beginning: Beginning): Span {
    const { options, includeOutput = true, capture, part } = beginning;
    if (this.#isShutDown) return this.lost;
    if (parent === undefined || (beginning.isTrace && options.root === true)) {
      return this.#beginTrace(beginning, parent);
    }
    if (!parent.isRecording) return parent;
    if (beginning.isTrace && namesTrace(options)) {
      this.report.debug(
        'nested-trace',
        `"${options.name}" began inside a running trace: it is a span of it, and its own session, user, tags and run were left out; root: true makes it a trace`,
      );
    }
    return new Span(options, { host: this, head: parent.head, parent, includeOutput, captured: capture?.(), part });
  }

  /** Of a generator, whose span begins later, the arguments are captured now. */
  #captureOf(definition: CallDefinition, args: readonly unknown[]): () => Captured | null {
    const capture = (): Captured | null => this.#captureInput(definition, args);
    if (!definition.isGenerator) return capture;
    const captured = capture();
    return () => captured;
  }

  #captureInput({ includeInput, inputOf }: CallDefinition, args: readonly unknown[]): Captured | null {
    return includeInput && this.policy.includeInputs ? this.capturer.capture(inputOf(args)) : null;
  }

  #beginTrace({ options, isTrace, includeOutput = true, capture, part }: Beginning, from: Span | undefined): Span {
    const start = startTrace(options, this.#parts);
    if (!start.isSampled && !this.#parts.sampling.hasTailRule) return new NoopSpan(this, start.traceId);
    const head = createHead(start, options, isTrace, this.#parts);
    const { metadata: _, ...rest } = options;
    const root = new Span(
      { ...(isTrace ? rest : options), parentId: start.remote?.spanId ?? null },
      { host: this, head, parent: undefined, includeOutput, captured: capture?.(), part },
    );
    head.rootId = root.spanId;
    head.startedAt = root.startedAt;
    if (from?.isRecording === true) linkBoth(root, from, head);
    return root;
  }

  #traceOf(root: Span, active: Span): Trace {
    const { head } = active;
    return head === undefined ? new NoopTrace(this, active) : new Trace({}, { host: this, head, root });
  }
}
