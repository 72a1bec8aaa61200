export { assertTrace } from './testing/assert-trace.ts';
export { matchers, type MatcherResult, type TraceMatchers } from './testing/matchers.ts';
export type { SpanPattern } from './testing/near-miss.ts';
export { RecordedTraces } from './testing/recorded-traces.ts';
export { replay, ReplayError } from './testing/replay.ts';
export { stable } from './testing/stable.ts';
export { withTraces } from './testing/with-traces.ts';
