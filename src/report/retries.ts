import type { SpanRecord } from '../span/record.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import { weightOf } from './trace-facts.ts';

export interface RetryReport {
  /** Operations that were tried more than once. */
  readonly operations: number;
  /** Tries beyond the first. */
  readonly retries: number;
  /** Share of the operations whose last try succeeded, 0 to 1. */
  readonly successRate: number;
}

/** Null where nothing was tried again. */
export function retriesOf(traces: readonly TraceRecord[]): RetryReport | null {
  let [operations, retries, succeeded] = [0, 0, 0];
  for (const trace of traces) {
    const weight = weightOf(trace);
    for (const last of lastTries(trace.spans)) {
      operations += weight;
      retries += weight * (last.attempt - 1);
      if (last.level !== 'ERROR') succeeded += weight;
    }
  }
  return operations === 0 ? null : { operations, retries, successRate: succeeded / operations };
}

/** The last try of each operation that was tried again: the next one of its name that is a first try begins another. */
function lastTries(spans: readonly SpanRecord[]): readonly SpanRecord[] {
  const last = new Map<string, SpanRecord>();
  const over: SpanRecord[] = [];
  for (const span of spans) {
    const key = `${span.parentId ?? ''}\n${span.name}`;
    const before = last.get(key);
    if (before !== undefined && span.attempt <= before.attempt) over.push(before);
    last.set(key, span);
  }
  return [...over, ...last.values()].filter(({ attempt }) => attempt > 1);
}
