import { types } from 'node:util';
import { isCallable, type Callable } from '../base/callable.ts';
import type { Clock } from '../base/clock.ts';
import { beforeDeadline } from '../base/deadline.ts';
import { bodyOf, enclose, inspected, itself } from '../base/enclosure.ts';
import { isObject } from '../base/object.ts';
import { shared } from '../base/shared.ts';
import { followCall, followGenerator, runSampledOut } from '../call/call.ts';
import type { CallDefinition } from '../call/definition.ts';
import { Invocation } from '../call/invocation.ts';
import type { Capturer } from '../capture/capturer.ts';
import { activeScope, runInScope, type Scope } from '../context/scope.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
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
import { DrainedTracer } from './drained-tracer.ts';
import type { TracerParts } from './parts.ts';
import { captureOf, namesTrace, type Beginning, type SpanBeginning } from './beginning.ts';
import { reportFailure } from './own-failure.ts';
import { beginRoot } from './root.ts';
import { standInFor } from './succession.ts';
import { drainMs } from './tracer-stats.ts';

/**
 * The one place where context, spans and pipeline meet. Made by `init` and `createTracer`. After that nothing it does
 * throws: what a block throws is the block's own.
 */
export class Tracer extends DrainedTracer implements SpanHost<Span> {
  static {
    enclose(Tracer.prototype, {
      isHandle: (value): value is Tracer => isObject(value) && #lostTrace in value,
      reportOf: (tracer) => tracer.report,
      open: [
        'start',
        'standIn',
        'reportFailure',
        'run',
        'block',
        'follow',
        'beginning',
        'started',
        'ended',
        'isRecording',
      ],
      blocks: ['trace', 'span', 'generation'],
      promises: ['delivered'],
      instead: {
        trace: (tracer) => tracer.#lostTrace,
        span: (tracer) => tracer.lost,
        generation: (tracer) => tracer.lost,
        begin: (tracer) => tracer.lost,
        spansOf: () => [],
        delivered: ({ lost: { traceId } }): EndResult => ({ ok: false, traceId, error: 'clew failed; see its report' }),
      },
    });
  }

  /** Stands in for a span that could not be begun. */
  readonly lost: Span;
  readonly #lostTrace: Trace;
  readonly clock: Clock;
  readonly capturer: Capturer;
  readonly writer: SpanWriter;
  readonly policy: CapturePolicy;
  #replace: ((definition: CallDefinition, args: readonly unknown[]) => Callable | undefined) | undefined;

  constructor(parts: TracerParts, isOff = false) {
    super(parts, isOff);
    this.clock = parts.clock;
    this.capturer = parts.capturer;
    this.writer = parts.writer;
    this.policy = parts.policy;
    this.lost = new NoopSpan(this);
    this.#lostTrace = new NoopTrace(this, this.lost);
  }

  /** For `console.log`. */
  [inspected](): object {
    return { isRecording: this.isRecording, exporters: this.exporters };
  }

  /** Where recent traces can be found, if it has such a place. */
  get store(): TraceStore | undefined {
    return this.standIn?.store ?? this.parts.store;
  }

  /**
   * False once it was shut down, and for the tracer that stands in while tracing is off. A tracer of `init` that another
   * took the place of answers for that one.
   */
  get isRecording(): boolean {
    const tracer = this[itself];
    return tracer.standIn?.isRecording ?? !tracer.life.isShutDown;
  }

  /** The tracer that records in its place here: for a tracer of `init`, once another was made by `init`. */
  get standIn(): Tracer | undefined {
    if (!this.life.isHandle) return undefined;
    const tracer = standInFor(this);
    return isTracer(tracer) ? tracer : undefined;
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
    const { standIn } = this;
    if (standIn !== undefined) {
      return typeof body === 'function' ? standIn.trace(name, given, body) : standIn.trace(name, given);
    }
    const root = this.begin({ options: { ...given, name }, isTrace: true });
    const trace = this.#traceOf(root, root);
    return typeof body === 'function' ? this.block(root, () => body(trace), body) : trace;
  }

  /** A span under the active one, or the root of a trace of its own. */
  span(name: string, options?: SpanOptions): Span;
  span<Result>(name: string, run: (span: Span) => Result): Result;
  span<Result>(name: string, options: SpanOptions, run: (span: Span) => Result): Result;
  span(name: string, options?: SpanOptions | ((span: Span) => unknown), run?: (span: Span) => unknown): unknown {
    return this.#startByHand('span', name, options, run);
  }

  /** A generation under the active span, or the root of a trace of its own. */
  generation(name: string, options?: GenerationOptions): Span;
  generation<Result>(name: string, run: (generation: Span) => Result): Result;
  generation<Result>(name: string, options: GenerationOptions, run: (generation: Span) => Result): Result;
  generation(name: string, options?: SpanOptions | ((span: Span) => unknown), run?: (span: Span) => unknown): unknown {
    return this.#startByHand('generation', name, options, run);
  }

  /** A point in time on the active span; nothing where there is none. */
  event(name: string, input?: unknown, level?: Level): void {
    this.activeSpan()?.event(name, input, level);
  }

  /** The span that new ones nest under; undefined outside every span of this tracer. */
  activeSpan(): Span | undefined {
    const scope = activeScope();
    return scope?.tracer === this ? scope.span : this.standIn?.activeSpan();
  }

  /** The trace of the active span. */
  activeTrace(): Trace | undefined {
    const span = this.activeSpan();
    if (span === undefined) return undefined;
    const { standIn } = this;
    if (standIn !== undefined) return standIn.activeTrace();
    return this.#traceOf((span.head && this.parts.pipeline.rootOf(span.head)) ?? span, span);
  }

  /** A call of a wrapped function that is about to be made; undefined where it is not recorded. Never throws. */
  start(definition: CallDefinition, args: readonly unknown[], scope: Scope | undefined): Invocation | undefined {
    try {
      // A handle of `init` whose place another took.
      const { standIn } = this;
      return standIn === undefined ? this.#start(definition, args, scope) : standIn.start(definition, args, scope);
    } catch (error) {
      this.reportFailure(error);
      return undefined;
    }
  }

  #start(definition: CallDefinition, args: readonly unknown[], scope: Scope | undefined): Invocation | undefined {
    const { options, isTrace, includeOutput, isGenerator, ownsPromise } = definition;
    const parent = scope?.tracer === this ? scope.span : undefined;
    // Under a trace that is not recorded nothing is, and everything runs in its scope already.
    if (scope?.isQuiet === true || (options.root !== true && this.#isUnrecorded(parent))) return undefined;
    const capture = captureOf(definition, args, this);
    const beginning = { options, isTrace, includeOutput, capture };
    const isLate = scope?.isLate === true;
    const span = isGenerator
      ? this.#beginLater(parent, beginning, isLate)
      : this.#beginUnder(parent, beginning, isLate);
    const replacement = this.#replace?.(definition, args);
    const call = new Invocation({ host: this, span, args, ownsPromise, replacement });
    if (isGenerator) return call;
    const last = args[args.length - 1];
    if (isCallable(last) && definition.takesCallback()) call.watchCallback(last);
    call.enter();
    return call;
  }

  /** A generator is called now, and runs when it is read: maybe after the end of the trace that it belongs to. */
  #beginLater(parent: Span | undefined, beginning: Beginning, isLate: boolean): () => Span {
    const head = this.#isIn(parent, isLate) ? parent?.head : undefined;
    if (head !== undefined) head.expected += 1;
    return () => {
      if (head !== undefined) head.expected -= 1;
      return this.#beginUnder(parent, beginning, isLate || head !== undefined);
    };
  }

  /** Has `replace` say what runs instead of a function. */
  replaceCalls(replace: (definition: CallDefinition, args: readonly unknown[]) => Callable | undefined): void {
    this.#replace = replace;
  }

  /** A failure of ours while a span began or ended. The caller's work goes on as if it were not traced. */
  reportFailure(error: unknown): void {
    reportFailure(error, this);
  }

  /** How the span of a call begins whose parent and options somebody else knows. */
  beginning(definition: CallDefinition, args: readonly unknown[]): SpanBeginning {
    const { includeOutput } = definition;
    const capture = captureOf(definition, args, this);
    return (options, parent, part) => this.begin({ options, isTrace: false, includeOutput, capture, parent, part });
  }

  /** Makes a call in the span that `begin` gives, and follows what came back to its end. */
  follow(begin: () => Span, invoke: () => unknown, { isGenerator, ownsPromise }: CallDefinition): unknown {
    if (isGenerator) return followGenerator(new Invocation({ host: this, span: begin, ownsPromise }), invoke);
    const span = begin();
    return span.isRecording
      ? followCall(new Invocation({ host: this, span, ownsPromise }), invoke)
      : this.run(span, invoke);
  }

  /** Begins a span under the active one, or a trace. A no-op twin where nothing could be kept. */
  begin(beginning: Beginning): Span {
    const scope = activeScope();
    if (shared.reading || scope?.isQuiet === true) return this.lost;
    // A handle of `init` whose place another took; under a parent that is given, the parent's tracer goes on.
    const standIn = beginning.parent === undefined ? this.standIn : undefined;
    if (standIn !== undefined) return standIn.begin(beginning);
    const isMeant = beginning.parent !== undefined || scope?.isLate === true;
    const parent = beginning.parent ?? (scope?.tracer === this ? scope.span : undefined);
    return this.#beginUnder(parent, beginning, isMeant);
  }

  run<Result>(span: Span, run: () => Result): Result {
    const scope = { tracer: this[itself], span };
    const entered = span.endedAt === null ? scope : { ...scope, isLate: true };
    return runInScope(entered, run, (error) => reportFailure(error, this));
  }

  block<Result>(span: Span, run: () => Result, body?: object): Result;
  block(span: Span, run: () => unknown, body: object = run): unknown {
    if (span === this.lost) return this.run(span, run);
    const call = new Invocation({ host: this, span, ownsPromise: () => types.isAsyncFunction(bodyOf(body)) });
    return span.isRecording ? followCall(call, run) : runSampledOut(call, run);
  }

  beginInstead(options: Beginning['options'], ended: Span): Span | undefined {
    if (this.life.isShutDown || this.#isIn(ended, true)) return undefined;
    return beginRoot(this, this.parts, { options, isTrace: false }, ended);
  }

  started(span: Span, head: TraceHead): void {
    this.#sink.started(span, head);
  }

  ended(record: SpanRecord, head: TraceHead): void {
    this.#sink.ended(record, head);
  }

  showOpen(head: TraceHead): void {
    this.#sink.showOpen(head);
  }

  revised(record: SpanRecord, head: TraceHead): void {
    this.#sink.revised(record, head);
  }

  amended(head: TraceHead): void {
    this.#sink.amended(head);
  }

  spansOf(head: TraceHead): readonly (Span | SpanRecord)[] {
    return this.parts.pipeline.spansOf(head);
  }

  async delivered(head: TraceHead): Promise<EndResult> {
    const delivered = this.#sink.delivered(head);
    const inTime = await beforeDeadline(delivered, drainMs);
    return inTime ? delivered : { ok: false, traceId: head.traceId, error: `not exported within ${drainMs} ms` };
  }

  /** Where records go: once it has closed, what is still told of its traces goes through the tracer in force. */
  get #sink(): Tracer | Pipeline {
    return (this.life.hasClosed ? this.standIn : undefined) ?? this.parts.pipeline;
  }

  #startByHand(
    type: SpanType,
    name: string,
    options: SpanOptions | ((span: Span) => unknown) | undefined,
    run: ((span: Span) => unknown) | undefined,
  ): unknown {
    const body = typeof options === 'function' ? options : run;
    const given = typeof options === 'function' ? {} : givenOptions(options);
    const { standIn } = this;
    if (standIn !== undefined) {
      return typeof body === 'function' ? standIn[type](name, given, body) : standIn[type](name, given);
    }
    const span = this.begin({ options: { ...given, name, type }, isTrace: false });
    return typeof body === 'function' ? this.block(span, () => body(span), body) : span;
  }

  #refuse(): Span {
    this.life.refuse();
    return this.lost;
  }

  /**
   * Every span of a tracer begins here: one that cannot is reported, and the work goes on without it. `isMeant` is true where
   * the parent was named, not found in the context: it may have ended by now.
   */
  #beginUnder(parent: Span | undefined, beginning: Beginning, isMeant: boolean): Span {
    try {
      return this.#beginSpan(parent, beginning, isMeant);
    } catch (error) {
      this.reportFailure(error);
      return this.lost;
    }
  }

  #beginSpan(parent: Span | undefined, beginning: Beginning, isMeant: boolean): Span {
    const { options, includeOutput = true, capture, part } = beginning;
    if (this.life.isShutDown) return this.#refuse();
    if (parent === undefined || options.root === true) {
      return beginRoot(this, this.parts, beginning, parent);
    }
    if (this.#isUnrecorded(parent)) return parent instanceof NoopSpan ? parent.inside : parent;
    if (!parent.isRecording) return beginRoot(this, this.parts, beginning, undefined);
    if (!this.#isIn(parent, isMeant)) return beginRoot(this, this.parts, beginning, parent);
    if (beginning.isTrace && namesTrace(options)) {
      this.report.debug(
        'nested-trace',
        `"${options.name}" began inside a running trace: it is a span of it, and its own session, user, tags and run were left out; root: true makes it a trace`,
      );
    }
    return new Span(options, { host: this, head: parent.head, parent, includeOutput, captured: capture?.(), part });
  }

  /** False where the trace of a parent is over, so that a span which begins now is none of it. */
  /** True for a span of a trace that is not recorded, and not over for so long that it may be a loop which goes on. */
  #isUnrecorded(parent: Span | undefined): boolean {
    if (parent === undefined || parent.isRecording) return false;
    const endedAt = parent instanceof NoopSpan ? parent.traceEndedAt : null;
    return endedAt === null || !this.parts.pipeline.isOver(endedAt);
  }

  #isIn(parent: Span | undefined, isMeant: boolean): boolean {
    return parent?.head === undefined || this.parts.pipeline.continues(parent.head, parent, isMeant);
  }

  #traceOf(root: Span, active: Span): Trace {
    const { head } = active;
    return head === undefined ? new NoopTrace(this, active) : new Trace({}, { host: this, head, root });
  }
}

/** By shape, since the tracer may come from another copy of clew. */
export function isTracer(value: unknown): value is Tracer {
  return isObject(value) && 'start' in value && 'activeSpan' in value;
}
