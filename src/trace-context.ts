import { describeException } from './capture/exception.ts';
import { getTracer } from './init.ts';
import type { SpanOptions } from './span/span-options.ts';

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
  #inputTokens = 0;
  #outputTokens = 0;

  constructor(requestId: string) {
    this.requestId = requestId;
  }

  /** The tokens so far. */
  get totalTokens(): { readonly input: number; readonly output: number } {
    return { input: this.#inputTokens, output: this.#outputTokens };
  }

  /** Adds a step that was measured elsewhere (E11). Milliseconds. */
  addSpan(name: string, latencyMs: number, extras: Readonly<Record<string, unknown>> = {}): void {
    this.spans.push({ error: null, ...extras, name, latencyMs });
  }

  /** Adds up over calls (E12). A number that a provider left out is left out here (E15). */
  addTokens({
    inputTokens,
    outputTokens,
  }: {
    readonly inputTokens?: number | undefined;
    readonly outputTokens?: number | undefined;
  }): void {
    this.#inputTokens += inputTokens ?? 0;
    this.#outputTokens += outputTokens ?? 0;
    const usage = {
      ...(inputTokens === undefined ? {} : { inputTokens }),
      ...(outputTokens === undefined ? {} : { outputTokens }),
    };
    if (Object.keys(usage).length > 0) getTracer().activeSpan()?.update({ usage });
  }

  addError(message: string): void {
    this.errors.push(message);
  }

  summary(): ContextSummary {
    return {
      requestId: this.requestId,
      totalLatencyMs: this.spans.reduce((sum, { latencyMs }) => sum + latencyMs, 0),
      spanCount: this.spans.length,
      inputTokens: this.#inputTokens,
      outputTokens: this.#outputTokens,
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
  return timed(context, name, given, () => openSpan(context, name, { metadata: given }, body));
}

/** At a root the step begins a trace of the request's run. */
function openSpan(context: TraceContext, name: string, options: SpanOptions, body: () => unknown): unknown {
  const tracer = getTracer();
  if (tracer.activeSpan() !== undefined) return tracer.span(name, options, body);
  return tracer.trace(name, { ...options, runId: context.requestId }, body);
}

function timed(
  context: TraceContext,
  name: string,
  extras: Readonly<Record<string, unknown>>,
  run: () => unknown,
): unknown {
  const startedAt = performance.now();
  const end = (error: string | null): void => {
    context.addSpan(name, performance.now() - startedAt, { ...extras, error });
    if (error !== null) context.addError(`${name}: ${error}`);
  };
  try {
    const result = run();
    if (result instanceof Promise)
      {return result.then(
        (value: unknown) => (end(null), value),
        (error: unknown) => fail(error, end),
      );}
    end(null);
    return result;
  } catch (error) {
    return fail(error, end);
  }
}

function fail(error: unknown, end: (error: string) => void): never {
  const tracer = getTracer();
  const { message, type } = describeException(error, tracer.capturer, tracer.policy.recordExceptions);
  end(message === '' ? type : message);
  throw error;
}
