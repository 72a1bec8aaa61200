import { isObject } from '../base/object.ts';
import { isTool, toolName } from '../span/tool-use.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import { isLike, nearMiss, show, type SpanPattern } from './near-miss.ts';
import { markedTree, treeDifference, withoutDurations } from './tree-difference.ts';

/** What a runner's `expect.extend` wants of a matcher. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** The matchers, as they are called. */
export interface TraceMatchers<Result> {
  /** There is a span with this name, or like this: `{ kind: 'tool', input: { id: 7 } }`. */
  toHaveSpan(pattern: SpanPattern): Result;
  /** The tree is this text. Durations count only where the text has them. */
  toHaveTraceTree(tree: string): Result;
  /** These tools were called, in this order, and no others. */
  toHaveCalledTools(names: readonly string[]): Result;
  /** It cost less than so many US dollars. A trace with something that has no price does not pass. */
  toCostLessThan(usd: number): Result;
  /** It used fewer tokens, in and out. */
  toUseFewerTokensThan(tokens: number): Result;
  /** It took at most so many milliseconds. */
  toFinishWithin(ms: number): Result;
  /** No span failed, handled or not. */
  toHaveNoErrors(): Result;
}

type Matcher<Args extends readonly unknown[]> = (received: unknown, ...args: Args) => MatcherResult;

function about<Args extends readonly unknown[]>(
  judge: (trace: TraceRecord, ...args: Args) => MatcherResult,
): Matcher<Args> {
  return (received, ...args) => {
    if (isTrace(received)) return judge(received, ...args);
    const seen = received === null ? 'null' : typeof received;
    return { pass: false, message: () => `a trace was expected, such as traces.only, not ${seen}` };
  };
}

/** By shape, since the trace may come from another copy of clew. */
function isTrace(value: unknown): value is TraceRecord {
  return isObject(value) && 'spans' in value && 'asTree' in value;
}

/** For `expect.extend(matchers)` of Vitest and Jest. Failures show the tree and mark what differs. */
export const matchers = {
  toHaveSpan: about((trace, pattern: SpanPattern) => {
    const found = trace.spans.filter((span) => isLike(span, pattern));
    return {
      pass: found.length > 0,
      message: () => {
        const missed = found.length > 0 ? undefined : nearMiss(trace, pattern);
        const parts = [`${say(found.length > 0)} a span ${show(pattern)}`, missed, markedTree(trace, new Set(found))];
        return parts.filter((part) => part !== undefined).join('\n\n');
      },
    };
  }),

  toHaveTraceTree: about((trace, tree: string) => {
    const difference = treeDifference(trace, tree);
    return {
      pass: difference === undefined,
      message: () => difference ?? `expected another tree than\n\n${withoutDurations(trace.asTree())}`,
    };
  }),

  toHaveCalledTools: about((trace, names: readonly string[]) => {
    const tools = trace.spans.filter(isTool);
    const called = tools.map(toolName);
    const pass = called.length === names.length && called.every((name, at) => name === names[at]);
    return {
      pass,
      message: () =>
        `expected the tools ${pass ? 'not ' : ''}to be called: ${listed(names)}\n` +
        `called:                          ${listed(called)}\n\n${markedTree(trace, new Set(tools))}`,
    };
  }),

  toCostLessThan: about((trace, usd: number) => {
    const { costUsd, unpriced } = trace;
    const pass = costUsd !== null && unpriced.length === 0 && costUsd < usd;
    const seen = costUsd === null ? 'nobody knows what it cost' : `it cost $${costUsd}`;
    const without = unpriced.length === 0 ? '' : `, without ${unpriced.join(', ')}, which has no price`;
    return {
      pass,
      message: () =>
        `expected it ${pass ? 'not ' : ''}to cost less than $${usd}; ${seen}${without}\n\n${costTree(trace)}`,
    };
  }),

  toUseFewerTokensThan: about((trace, tokens: number) => {
    const used = trace.usage?.totalTokens;
    const pass = used !== undefined && used < tokens;
    const seen = used === undefined ? 'nobody knows how many it used' : `it used ${used}`;
    return {
      pass,
      message: () =>
        `expected it ${pass ? 'not ' : ''}to use fewer than ${tokens} tokens; ${seen}\n\n${costTree(trace)}`,
    };
  }),

  toFinishWithin: about((trace, ms: number) => {
    const { durationMs } = trace;
    const pass = durationMs !== null && durationMs <= ms;
    return {
      pass,
      message: () =>
        `expected it ${pass ? 'not ' : ''}to finish within ${ms} ms; it took ${durationMs} ms\n\n${trace.asTree()}`,
    };
  }),

  toHaveNoErrors: about((trace) => {
    const failed = trace.spans.filter(({ level }) => level === 'ERROR');
    return {
      pass: failed.length === 0,
      message: () =>
        `expected ${failed.length === 0 ? 'an error' : 'no errors'}\n\n${markedTree(trace, new Set(failed))}`,
    };
  }),
};

function say(isFound: boolean): string {
  return isFound ? 'expected not to find' : 'expected to find';
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(' → ');
}

/** What each generation used and cost, beside its name. */
function costTree(trace: TraceRecord): string {
  const lines = trace.spans.flatMap(({ name, model, usage, costUsd, usageScope }) =>
    usage === null && costUsd === null
      ? []
      : [
          `  ${name}  ${model ?? '(no model)'}  ${usage?.totalTokens ?? '?'} tokens  ${costUsd === null ? 'no price' : `$${costUsd}`}${usageScope === 'aggregate' ? '  (told again below it)' : ''}`,
        ],
  );
  return [trace.asTree(), '', ...(lines.length === 0 ? ['no span has usage'] : lines)].join('\n');
}
