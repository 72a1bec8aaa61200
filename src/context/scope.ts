import { isObject } from '../base/object.ts';
import { shared } from '../base/shared.ts';
import type { Span } from '../span/span.ts';

/**
 * What is active in an asynchronous context: a tracer, and the span that new spans nest under. It must stay this
 * little: a timer keeps the scope it was started in for as long as it runs, and a span that has ended holds no text,
 * no trace and no ancestor.
 */
export interface Scope {
  readonly tracer: unknown;
  readonly span: Span | undefined;
  /** True where an exporter works: a span that it begins by hand would be exported, and begin another. */
  readonly isQuiet?: boolean;
}

/** The scope of the running code; undefined outside every span and `withTracer`. */
export function activeScope(): Scope | undefined {
  const store = shared.storage.getStore();
  return isScope(store) ? store : undefined;
}

/** Where a context cannot be entered, `onFailure` hears why, and `run` runs outside of it. */
export function runInScope<Result>(scope: Scope, run: () => Result, onFailure: (error: unknown) => void): Result {
  let isInside = false;
  try {
    return shared.storage.run(scope, () => {
      isInside = true;
      return run();
    });
  } catch (error) {
    if (isInside) throw error;
    onFailure(error);
    return run();
  }
}

/** Another copy of clew may have put its scope here: the shape tells, not the class. */
function isScope(store: unknown): store is Scope {
  return isObject(store) && 'tracer' in store && 'span' in store;
}
