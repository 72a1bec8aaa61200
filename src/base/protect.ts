import type { Callable } from './callable.ts';

/**
 * Runs a function of the user's through `trace`, which calls what it is given. Whatever `trace` does (it throws before,
 * in between or after), the function runs exactly once, and what it returned or threw is what comes back; `onFailure`
 * hears of what went wrong around it, and returns what the function is called with if it has not run by then.
 */
export function protect(
  body: Callable,
  trace: (run: Callable) => unknown,
  onFailure: (error: unknown) => unknown,
): unknown {
  let state: 'waiting' | 'running' | 'returned' | 'threw' = 'waiting';
  let outcome: unknown;
  const run: Callable = (...given) => {
    state = 'running';
    try {
      outcome = body(...given);
    } catch (error) {
      state = 'threw';
      outcome = error;
      throw error;
    }
    state = 'returned';
    return outcome;
  };
  // Read by a function, since the compiler takes it for what it was before the call.
  const stateNow = (): typeof state => state;
  try {
    return trace(run);
  } catch (error) {
    if (stateNow() === 'threw') {
      if (!Object.is(error, outcome)) onFailure(error);
      throw outcome;
    }
    const instead = onFailure(error);
    return stateNow() === 'waiting' ? body(instead) : outcome;
  }
}
