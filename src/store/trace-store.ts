import { LRUCache } from 'lru-cache';
import { ClewConfigError } from '../base/config-error.ts';
import { isObject } from '../base/object.ts';
import { shared } from '../base/shared.ts';
import { mergeTraces, type TraceRecord } from '../span/trace-record.ts';

export interface TraceStoreOptions {
  /** Traces kept, from 1. Default 1,000. */
  readonly maxTraces?: number;
}

/**
 * The most recent traces in memory, found by trace id or run id (L6). Least recently used ones go first: writing and
 * `get` count as use, `list` and `last` do not (C10).
 *
 * @throws ClewConfigError when `maxTraces` is no whole number from 1.
 * @example
 * ```ts
 * import { createTracer, TraceStore } from 'clew';
 * const store = new TraceStore({ maxTraces: 100 });
 * const tracer = createTracer({ mode: 'memory', store });
 * tracer.trace('run', { runId: 'run-42' }, () => 'done');
 * console.log((await store.list('run-42')).length); // 1
 * ```
 */
export class TraceStore {
  readonly #traces: LRUCache<string, TraceRecord>;
  /** Trace ids in the order of their first insertion; `last` goes by it. */
  readonly #order = new Set<string>();
  readonly #runs = new Map<string, Set<string>>();

  constructor({ maxTraces = 1000 }: TraceStoreOptions = {}) {
    if (!Number.isInteger(maxTraces) || maxTraces < 1) {
      throw new ClewConfigError('maxTraces', maxTraces, 'a whole number from 1');
    }
    this.#traces = new LRUCache({ max: maxTraces, dispose: (trace, id, reason) => this.#forget(trace, id, reason) });
  }

  /** How many traces are kept. */
  get size(): number {
    return this.#traces.size;
  }

  /** Keeps a trace; a later record of the same trace is merged into it. */
  add(trace: TraceRecord): void {
    const earlier = this.#traces.peek(trace.traceId);
    const merged = earlier === undefined ? trace : mergeTraces(earlier, trace);
    this.#traces.set(trace.traceId, merged);
    this.#order.add(trace.traceId);
    const run = this.#runs.get(merged.runId);
    if (run === undefined) this.#runs.set(merged.runId, new Set([trace.traceId]));
    else run.add(trace.traceId);
  }

  /** The trace with this id, or null (L42). */
  get(traceId: string): Promise<TraceRecord | null> {
    return Promise.resolve(this.#traces.get(traceId) ?? null);
  }

  /** All traces of a run, oldest first (L43). */
  list(runId: string): Promise<readonly TraceRecord[]> {
    return Promise.resolve(this.#read([...(this.#runs.get(runId) ?? [])]));
  }

  /** The most recent `count` traces, newest first (L44). Default 10. */
  last(count = 10): Promise<readonly TraceRecord[]> {
    const ids = [...this.#order];
    return Promise.resolve(this.#read(ids.slice(Math.max(0, ids.length - Math.max(0, count))).reverse()));
  }

  #read(ids: readonly string[]): readonly TraceRecord[] {
    return ids.map((id) => this.#traces.peek(id)).filter((trace) => trace !== undefined);
  }

  #forget(trace: TraceRecord, id: string, reason: string): void {
    const run = this.#runs.get(trace.runId);
    run?.delete(id);
    if (run?.size === 0) this.#runs.delete(trace.runId);
    if (reason !== 'set') this.#order.delete(id);
  }
}

/** Names the store that every tracer of this process also writes to; undefined for none (L57). The last one set wins. */
export function setTraceStore(store: TraceStore | undefined): void {
  shared.store = store;
}

/** The store that `setTraceStore` named, or undefined. */
export function getTraceStore(): TraceStore | undefined {
  return isTraceStore(shared.store) ? shared.store : undefined;
}

/** By shape, since the store may come from another copy of clew. */
export function isTraceStore(value: unknown): value is TraceStore {
  return isObject(value) && 'add' in value && 'last' in value && 'list' in value;
}
