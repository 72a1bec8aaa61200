import { types } from 'node:util';
import { untraced } from '../base/shared.ts';
import { readMethod, type Followed } from './followed.ts';
import { followAsyncIterable, followIterator, isIterator } from './iterator.ts';
import { followNodeReadable, isNodeReadable } from './node-stream.ts';
import { followPlainPromise, followThenable, isPlainPromise } from './promise.ts';
import { followReadableStream, isPlainReadableStream } from './readable-stream.ts';

/** Runs `invoke` inside the span and follows what it gives to its end: returns and throws what `invoke` does. */
export function followCall(followed: Followed, invoke: () => unknown): unknown {
  let result: unknown;
  try {
    result = followed.run(invoke);
  } catch (error) {
    followed.span.conclude({ outcome: 'error', thrown: { error } });
    throw error;
  }
  return followResult(result, followed);
}

/**
 * Follows a promise, a thenable, an iterator or a stream until it ends, and ends the span with it; anything else is the
 * output and ends it now. Gives back what the caller shall have: nearly always the same object.
 */
export function followResult(result: unknown, followed: Followed): unknown {
  if (typeof result !== 'object' || result === null) return endWith(result, followed);
  if (types.isPromise(result)) {
    if (isPlainPromise(result)) return followPlainPromise(result, followed, followValue);
    followThenable(result, followed, followValue);
    return result;
  }
  // Asking a Proxy for `then` may be a call to a server.
  if (types.isProxy(result)) return endWith(result, followed);
  return followObject(result, followed);
}

/** What a promise resolved to: a stream is followed on, and no thenable can be left. */
function followValue(value: unknown, followed: Followed): unknown {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return endWith(value, followed);
  return attempt(followStream, value, followed) ?? endWith(value, followed);
}

function followObject(result: object, followed: Followed): unknown {
  return attempt(followSource, result, followed) ?? endWith(result, followed);
}

type Follow = (value: object, followed: Followed) => object | undefined;

/** What inherits from a Proxy may throw at a mere `in`: then it is a value like any other. */
function attempt(follow: Follow, value: object, followed: Followed): object | undefined {
  try {
    return follow(value, followed);
  } catch {
    return undefined;
  }
}

function followSource(result: object, followed: Followed): object | undefined {
  if (!hasMethod(result, 'then')) return followStream(result, followed);
  followThenable(result, followed, followValue);
  return result;
}

/** The stream to hand out, or undefined for what is none. */
function followStream(value: object, followed: Followed): object | undefined {
  if (Array.isArray(value)) return undefined;
  if (isPlainReadableStream(value)) return followReadableStream(value, followed);
  if (value instanceof ReadableStream) return undefined;
  if (isNodeReadable(value)) {
    followNodeReadable(value, followed);
    return value;
  }
  const isSource = Symbol.asyncIterator in value || 'next' in value;
  if (!isSource) return undefined;
  if (untraced(() => isIterator(value))) followIterator(value, followed);
  else if (hasMethod(value, Symbol.asyncIterator)) followAsyncIterable(value, followed);
  else return undefined;
  return value;
}

function hasMethod(value: object, name: PropertyKey): boolean {
  return name in value && untraced(() => readMethod(value, name)) !== undefined;
}

function endWith(output: unknown, followed: Followed): unknown {
  followed.span.conclude({ outcome: 'ok', output });
  return output;
}
