import { matchers, type MatcherResult, type SpanPattern, type TraceMatchers } from './matchers.ts';

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
    toHaveSpan: (pattern: SpanPattern) => check(matchers.toHaveSpan(trace, pattern)),
    toHaveTraceTree: (tree) => check(matchers.toHaveTraceTree(trace, tree)),
    toHaveCalledTools: (names) => check(matchers.toHaveCalledTools(trace, names)),
    toCostLessThan: (usd) => check(matchers.toCostLessThan(trace, usd)),
    toUseFewerTokensThan: (tokens) => check(matchers.toUseFewerTokensThan(trace, tokens)),
    toFinishWithin: (ms) => check(matchers.toFinishWithin(trace, ms)),
    toHaveNoErrors: () => check(matchers.toHaveNoErrors(trace)),
  };
}

function check({ pass, message }: MatcherResult): void {
  if (!pass) throw new Error(message());
}
