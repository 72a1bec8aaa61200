import { createAnchor } from '../base/clock.ts';
import { enclose, inspected, itself } from '../base/enclosure.ts';
import { createTraceId, NO_SPAN_ID } from '../base/ids.ts';
import { isObject } from '../base/object.ts';
import { detachedHost } from './detached-host.ts';
import { openHead, type TraceHead } from './head.ts';
import type { EndResult, SpanHost } from './host.ts';
import { parseObject, type Json, type JsonObject } from './json.ts';
import type { Level } from './kind.ts';
import type { SpanRecord } from './record.ts';
import { setSession } from './session.ts';
import type { NewSpan } from './open-fields.ts';
import { Span } from './span.ts';
import {
  givenOptions,
  type EndOptions,
  type GenerationOptions,
  type SpanOptions,
  type TraceUpdate,
} from './span-options.ts';
import { mergeObjectTexts } from './span-writer.ts';
import { renderTree, type TreePaint } from './tree.ts';

/** What a trace can be built of by hand. */
export interface NewTrace {
  readonly runId?: string;
  readonly name?: string;
  readonly traceId?: string;
}

/** The live parts of a trace that a tracer made. */
export interface TraceOrigin {
  readonly host: SpanHost<Span>;
  readonly head: TraceHead;
  readonly root: Span;
}

const mostEvaluations = 100;

/**
 * A trace that is open: one user-facing interaction and the root of its spans. What is called inside `run`, a block or
 * a wrapper nests under it. No method throws; `end` never rejects and need not be awaited.
 *
 * Can be built by hand (L47): `new Trace({ runId })` with `spans` set by you, for its tree.
 *
 * @example
 * ```ts
 * import { Span, Trace } from 'clew';
 * const trace = new Trace({ runId: 'my-run' });
 * const root = new Span({ name: 'agent.run' });
 * const child = new Span({ name: 'llm.complete', parentId: root.spanId });
 * child.finish();
 * root.finish();
 * trace.spans = [root, child];
 * console.log(trace.asTree());
 * ```
 */
export class Trace {
  static {
    enclose(Trace.prototype, {
      isHandle: (value): value is Trace => isObject(value) && #host in value,
      reportOf: (trace) => trace.#host.report,
      blocks: ['span', 'generation', 'run'],
      promises: ['end', Symbol.asyncDispose],
      instead: {
        span: (trace) => trace.#host.lost ?? trace.#root,
        generation: (trace) => trace.#host.lost ?? trace.#root,
        end: (trace): EndResult => ({ ok: false, traceId: trace.#head.traceId, error: 'clew failed; see its report' }),
        asTree: () => '(empty trace)',
        spans: () => [],
        rootSpan: () => null,
        tags: () => [],
        metadata: () => ({}),
        output: () => null,
      },
    });
  }

  /** Found behind a Proxy too. */
  readonly [itself]: this = this;
  readonly #host: SpanHost<Span>;
  readonly #head: TraceHead;
  readonly #root: Span | undefined;
  #spans: readonly (Span | SpanRecord)[] | undefined;

  constructor(options: NewTrace = {}, origin?: TraceOrigin) {
    this.#host = origin?.host ?? detachedHost();
    this.#head = origin?.head ?? createHead(givenOptions(options), this.#host);
    this.#root = origin?.root;
    this.#spans = origin === undefined ? [] : undefined;
  }

  /** For `console.log`. */
  [inspected](): object {
    const { name, traceId, runId } = this.#head;
    return { name, traceId, runId };
  }

  /** 32 hexadecimal digits, ours from the start (C7). */
  get traceId(): string {
    return this.#head.traceId;
  }

  get runId(): string {
    return this.#head.runId;
  }

  get name(): string {
    return this.#head.name;
  }

  get sessionId(): string | null {
    return this.#head.sessionId;
  }

  get sessionName(): string | null {
    return this.#head.sessionName;
  }

  get userId(): string | null {
    return this.#head.userId;
  }

  get tags(): readonly string[] {
    return this.#head.tags;
  }

  get metadata(): JsonObject {
    return parseObject(this.#head.metadataText);
  }

  get output(): Json {
    return this.#root?.output ?? null;
  }

  /** The first span without a parent, or null (L67). */
  get rootSpan(): Span | SpanRecord | null {
    return this.#root ?? this.spans.find((span) => span.parentId === null) ?? null;
  }

  /** The spans so far, in the order in which they started; those that ended are records. */
  get spans(): readonly (Span | SpanRecord)[] {
    return this.#spans ?? this.#host.spansOf(this.#head);
  }

  set spans(spans: readonly (Span | SpanRecord)[]) {
    this.#spans = spans;
  }

  /** The W3C `traceparent` header that continues this trace in another process. */
  get traceparent(): string {
    return this.#root?.traceparent ?? `00-${this.traceId}-${this.rootSpan?.spanId ?? NO_SPAN_ID}-01`;
  }

  /** The W3C `tracestate` header that goes with `traceparent`; empty where there is nothing to say. */
  get tracestate(): string {
    return this.#root?.tracestate ?? this.#head.tracestate;
  }

  /** A span under the root: open without `run`; with it, ended by what `run` gives or throws. */
  span(name: string, options?: SpanOptions): Span;
  span<Result>(name: string, run: (span: Span) => Result): Result;
  span<Result>(name: string, options: SpanOptions, run: (span: Span) => Result): Result;
  span(name: string, options?: SpanOptions | BlockBody, run?: BlockBody): unknown {
    if (this.#root === undefined) return this.#childByHand({ ...asOptions(options), name }, options, run);
    return start(this.#root.span.bind(this.#root), name, options, run);
  }

  /** A generation under the root. */
  generation(name: string, options?: GenerationOptions): Span;
  generation<Result>(name: string, run: (generation: Span) => Result): Result;
  generation<Result>(name: string, options: GenerationOptions, run: (generation: Span) => Result): Result;
  generation(name: string, options?: SpanOptions | BlockBody, run?: BlockBody): unknown {
    if (this.#root === undefined) {
      return this.#childByHand({ ...asOptions(options), name, type: 'generation' }, options, run);
    }
    return start(this.#root.generation.bind(this.#root), name, options, run);
  }

  /** A point in time on the root (A45). */
  event(name: string, input?: unknown, level?: Level): void {
    this.#root?.event(name, input, level);
  }

  /** Runs `run` with the root as the parent of what it calls. */
  run<Result>(run: () => Result): Result {
    return this.#root === undefined ? run() : this.#root.run(run);
  }

  /** Tells more of the trace while it is open. */
  update(update: TraceUpdate): void {
    const head = this.#head;
    if (head.root !== undefined) {
      this.#host.report.debug(
        'trace-update-after-end',
        `update() came after the end of the trace "${head.name}" and was left out`,
      );
      return;
    }
    const { writer } = this.#host;
    const { name, runId, session, userId, tags, metadata, input, output } = givenOptions(update);
    if (name !== undefined) head.name = writer.name(name);
    if (runId !== undefined) head.runId = writer.id(runId);
    if (session !== undefined) setSession(head, session, writer);
    if (userId !== undefined) head.userId = writer.identity(userId);
    head.tags = mergeTags(head.tags, writer.tags(tags));
    head.metadataText = mergeObjectTexts(head.metadataText, writer.metadataText(metadata));
    if (input !== undefined) this.#root?.update({ input });
    if (output !== undefined) this.#root?.update({ output });
  }

  /**
   * Tells what somebody, or something, thinks of the trace: while it is open, or after its end, when it amends what was
   * exported. The first hundred are kept.
   *
   * @param score - Any number, whatever scale you use; null where there is only a label.
   * @param label - In a word: `wrong`, `pass`. A report lists what is called wrong.
   */
  evaluate(name: string, score?: number | null, label?: string | null, comment?: string | null): void {
    const head = this.#head;
    if (head.evaluations.length >= mostEvaluations) return;
    const evaluation = this.#host.writer.evaluation(name, score, label, comment);
    head.evaluations = Object.freeze([...head.evaluations, evaluation]);
    if (head.root !== undefined) this.#host.amended(head);
  }

  /**
   * Ends the root; the first end wins. Resolves when the trace was exported or could not be: within 5 s, never
   * rejecting (A23, A24).
   */
  end(options: EndOptions = {}): Promise<EndResult> {
    this.#root?.end(options);
    return this.#host.delivered(this.#head);
  }

  /** The spans so far as an indented tree, `name  [142ms]  ERROR: message`; `(empty trace)` for none (L48, L68). */
  asTree(paint?: TreePaint): string {
    return renderTree(this.spans, paint);
  }

  /** `using trace = …`: ends it with the block. */
  [Symbol.dispose](): void {
    this.#root?.[Symbol.dispose]();
  }

  /** `await using trace = …`: ends it with the block and waits for its export. */
  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    await this.#host.delivered(this.#head);
  }

  #childByHand(options: NewSpan, body: unknown, run: BlockBody | undefined): unknown {
    const child = new Span({ ...options, traceId: this.traceId, parentId: this.rootSpan?.spanId ?? null });
    this.#spans = [...this.spans, child];
    const block = isBody(body) ? body : run;
    return block === undefined ? child : this.#host.block(child, () => block(child), block);
  }
}

type BlockBody = (span: Span) => unknown;
type Starter = (name: string, options: SpanOptions, run: BlockBody) => unknown;

function start(
  starter: Starter & ((name: string, options?: SpanOptions) => Span),
  name: string,
  options: SpanOptions | BlockBody | undefined,
  run: BlockBody | undefined,
): unknown {
  const body = isBody(options) ? options : run;
  return body === undefined ? starter(name, asOptions(options)) : starter(name, asOptions(options), body);
}

function isBody(value: unknown): value is BlockBody {
  return typeof value === 'function';
}

function asOptions(options: SpanOptions | BlockBody | undefined): SpanOptions {
  return typeof options === 'function' ? {} : givenOptions(options);
}

export function mergeTags(first: readonly string[], second: readonly string[]): readonly string[] {
  if (second.length === 0) return first;
  return Object.freeze([...new Set([...first, ...second])].slice(0, 100));
}

/** Who a trace is that belongs to no tracer. */
export function createHead({ runId, name, traceId }: NewTrace, host: SpanHost<Span>): TraceHead {
  return openHead({
    traceId: traceId ?? createTraceId(),
    service: { name: '', environment: null, version: null, tenantId: 0 },
    anchor: createAnchor(host.clock),
    isSampled: true,
    rate: 1,
    tracestate: '',
    name: name ?? '',
    runId: runId ?? '',
    tags: [],
  });
}
