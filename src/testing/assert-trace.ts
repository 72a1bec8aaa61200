import { matchers, type MatcherResult, type TraceMatchers } from './matchers.ts';

/**
 * The matchers without a runner's `expect`: for `node:test`, or anywhere. Each throws an `Error` that shows the tree.
 *
 * @example
 * ```ts
 * import { traced } from 'clew';
 * import { assertTrace, withTraces } from 'clew/testing';
 * const search = traced({ name: 'search', kind: 'tool' }, (query: string) => [query]);
 * await withTraces((traces) => {
 *   search('parcel');
 *   assertTrace(traces.only).toHaveCalledTools(['search']);
 * })();
 * ```
 */
export function assertTrace(trace: unknown): TraceMatchers<void> {
  return {
    toHaveSpan: asserting(trace, matchers.toHaveSpan),
    toHaveTraceTree: asserting(trace, matchers.toHaveTraceTree),
    toHaveCalledTools: asserting(trace, matchers.toHaveCalledTools),
    toCostLessThan: asserting(trace, matchers.toCostLessThan),
    toUseFewerTokensThan: asserting(trace, matchers.toUseFewerTokensThan),
    toFinishWithin: asserting(trace, matchers.toFinishWithin),
    toHaveNoErrors: asserting(trace, matchers.toHaveNoErrors),
  };
}

function asserting<Args extends readonly unknown[]>(
  trace: unknown,
  matcher: (received: unknown, ...args: Args) => MatcherResult,
): (...args: Args) => void {
  const assertion = (...args: Args): void => {
    const { pass, message } = matcher(trace, ...args);
    if (pass) return;
    const error = new Error(message());
    // The first line of the stack is the test's own.
    Error.captureStackTrace(error, assertion);
    throw error;
  };
  return assertion;
}
