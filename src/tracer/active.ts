import { itself } from '../base/enclosure.ts';
import { shared } from '../base/shared.ts';
import { activeScope, runInScope } from '../context/scope.ts';
import type { Span } from '../span/span.ts';
import type { Trace } from '../span/trace.ts';
import { reportFailure } from './own-failure.ts';
import { isOutdated } from './succession.ts';
import { isTracer, type Tracer } from './tracer.ts';

/** The tracer of the running code: the scoped one, else the one that `init` made, else undefined. */
export function activeTracer(scope = activeScope()): Tracer | undefined {
  const current = isTracer(shared.tracer) ? shared.tracer : undefined;
  if (scope === undefined || !isTracer(scope.tracer)) return current;
  return current !== undefined && isOutdated(scope) ? current : scope.tracer;
}

/**
 * The span that new spans nest under; undefined outside every span. Never throws.
 *
 * @example
 * ```ts
 * import { currentSpan, traced } from 'clew';
 * const lookup = traced('lookup', (id: string) => {
 *   currentSpan()?.event('cache:miss', { id });
 *   return id;
 * });
 * ```
 */
export function currentSpan(): Span | undefined {
  return orUndefined(() => activeTracer()?.activeSpan());
}

/** The trace of the current span; undefined outside every span. Never throws. */
export function currentTrace(): Trace | undefined {
  return orUndefined(() => activeTracer()?.activeTrace());
}

/**
 * Runs `run` with `tracer` in the place of the default one, for whatever it calls and awaits. Spans of another tracer
 * are no parents in it.
 *
 * @example
 * ```ts
 * import { createTracer, InMemoryTraceExporter, traced, withTracer } from 'clew';
 * const exporter = new InMemoryTraceExporter();
 * const greet = traced('greet', (name: string) => `hello ${name}`);
 * withTracer(createTracer({ exporter }), () => greet('Ada'));
 * ```
 */
export function withTracer<Result>(tracer: Tracer, run: () => Result): Result;
export function withTracer(tracer: Tracer, run: () => unknown): unknown {
  const own = tracer[itself];
  const scope = orUndefined(activeScope);
  const span = scope?.tracer === own ? scope.span : undefined;
  return runInScope({ tracer: own, span }, run, (error) => reportFailure(error, tracer));
}

function orUndefined<Result>(look: () => Result | undefined): Result | undefined {
  try {
    return look();
  } catch (error) {
    reportFailure(error);
    return undefined;
  }
}
