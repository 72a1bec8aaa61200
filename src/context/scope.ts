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
  /** True where it was entered after the span's end: what begins there is meant to belong to the span's trace. */
  readonly isLate?: boolean;
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

let entersScopes: boolean | undefined;

/**
 * True where a scope can be entered and left without a function between: that costs a recursion two frames less. Workers
 * cannot.
 */
export function canEnterScope(): boolean {
  return (entersScopes ??= tryToEnter());
}

function tryToEnter(): boolean {
  try {
    shared.storage.enterWith(shared.storage.getStore());
    return true;
  } catch {
    return false;
  }
}

/** Makes `scope` the active one until `leaveScope` gets what this returns, in the same function: else it leaks. */
export function enterScope(scope: Scope): unknown {
  const outer = shared.storage.getStore();
  shared.storage.enterWith(scope);
  return outer;
}

export function leaveScope(outer: unknown): void {
  shared.storage.enterWith(outer);
}

/** What is active now, whatever it is, to be active again later. */
export function captureContext(): unknown {
  return shared.storage.getStore();
}

/** Runs `run` where `context` was captured. */
export function runInContext<Result>(context: unknown, run: () => Result): Result {
  return shared.storage.run(context, run);
}

/** Another copy of clew may have put its scope here: the shape tells, not the class. */
function isScope(store: unknown): store is Scope {
  return isObject(store) && 'tracer' in store && 'span' in store;
}
