import { isAbortError } from '../base/abort.ts';
import { roundMs } from '../base/clock.ts';
import { enclose, itself } from '../base/enclosure.ts';
import { isObject } from '../base/object.ts';
import type { Captured } from '../capture/captured.ts';
import type { Capturer } from '../capture/capturer.ts';
import { describeException } from '../capture/exception.ts';
import { readFailedRequest } from '../capture/failed-request.ts';
import { fingerprintOf } from '../capture/fingerprint.ts';
import type { Answer } from '../capture/usage/format.ts';
import type { ToolCall } from '../capture/usage/tool-call.ts';
import { takeAnswer, takeOutputAnswer, takeToolCalls } from './answer-fields.ts';
import { detachedHost } from './detached-host.ts';
import { Failures } from './failures.ts';
import type { SpanLink } from './fields.ts';
import type { TraceHead } from './head.ts';
import type { SpanHost } from './host.ts';
import type { Level, Outcome, SpanType } from './kind.ts';
import { noEvents, openFields, readNewSpan, type NewSpan } from './open-fields.ts';
import { SpanRecord } from './record.ts';
import {
  givenOptions,
  type EndOptions,
  type GenerationOptions,
  type SpanOptions,
  type SpanUpdate,
} from './span-options.ts';
import { SpanView } from './span-view.ts';
import type { SpanPart } from './span-part.ts';
import { StreamTimes } from './stream-times.ts';

/** Where a live span comes from. */
export interface SpanOrigin {
  /** Default: a new one. */
  readonly spanId?: string;
  readonly host: SpanHost<Span>;
  readonly head: TraceHead | undefined;
  readonly parent: Span | undefined;
  /** What was passed to the call, captured when it was called; wins over the option `input`. */
  readonly captured?: Captured | null | undefined;
  /** False for a call whose output is not wanted. Default: what the tracer says. */
  readonly includeOutput?: boolean;
  readonly part?: SpanPart | undefined;
}

/** How a call ended, as a wrapper saw it. */
export interface Ending {
  readonly outcome: Outcome;
  /** What the call gave. */
  readonly output?: unknown;
  /** The same as JSON text, for what was captured piece by piece. */
  readonly outputText?: string | null;
  readonly thrown?: { readonly error: unknown };
  /** What a streamed answer asked for. */
  readonly toolCalls?: readonly ToolCall[] | undefined;
  /** Monotonic milliseconds; now unless given. */
  readonly endedAt?: number | undefined;
}

const mostLinks = 100;

/**
 * A span that is open: one timed unit of work. It is *open*, not *active*: only what is called inside `run`, a block or
 * a wrapper nests under it. The first end wins. No method throws or rejects.
 *
 * Can be built by hand (L34): `new Span({ name, parentId })` is measured and belongs to no tracer.
 *
 * @example
 * ```ts
 * import { Span } from 'clew';
 * const span = new Span({ name: 'lookup' });
 * span.finish({ outputs: { found: true } });
 * console.log(span.durationMs);
 * ```
 */
export class Span extends SpanView {
  static {
    enclose(Span.prototype, {
      isHandle: (value): value is Span => isObject(value) && #host in value,
      reportOf: (span) => span.#host.report,
      blocks: ['span', 'generation', 'run'],
      open: ['attemptOf', 'capturer', 'createChild', 'head', 'isRecording', 'noteFailure', 'parent'],
      instead: {
        span: (span) => span.#host.lost ?? span,
        generation: (span) => span.#host.lost ?? span,
        traceparent: (span) => `00-${span.traceId}-${span.spanId}-00`,
      },
    });
  }

  readonly #host: SpanHost<Span>;
  readonly #head: TraceHead | undefined;
  readonly #includesOutput: boolean;
  #fingerprint: string | null = null;
  #failures: Failures | undefined;
  #stream: StreamTimes | undefined;
  readonly #part: SpanPart | undefined;
  /** Let go of at the end, so that a handle kept by a timer keeps no ancestors. */
  #parent: Span | undefined;

  constructor(options: NewSpan, origin?: SpanOrigin) {
    const host: SpanHost<Span> = origin?.host ?? detachedHost();
    const head = origin?.head;
    const parent = origin?.parent;
    const given = origin === undefined ? readNewSpan(options) : options;
    super(openFields(given, host, head, { parentId: parent?.spanId, spanId: origin?.spanId }));
    this.#host = host;
    this.#head = head;
    this.#parent = parent;
    this.#includesOutput = host.policy.includeOutputs && origin?.includeOutput !== false;
    this.#part = origin?.part;
    this.#takeOptions(given, origin?.captured);
    // Last, so that capturing the input is not counted as the work.
    this.fields.startedAt = host.writer.time('startedAt', given.startedAt) ?? host.clock.now();
    if (head !== undefined) host.started(this, head);
  }

  /** The W3C `traceparent` header that continues this span in another process. */
  get traceparent(): string {
    return `00-${this.traceId}-${this.spanId}-${this.#head?.isSampled === false ? '00' : '01'}`;
  }

  /**
   * The W3C `tracestate` header that goes with `traceparent`: what OpenTelemetry says of sampling, and the entries that
   * came with the trace. Empty where there is nothing to say.
   */
  get tracestate(): string {
    return this.#head?.tracestate ?? '';
  }

  /** The capture this span's host does; wrappers use it before the span exists. */
  get capturer(): Capturer {
    return this[itself].#host.capturer;
  }

  /** Who the trace is; undefined for a span that was built by hand. */
  get head(): TraceHead | undefined {
    return this[itself].#head;
  }

  /** A child of this span: open without `run`; with it, ended by what `run` gives or throws. */
  span(name: string, options?: SpanOptions): Span;
  span<Result>(name: string, run: (span: Span) => Result): Result;
  span<Result>(name: string, options: SpanOptions, run: (span: Span) => Result): Result;
  span(name: string, options?: SpanOptions | BlockBody, run?: BlockBody): unknown {
    return this.#child(name, options, run, 'span');
  }

  /** A child that also carries model, usage and cost. */
  generation(name: string, options?: GenerationOptions): Span;
  generation<Result>(name: string, run: (generation: Span) => Result): Result;
  generation<Result>(name: string, options: GenerationOptions, run: (generation: Span) => Result): Result;
  generation(name: string, options?: SpanOptions | BlockBody, run?: BlockBody): unknown {
    return this.#child(name, options, run, 'generation');
  }

  /**
   * A point in time: a guardrail that spoke, a cache that hit. Level DEFAULT unless given (A45).
   *
   * @param at - When it was, on the clock of `performance.now()`. Default: now.
   */
  event(name: string, input?: unknown, level?: Level, at?: number): void {
    if (this.#isTooLate('event')) return;
    const { writer, clock } = this.#host;
    writer.event(name, writer.time('at', at) ?? clock.now(), input, level, this.fields);
  }

  /** Runs `run` with this span as the parent of what it calls; what it throws is thrown on and does not end the span. */
  run<Result>(run: () => Result): Result {
    return this.#host.run(this, run);
  }

  /** Tells more of an open span. */
  update(update: SpanUpdate): void {
    if (this.#isTooLate('update')) return;
    this.#host.writer.update(this.#permitted(givenOptions(update)), this.fields);
  }

  /** Points to a span of another trace; the first hundred are kept. */
  link(target: SpanLink): void {
    const { links } = this.fields;
    if (this.#isTooLate('link') || links.length >= mostLinks) return;
    const link = this.#host.writer.link(target);
    if (link !== undefined) this.fields.links = [...links, link];
  }

  /** Ends it. The first end wins (A38); a later one is left out and told once at debug level. */
  end(options: EndOptions = {}): void {
    if (this.#isTooLate('end')) return;
    const now = this.#host.clock.now();
    const { error, endedAt, ...update } = givenOptions(options);
    this.#host.writer.update(this.#permitted(update), this.fields);
    this.#readOutput(update.output, update.usage === undefined);
    const isFailed = error !== undefined && error !== null;
    const isCancelled = isFailed && isAbortError(error);
    if (isCancelled) this.#takeAbort(error);
    else if (isFailed) this.#takeError(error);
    this.#close(isCancelled ? 'cancelled' : 'ok', this.#host.writer.time('endedAt', endedAt) ?? now, update.output);
  }

  /** Seed 002's name for `end` (L33). */
  finish(options: { readonly outputs?: unknown; readonly error?: unknown } = {}): void {
    const { outputs, error } = givenOptions(options);
    this.end({ output: outputs, error });
  }

  /** Ends it with whatever was thrown. */
  fail(error: unknown): void {
    this.end({ error: error ?? new Error(String(error)) });
  }

  /**
   * Ends it as a wrapper saw the call end, unless it has ended by then. Unlike `end` it says nothing when it is late:
   * a body that ended its own span did nothing wrong.
   */
  conclude(ending: Ending): void {
    if (this.fields.endedAt !== null) return;
    const endedAt = ending.endedAt ?? this.#host.clock.now();
    if (ending.thrown !== undefined) this.#takeThrown(ending.outcome, ending.thrown.error);
    this.#takeOutput(ending);
    if (this.#includesOutput) takeToolCalls(ending.toolCalls, this.fields, this.#host.writer);
    if (this.#stream !== undefined) this.#host.writer.metadata(this.#stream.metadata, this.fields);
    this.#close(ending.outcome, endedAt, ending.output);
  }

  /** Notes that a part of a stream came, and what it says of usage, model and id. */
  observe(answer: Answer | undefined, isFirst: boolean, part?: unknown): void {
    if (this.fields.endedAt !== null) return;
    const now = this.#host.clock.now();
    if (isFirst) this.fields.ttftMs ??= roundMs(now - this.fields.startedAt);
    (this.#stream ??= new StreamTimes()).note(now);
    this.#part?.observe(part, now);
    takeAnswer(answer, this.fields, this.#host.writer);
  }

  /** `using span = …`: ends it with the block. Disposal cannot see an error, so that the level stays as it is. */
  [Symbol.dispose](): void {
    this.conclude({ outcome: 'ok' });
  }

  /** Which try a new child with this name and input is. */
  attemptOf(name: string, inputText: string | null, fingerprint: string | null): number {
    if (this.#failures === undefined || inputText === null) return 1;
    return this.#failures.countOf(name, inputText, fingerprint) + 1;
  }

  /** The span it was started under; undefined for a root, and once it has ended. */
  get parent(): Span | undefined {
    return this[itself].#parent;
  }

  /** Remembers that a child failed. */
  noteFailure(name: string, inputText: string | null, fingerprint: string | null): void {
    if (inputText !== null) (this.#failures ??= new Failures()).note(name, inputText, fingerprint);
  }

  /** What it has to tell so far. */
  toRecord(): SpanRecord {
    return new SpanRecord(this.fields);
  }

  /** False for the twin that stands in while tracing is off or the trace was sampled out. */
  get isRecording(): boolean {
    return true;
  }

  protected createChild(name: string, options: SpanOptions, type: SpanType): Span {
    if (this.fields.endedAt !== null) {
      const root = this.#host.beginInstead({ ...options, name, type }, this);
      if (root !== undefined) return root;
      this.#host.report.debug(
        'child-of-ended',
        `"${this.name}" had ended when a child was started under it; the child amends its trace`,
      );
    }
    return new Span({ ...options, name, type }, { host: this.#host, head: this.#head, parent: this });
  }

  #child(
    name: string,
    options: SpanOptions | BlockBody | undefined,
    run: BlockBody | undefined,
    type: SpanType,
  ): unknown {
    const body = typeof options === 'function' ? options : run;
    const given = typeof options === 'function' ? {} : givenOptions(options);
    const child = this.createChild(name, given, type);
    return typeof body === 'function' ? this.#host.block(child, () => body(child), body) : child;
  }

  #takeOptions(options: SpanOptions, given: Captured | null | undefined): void {
    const { writer, capturer, policy } = this.#host;
    const fields = this.fields;
    const captured = given === undefined && policy.includeInputs ? capturer.capture(options.input) : given;
    if (captured !== null && captured !== undefined) {
      fields.inputText = writer.bounded(captured.text, fields);
      // What found no room is a marker that many inputs share: the whole text tells them apart.
      const isWhole = fields.inputText === captured.text;
      this.#fingerprint = isWhole
        ? captured.fingerprint
        : `${fingerprintOf(captured.text)}${captured.fingerprint ?? ''}`;
    }
    writer.metadata(options.metadata, fields);
    writer.generation(options, fields);
    if (options.level !== undefined) fields.level = writer.level(options.level, fields.level);
    if (options.attempt !== undefined) writer.update({ attempt: options.attempt }, fields);
    else if (this.#parent !== undefined) {
      fields.attempt = this.#parent.attemptOf(fields.name, fields.inputText, this.#fingerprint);
    }
  }

  /** Without what the tracer's options keep out of every record, by whatever way it comes. */
  #permitted(update: SpanUpdate): SpanUpdate {
    const { includeInputs } = this.#host.policy;
    if (includeInputs && this.#includesOutput) return update;
    const { input, output, ...rest } = update;
    return { ...rest, ...(includeInputs && { input }), ...(this.#includesOutput && { output }) };
  }

  #takeOutput({ output, outputText }: Ending): void {
    const fields = this.fields;
    const { writer } = this.#host;
    if (output !== undefined) this.#readOutput(output, fields.usage === null);
    // What the body set by hand says more than what it returned.
    if (!this.#includesOutput || fields.outputText !== null) return;
    fields.outputText = outputText === undefined ? writer.value(output, fields) : writer.bounded(outputText, fields);
  }

  #readOutput(output: unknown, takesUsage: boolean): void {
    takeOutputAnswer(output, this.fields, this.#host.writer, { takesUsage, includesOutput: this.#includesOutput });
  }

  #takeThrown(outcome: Outcome, error: unknown): void {
    if (outcome === 'cancelled') this.#takeAbort(error);
    else this.#takeError(error, true);
  }

  /** The program's own abort is no error: its message says why, where it has one. */
  #takeAbort(error: unknown): void {
    const { message } = describeException(error, this.#host.capturer, this.#host.policy.recordExceptions);
    if (message !== '') this.fields.statusMessage ??= message;
  }

  #takeError(error: unknown, wasThrown = false): void {
    const { recordExceptions } = this.#host.policy;
    const fields = this.fields;
    fields.level = 'ERROR';
    if (typeof error === 'string' && !wasThrown) {
      fields.error = this.#host.writer.phrase(error);
    } else {
      const exception = describeException(error, this.#host.capturer, recordExceptions);
      fields.exception = exception;
      fields.error = exception.message === '' ? exception.type : exception.message;
    }
    fields.statusMessage ??= fields.error;
    if (fields.type === 'generation') this.#takeFailedRequest(error);
  }

  /** There is no answer to read it from. */
  #takeFailedRequest(error: unknown): void {
    const { model, provider } = readFailedRequest(error, this.fields.inputText);
    this.fields.model ??= model ?? null;
    this.fields.provider ??= provider ?? null;
  }

  #close(outcome: Outcome, endedAt: number, output: unknown): void {
    const fields = this.fields;
    const isError = fields.level === 'ERROR';
    fields.endedAt = endedAt;
    // A level that was told by hand says as much as an exception (C8).
    fields.outcome = isError && outcome === 'ok' ? 'error' : outcome;
    this.#part?.conclude(fields, output);
    if (isError) fields.error ??= fields.statusMessage;
    fields.costUsd ??= this.#host.writer.cost(fields);
    if (isError) this.#parent?.noteFailure(fields.name, fields.inputText, this.#fingerprint);
    this.#parent = undefined;
    if (this.#head === undefined) return;
    const record = new SpanRecord(fields);
    // The record has its own copy. A handle that a timer keeps alive must not keep the texts.
    fields.inputText = null;
    fields.outputText = null;
    fields.metadataText = null;
    fields.eventFields = noEvents;
    fields.exception = null;
    this.#part?.recorded(record);
    this.#host.ended(record, this.#head);
  }

  #isTooLate(call: string): boolean {
    if (this.fields.endedAt === null) return false;
    this.#host.report.debug(
      `${call}-after-end`,
      `${call}() came after the end of "${this.name}" and was left out: the first end wins`,
    );
    return true;
  }
}

type BlockBody = (span: Span) => unknown;
