import { types } from 'node:util';
import { followCall } from './call/call.ts';
import { Invocation } from './call/invocation.ts';
import { describeException } from './capture/exception.ts';
import { readUsage } from './capture/usage/answer.ts';
import { getTracer } from './init.ts';
import { Span, type Ending } from './span/span.ts';
import type { SpanOptions, UsageLike } from './span/span-options.ts';

/** One step of a request, as seed 004 has it. */
export interface ContextSpan {
  readonly name: string;
  readonly latencyMs: number;
  /** The message, or null (E50). */
  readonly error: string | null;
  readonly [extra: string]: unknown;
}

/** The whole request in six numbers (E51). */
export interface ContextSummary {
  readonly requestId: string;
  /** The sum of the spans' latencies. */
  readonly totalLatencyMs: number;
  readonly spanCount: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly errorCount: number;
}

/**
 * The four telemetry primitives of one request: latency, tokens, steps and errors (E5, E16). It counts by itself, so
 * that it also works while tracing is off; its steps are spans of the active tracer, under the run `requestId`.
 *
 * @example
 * ```ts
 * import { TraceContext, traceSpan } from 'clew';
 * const context = new TraceContext('req_42');
 * await traceSpan(context, 'search', async () => ['doc']);
 * context.addTokens({ inputTokens: 100, outputTokens: 50 });
 * console.log(context.summary());
 * ```
 */
export class TraceContext {
  readonly requestId: string;
  readonly spans: ContextSpan[] = [];
  readonly errors: string[] = [];
  readonly #tokens = { input: 0, output: 0 };
  /** What was added while each span was active: a span has one usage, and several calls may add to it. */
  readonly #perSpan = new WeakMap<Span, TokenSum>();

  constructor(requestId: string) {
    this.requestId = requestId;
  }

  /** The tokens so far. */
  get totalTokens(): { readonly input: number; readonly output: number } {
    return { ...this.#tokens };
  }

  /** Adds a step that was measured elsewhere (E11). Milliseconds. */
  addSpan(name: string, latencyMs: number, extras: Readonly<Record<string, unknown>> = {}): void {
    this.spans.push({ error: null, ...extras, name, latencyMs });
  }

  /**
   * Adds up over calls (E12): `{ inputTokens, outputTokens }`, or a provider's usage as it came. A number that was left
   * out, or is none, counts for nothing (E15).
   */
  addTokens(usage: UsageLike | null | undefined): void {
    const { inputTokens, outputTokens } = readUsage(usage) ?? {};
    this.#tokens.input += inputTokens ?? 0;
    this.#tokens.output += outputTokens ?? 0;
    const span = getTracer().activeSpan();
    if (span === undefined || (inputTokens === undefined && outputTokens === undefined)) return;
    const sum = addCounts(this.#perSpan.get(span) ?? {}, inputTokens, outputTokens);
    this.#perSpan.set(span, sum);
    span.update({ usage: sum });
  }

  addError(message: string): void {
    this.errors.push(message);
  }

  summary(): ContextSummary {
    return {
      requestId: this.requestId,
      totalLatencyMs: this.spans.reduce((sum, { latencyMs }) => sum + latencyMs, 0),
      spanCount: this.spans.length,
      inputTokens: this.#tokens.input,
      outputTokens: this.#tokens.output,
      errorCount: this.errors.length,
    };
  }
}

/**
 * Runs one step of a request and adds it to the context, also when it throws (E8–E10, E18); what it throws is thrown
 * on unchanged (E19). The extras are the span's metadata.
 */
export function traceSpan<Result>(context: TraceContext, name: string, run: () => Result): Result;
export function traceSpan<Result>(
  context: TraceContext,
  name: string,
  extras: Readonly<Record<string, unknown>>,
  run: () => Result,
): Result;
export function traceSpan(
  context: TraceContext,
  name: string,
  extras: Readonly<Record<string, unknown>> | (() => unknown),
  run?: () => unknown,
): unknown {
  const body = typeof extras === 'function' ? extras : run;
  const given = typeof extras === 'function' ? {} : extras;
  if (body === undefined) return undefined;
  const step = new Step(context, name, given);
  const call = new StepCall({ host: getTracer(), span: step, ownsPromise: () => types.isAsyncFunction(body) });
  return followCall(call, () => openSpan(context, name, { metadata: given }, body));
}

/** At a root the step begins a trace of the request's run. */
function openSpan(context: TraceContext, name: string, options: SpanOptions, body: () => unknown): unknown {
  const tracer = getTracer();
  if (tracer.activeSpan() !== undefined) return tracer.span(name, options, body);
  return tracer.trace(name, { ...options, runId: context.requestId }, body);
}

/** It changes no scope: the span that the tracer makes inside it does. */
class StepCall extends Invocation {
  override run<Result>(work: () => Result): Result {
    return work();
  }
}

/** The stopwatch of one step: what it times is followed as any call is, and told to the context when it has ended. */
class Step extends Span {
  readonly #context: TraceContext;
  readonly #extras: Readonly<Record<string, unknown>>;

  constructor(context: TraceContext, name: string, extras: Readonly<Record<string, unknown>>) {
    super({ name });
    this.#context = context;
    this.#extras = extras;
  }

  /** Only the tracer's own span keeps what a stream gives. */
  override get isRecording(): boolean {
    return false;
  }

  override observe(): void {}

  override conclude({ outcome, thrown }: Ending): void {
    if (this.endedAt !== null) return;
    super.conclude({ outcome });
    const error = thrown === undefined ? null : describeFailure(thrown.error);
    this.#context.addSpan(this.name, this.durationMs ?? 0, { ...this.#extras, error });
    if (error !== null) this.#context.addError(`${this.name}: ${error}`);
  }
}

function describeFailure(error: unknown): string {
  const tracer = getTracer();
  const { message, type } = describeException(error, tracer.capturer, tracer.policy.recordExceptions);
  return message === '' ? type : message;
}

interface TokenSum {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/** A number that nobody gave stays absent. */
function addCounts(sum: TokenSum, input: number | undefined, output: number | undefined): TokenSum {
  return {
    ...sum,
    ...(input !== undefined && { inputTokens: (sum.inputTokens ?? 0) + input }),
    ...(output !== undefined && { outputTokens: (sum.outputTokens ?? 0) + output }),
  };
}
