import { shared } from '../base/shared.ts';
import { activeScope, type Scope } from '../context/scope.ts';

/**
 * The tracer that records for a handle of `init` in this context, undefined for the handle itself. A running trace
 * stays with the tracer that began it, whichever handle is used inside; what begins outside goes to the tracer in force.
 */
export function standInFor(handle: object): unknown {
  if (handle === shared.tracer && shared.retiring.size === 0) return undefined;
  const scope = activeScope();
  const recorder = recordsHere(scope) ? scope.tracer : shared.tracer;
  return recorder === handle ? undefined : recorder;
}

/** True for the scope of a handle that another took the place of, with nothing of its own running. */
export function isOutdated(scope: Scope): boolean {
  return scope.tracer !== shared.tracer && isHandle(scope.tracer) && !recordsHere(scope);
}

/** A tracer that has closed records nothing, although timers and refused traces may still carry its scope. */
function recordsHere(scope: Scope | undefined): scope is Scope {
  if (scope?.span === undefined || !isHandle(scope.tracer)) return false;
  return scope.tracer === shared.tracer || shared.retiring.has(scope.tracer);
}

function isHandle(tracer: unknown): tracer is object {
  return typeof tracer === 'object' && tracer !== null && shared.handles.has(tracer);
}
