import { createAnchor, roundMs } from '../base/clock.ts';
import { createSpanId, createTraceId } from '../base/ids.ts';
import type { Captured, Capturer } from '../capture/capturer.ts';
import { describeException, type ExceptionRecord } from '../capture/exception.ts';
import { readAnswer } from '../capture/usage/answer.ts';
import { detachedHost } from './detached-host.ts';
import { Failures } from './failures.ts';
import type { SpanFields, SpanLink } from './fields.ts';
import type { TraceHead } from './head.ts';
import type { SpanHost } from './host.ts';
import { parseFrozen, parseObject, type Json, type JsonObject } from './json.ts';
import { isSpanKind, type Level, type Outcome, type SpanKind, type SpanType } from './kind.ts';
import { SpanRecord } from './record.ts';
import type { EndOptions, GenerationOptions, SpanOptions, SpanUpdate } from './span-options.ts';

/** What a span can be built of by hand. */
export interface NewSpan extends SpanOptions {
  readonly name: string;
  readonly parentId?: string | null;
  readonly traceId?: string;
}

/** Where a live span comes from. */
export interface SpanOrigin {
  readonly host: SpanHost<Span>;
  readonly head: TraceHead | undefined;
  readonly parent: Span | undefined;
  /** What was passed to the call, captured when it was called; wins over the option `input`. */
  readonly captured?: Captured | null;
  /** False for a call whose output is not wanted. Default: what the tracer says. */
  readonly includeOutput?: boolean;
}

/** How a call ended, as a wrapper saw it. */
export interface Ending {
  readonly outcome: Outcome;
  /** What the call gave. */
  readonly output?: unknown;
  /** The same as JSON text, for what was captured piece by piece. */
  readonly outputText?: string | null;
  readonly thrown?: { readonly error: unknown };
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
export class Span {
  readonly #host: SpanHost<Span>;
  readonly #head: TraceHead | undefined;
  readonly #fields: SpanFields;
  readonly #includesOutput: boolean;
  #fingerprint: string | null = null;
  #failures: Failures | undefined;
  /** Let go of at the end, so that a handle kept by a timer keeps no ancestors. */
  #parent: Span | undefined;

  constructor(options: NewSpan, origin?: SpanOrigin) {
    const host = origin?.host ?? detachedHost();
    const head = origin?.head;
    const parent = origin?.parent;
    this.#host = host;
    this.#head = head;
    this.#parent = parent;
    this.#includesOutput = host.policy.includeOutputs && origin?.includeOutput !== false;
    const fields: SpanFields = {
      traceId: head?.traceId ?? options.traceId ?? createTraceId(),
      spanId: createSpanId(),
      parentId: parent?.spanId ?? options.parentId ?? null,
      type: options.type ?? 'span',
      kind: isSpanKind(options.kind) ? options.kind : options.type === 'generation' ? 'llm' : 'custom',
      name: host.writer.name(options.name),
      anchor: head?.anchor ?? createAnchor(host.clock),
      startedAt: 0,
      endedAt: null,
      level: 'DEFAULT',
      outcome: 'running',
      statusMessage: null,
      error: null,
      exception: null,
      attempt: 1,
      inputText: null,
      outputText: null,
      metadataText: null,
      links: noLinks,
      eventFields: noEvents,
      model: null,
      provider: null,
      modelParametersText: null,
      usage: null,
      usageScope: 'self',
      costUsd: null,
      ttftMs: null,
      responseId: null,
      toolCallsText: null,
    };
    this.#fields = fields;
    this.#takeOptions(options, origin?.captured);
    // Last, so that capturing the input is not counted as the work.
    fields.startedAt = host.clock.now();
    if (head !== undefined) host.started(this, head);
  }

  get traceId(): string {
    return this.#fields.traceId;
  }

  /** 16 hexadecimal digits. */
  get spanId(): string {
    return this.#fields.spanId;
  }

  get parentId(): string | null {
    return this.#fields.parentId;
  }

  get name(): string {
    return this.#fields.name;
  }

  get type(): SpanType {
    return this.#fields.type;
  }

  get kind(): SpanKind {
    return this.#fields.kind;
  }

  get level(): Level {
    return this.#fields.level;
  }

  /** `running` until it ends. */
  get outcome(): Outcome {
    return this.#fields.outcome;
  }

  /** Monotonic milliseconds of this process. */
  get startedAt(): number {
    return this.#fields.startedAt;
  }

  /** Monotonic milliseconds of this process; null while it is open. */
  get endedAt(): number | null {
    return this.#fields.endedAt;
  }

  /** Milliseconds, never below 0; null while it is open. */
  get durationMs(): number | null {
    const { startedAt, endedAt } = this.#fields;
    return endedAt === null ? null : roundMs(Math.max(0, endedAt - startedAt));
  }

  /** The message of what went wrong, or null. */
  get error(): string | null {
    return this.#fields.error;
  }

  get exception(): ExceptionRecord | null {
    return this.#fields.exception;
  }

  get statusMessage(): string | null {
    return this.#fields.statusMessage;
  }

  /** Which try this is, from 1. */
  get attempt(): number {
    return this.#fields.attempt;
  }

  /** As it was captured, frozen. Null after the end of a span that belongs to a tracer: its record has it. */
  get input(): Json {
    return parseFrozen(this.#fields.inputText);
  }

  /** As it was captured, frozen. Null after the end of a span that belongs to a tracer: its record has it. */
  get output(): Json {
    return parseFrozen(this.#fields.outputText);
  }

  /** Seed 002's name for `input`: an empty object where there is none (L26). */
  get inputs(): Json {
    return this.input ?? {};
  }

  /** Seed 002's name for `output` (L27). */
  get outputs(): Json {
    return this.output;
  }

  get metadata(): JsonObject {
    return parseObject(this.#fields.metadataText);
  }

  /** The W3C `traceparent` header that continues this span in another process. */
  get traceparent(): string {
    return `00-${this.traceId}-${this.spanId}-${this.#head?.isSampled === false ? '00' : '01'}`;
  }

  /** The capture this span's host does; wrappers use it before the span exists. */
  get capturer(): Capturer {
    return this.#host.capturer;
  }

  /** Who the trace is; undefined for a span that was built by hand. */
  get head(): TraceHead | undefined {
    return this.#head;
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

  /** A point in time: a guardrail that spoke, a cache that hit. Level DEFAULT unless given (A45). */
  event(name: string, input?: unknown, level?: Level): void {
    if (this.#isTooLate('event')) return;
    this.#host.writer.event(name, this.#host.clock.now(), input, level, this.#fields);
  }

  /** Runs `run` with this span as the parent of what it calls; what it throws is thrown on and does not end the span. */
  run<Result>(run: () => Result): Result {
    return this.#host.run(this, run);
  }

  /** Tells more of an open span. */
  update(update: SpanUpdate): void {
    if (this.#isTooLate('update')) return;
    this.#host.writer.update(update, this.#fields);
  }

  /** Points to a span of another trace; the first hundred are kept. */
  link(target: SpanLink): void {
    const { links } = this.#fields;
    if (this.#isTooLate('link') || links.length >= mostLinks) return;
    this.#fields.links = [...links, { traceId: String(target.traceId), spanId: String(target.spanId) }];
  }

  /** Ends it. The first end wins (A38); a later one is left out and told once at debug level. */
  end(options: EndOptions = {}): void {
    if (this.#isTooLate('end')) return;
    const endedAt = this.#host.clock.now();
    const { error, ...update } = options;
    this.#host.writer.update(this.#includesOutput ? update : withoutOutput(update), this.#fields);
    if (update.usage === undefined) this.#readAnswer(update.output);
    if (error !== undefined && error !== null) this.#takeError(error);
    else if (this.#fields.level === 'ERROR') this.#fields.error ??= this.#fields.statusMessage;
    this.#close(this.#fields.level === 'ERROR' ? 'error' : 'ok', endedAt);
  }

  /** Seed 002's name for `end` (L33). */
  finish({ outputs, error }: { readonly outputs?: unknown; readonly error?: unknown } = {}): void {
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
    if (this.#fields.endedAt !== null) return;
    const endedAt = this.#host.clock.now();
    if (ending.thrown !== undefined) this.#takeError(ending.thrown.error, true);
    this.#takeOutput(ending);
    this.#close(ending.outcome, endedAt);
  }

  /** Adds what one part of a streamed answer says of usage, model and time. */
  observe(part: unknown, isFirst: boolean): void {
    if (this.#fields.endedAt !== null) return;
    if (isFirst) this.#fields.ttftMs ??= roundMs(this.#host.clock.now() - this.#fields.startedAt);
    this.#readAnswer(part);
  }

  /** `using span = …`: ends it with the block. Disposal cannot see an error, so that the level stays as it is. */
  [Symbol.dispose](): void {
    this.conclude({ outcome: this.#fields.level === 'ERROR' ? 'error' : 'ok' });
  }

  /** Which try a new child with this name and input is. */
  attemptOf(name: string, inputText: string | null, fingerprint: string | null): number {
    if (this.#failures === undefined || inputText === null) return 1;
    return this.#failures.countOf(name, inputText, fingerprint) + 1;
  }

  /** Remembers that a child failed. */
  noteFailure(name: string, inputText: string | null, fingerprint: string | null): void {
    if (inputText !== null) (this.#failures ??= new Failures()).note(name, inputText, fingerprint);
  }

  /** What it has to tell so far. */
  toRecord(): SpanRecord {
    return new SpanRecord(this.#fields);
  }

  /** False for the twin that stands in while tracing is off or the trace was sampled out. */
  get isRecording(): boolean {
    return true;
  }

  protected createChild(name: string, options: SpanOptions, type: SpanType): Span {
    if (this.#fields.endedAt !== null)
      this.#host.report.debug(
        'child-of-ended',
        `"${this.name}" had ended when a child was started under it; the child amends its trace`,
      );
    return new Span({ ...options, name, type }, { host: this.#host, head: this.#head, parent: this });
  }

  #child(
    name: string,
    options: SpanOptions | BlockBody | undefined,
    run: BlockBody | undefined,
    type: SpanType,
  ): unknown {
    const body = typeof options === 'function' ? options : run;
    const child = this.createChild(name, typeof options === 'object' && options !== null ? options : {}, type);
    return typeof body === 'function' ? this.#host.block(child, () => body(child)) : child;
  }

  #takeOptions(options: SpanOptions, given: Captured | null | undefined): void {
    const { writer, capturer, policy } = this.#host;
    const fields = this.#fields;
    const captured = given === undefined && policy.includeInputs ? capturer.capture(options.input) : given;
    if (captured !== null && captured !== undefined) {
      fields.inputText = writer.bounded(captured.text, fields);
      this.#fingerprint = captured.fingerprint;
    }
    writer.metadata(options.metadata, fields);
    writer.generation(options, fields);
    if (options.level !== undefined) fields.level = writer.level(options.level, fields.level);
    if (options.attempt !== undefined) writer.update({ attempt: options.attempt }, fields);
    else if (this.#parent !== undefined)
      fields.attempt = this.#parent.attemptOf(fields.name, fields.inputText, this.#fingerprint);
  }

  #takeOutput({ output, outputText }: Ending): void {
    const fields = this.#fields;
    const { writer } = this.#host;
    if (output !== undefined && fields.usage === null) this.#readAnswer(output);
    // What the body set by hand says more than what it returned.
    if (!this.#includesOutput || fields.outputText !== null) return;
    fields.outputText = outputText === undefined ? writer.value(output, fields) : writer.bounded(outputText, fields);
  }

  #takeError(error: unknown, wasThrown = false): void {
    const { recordExceptions } = this.#host.policy;
    const fields = this.#fields;
    fields.level = 'ERROR';
    if (typeof error === 'string' && !wasThrown) {
      fields.error = this.#host.writer.phrase(error);
    } else {
      const exception = describeException(error, this.#host.capturer, recordExceptions);
      fields.exception = exception;
      fields.error = exception.message === '' ? exception.type : exception.message;
    }
    fields.statusMessage ??= fields.error;
  }

  #readAnswer(value: unknown): void {
    const answer = readAnswer(value);
    if (answer === undefined) return;
    const fields = this.#fields;
    fields.usage = mergeUsage(fields.usage, answer.usage);
    fields.model ??= answer.model ?? null;
    fields.responseId ??= answer.responseId ?? null;
  }

  #close(outcome: Outcome, endedAt: number): void {
    const fields = this.#fields;
    fields.endedAt = endedAt;
    fields.outcome = outcome;
    if (fields.level === 'ERROR') this.#parent?.noteFailure(fields.name, fields.inputText, this.#fingerprint);
    this.#parent = undefined;
    if (this.#head === undefined) return;
    const record = new SpanRecord(fields);
    // The record has its own copy. A handle that a timer keeps alive must not keep the texts.
    fields.inputText = null;
    fields.outputText = null;
    fields.metadataText = null;
    fields.eventFields = noEvents;
    fields.exception = null;
    this.#host.ended(record, this.#head);
  }

  #isTooLate(call: string): boolean {
    if (this.#fields.endedAt === null) return false;
    this.#host.report.debug(
      `${call}-after-end`,
      `${call}() came after the end of "${this.name}" and was left out: the first end wins`,
    );
    return true;
  }
}

type BlockBody = (span: Span) => unknown;

const noLinks: readonly SpanLink[] = Object.freeze([]);
const noEvents: SpanFields['eventFields'] = Object.freeze([]);

function withoutOutput({ output: _, ...update }: SpanUpdate): SpanUpdate {
  return update;
}

/** A stream tells its usage in parts: the last word on each number holds, and the total follows from them. */
function mergeUsage(earlier: SpanFields['usage'], later: SpanFields['usage'] | undefined): SpanFields['usage'] {
  if (earlier === null || later === null || later === undefined) return later ?? earlier;
  const { totalTokens: _, ...parts } = earlier;
  const merged = { ...parts, ...later };
  if (later.totalTokens !== undefined || merged.inputTokens === undefined || merged.outputTokens === undefined)
    return Object.freeze(merged);
  return Object.freeze({ ...merged, totalTokens: merged.inputTokens + merged.outputTokens });
}
