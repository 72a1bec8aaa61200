import { AsyncLocalStorage } from 'node:async_hooks';
import { isObject } from './object.ts';

/**
 * What every copy of clew in one process has in common. A CommonJS copy under an ESM application must find the same
 * tracer and the same active span, so neither may live in a module.
 */
export interface SharedState {
  /** What is active in this asynchronous context; context/ alone knows its shape. */
  readonly storage: AsyncLocalStorage<unknown>;
  /** The tracer that `init` made, or undefined. */
  tracer: unknown;
  /** What that tracer was made from, to tell whether another `init` asks for the same. */
  settings: unknown;
  /** Every tracer that `init` made: each is a handle of the one in force. */
  readonly handles: WeakSet<object>;
  /** Those of them that another took the place of, and in which something is still open. */
  readonly retiring: Set<object>;
  /** How often one took the place of another. */
  handovers: number;
  /** The store that `setTraceStore` named, or undefined. */
  store: unknown;
  /** How many tracers that record exist or are scoped. While it is 0, decorated code needs no look at the context. */
  recording: number;
  /** True while clew reads a user's value: a getter that is traced itself then runs as if it were not. */
  reading: boolean;
  /** True once the process is about to end: nothing asynchronous runs any more. */
  exiting: boolean;
}

const key = Symbol.for('clew/1');

function isSharedState(value: unknown): value is SharedState {
  return isObject(value) && 'storage' in value && 'recording' in value && 'retiring' in value;
}

function findOrCreate(): SharedState {
  const existing: unknown = Reflect.get(globalThis, key);
  if (isSharedState(existing)) return existing;
  const state: SharedState = {
    storage: new AsyncLocalStorage(),
    tracer: undefined,
    settings: undefined,
    handles: new WeakSet(),
    retiring: new Set(),
    handovers: 0,
    store: undefined,
    recording: 0,
    reading: false,
    exiting: false,
  };
  Object.defineProperty(globalThis, key, { value: state });
  return state;
}

export const shared: SharedState = findOrCreate();

/** Runs `read`, which may call a user's getters, with tracing off for whatever it calls. */
export function untraced<Result>(read: () => Result): Result {
  if (shared.reading) return read();
  shared.reading = true;
  try {
    return read();
  } finally {
    shared.reading = false;
  }
}
