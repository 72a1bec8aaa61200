import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { isObject } from '../base/object.ts';
import { untraced } from '../base/shared.ts';
import { followClientStream, followStreamResult, isClientStream, isStreamResult } from './client-stream.ts';
import { detach, endingOf, readMethod, type Followed } from './followed.ts';
import type { Invocation } from './invocation.ts';
import { followAsyncIterable, followIterator, isIterator } from './iterator.ts';
import { followNodeReadable, isLongLived, isNodeReadable } from './node-stream.ts';
import { followObservable, isObservable, isSubject } from './observable.ts';
import { followPlainPromise, isPlainPromise } from './promise.ts';
import { followReadableStream, isReadableStream } from './readable-stream.ts';
import { followThenable } from './thenable.ts';

/** Goes on with what a call returned. Returns what the caller gets. */
type Finish = (call: Invocation, result: unknown) => unknown;

/** Runs `invoke` inside the span, and finishes the call with what it returns: throws what it throws. */
export function runCall(call: Invocation, invoke: () => unknown, finish: Finish = finishCall): unknown {
  let result: unknown;
  try {
    result = call.run(invoke);
  } catch (error) {
    threwInCall(call, error);
    throw error;
  }
  return finish(call, result);
}

/** Runs a block, and follows what it returns to its end. */
export function followCall(call: Invocation, invoke: () => unknown): unknown {
  return runCall(call, invoke, (_, result) => followResult(result, call));
}

/** The function has returned: follows what came back. Returns what the caller gets. */
export function finishCall(call: Invocation, result: unknown): unknown {
  call.leave();
  if (!call.span.isRecording) return finishSampledOut(call, result);
  const { callback } = call;
  if (callback !== undefined && call.fence(() => callback.returned(result)) === true) {
    call.returned();
    return result;
  }
  return followResult(result, call);
}

/** Runs a block of a trace that was sampled out. */
export function runSampledOut(call: Invocation, invoke: () => unknown): unknown {
  return runCall(call, invoke, finishSampledOut);
}

/** Of a trace that was sampled out only the end is noted, where that changes nothing. */
function finishSampledOut(call: Invocation, result: unknown): unknown {
  if (!isObject(result)) return endWith(result, call);
  const isNew = types.isPromise(result) && isPlainPromise(result) && call.ownsPromise;
  return isNew ? followPlainPromise(result, call, endWith, true) : result;
}

/** The function threw. */
export function threwInCall(call: Invocation, error: unknown): void {
  call.leave();
  call.callback?.threw();
  fail(error, call);
}

/** Runs a generator function, whose span begins when what it returns is first read, or when it throws before that. */
export function followGenerator(call: Followed, invoke: () => unknown): unknown {
  let generator: unknown;
  try {
    generator = invoke();
  } catch (error) {
    fail(error, call);
    throw error;
  }
  call.fence(() => {
    call.returned();
    if (isObject(generator)) followIterator(generator, call, true);
  });
  return generator;
}

function fail(error: unknown, followed: Followed): void {
  followed.fence(() => followed.span.conclude(endingOf(error, followed)));
}

/**
 * Follows a promise, a thenable, an iterator or a stream until it ends, and ends the span with it; anything else is the
 * output and ends it now. Returns what the caller gets: nearly always the same object.
 */
function followResult(result: unknown, followed: Followed): unknown {
  try {
    return follow(result, followed);
  } catch (error) {
    followed.reportFailure(error);
    followed.fence(() => detach(result, followed));
    return result;
  }
}

function follow(result: unknown, followed: Followed): unknown {
  if (!isObject(result)) return endWith(result, followed);
  if (types.isPromise(result)) {
    const isPlain = isPlainPromise(result);
    const isOwned = isPlain && followed.ownsPromise;
    followed.returned();
    if (isPlain) return followPlainPromise(result, followed, followValue, isOwned);
    followThenable(result, followed, followValue);
    return result;
  }
  // Asking a Proxy for `then` may be a call to a server.
  if (types.isProxy(result)) return endWith(result, followed);
  followed.returned();
  if (hasMethod(result, 'then')) {
    followThenable(result, followed, followValue);
    return result;
  }
  return followObject(result, followed, true);
}

/** What a promise resolved to: a stream is followed on, and so is a thenable that another thenable gave. */
function followValue(value: unknown, followed: Followed, isReplaceable: boolean): unknown {
  if (!isObject(value) || types.isProxy(value)) return endWith(value, followed);
  if (hasMethod(value, 'then')) {
    followThenable(value, followed, followValue);
    return value;
  }
  return followObject(value, followed, isReplaceable);
}

/** What inherits from a Proxy may throw at a mere `in`: then it is a value like any other. */
function followObject(value: object, followed: Followed, isReplaceable: boolean): unknown {
  if (Array.isArray(value)) return endWith(value, followed);
  const source = sourceIn(value);
  if (source === undefined) return endWith(value, followed);
  const seen = tryToFollow(source, followed, isReplaceable && source === value);
  if (seen !== undefined) return source === value ? seen : value;
  if (source === value) detach(value, followed);
  else endWith(value, followed);
  return value;
}

/** What throws when it is asked, or lets nobody listen, is handed out as it is. */
function tryToFollow(source: object, followed: Followed, isReplaceable: boolean): object | undefined {
  try {
    return followSource(source, followed, isReplaceable);
  } catch {
    return undefined;
  }
}

/** The value itself, or the stream in it. Undefined for a plain value, and for one that cannot be asked. */
function sourceIn(value: object): object | undefined {
  try {
    return isSource(value) ? value : streamIn(value);
  } catch {
    return undefined;
  }
}

/** What comes in parts, or lives on when the call has returned. Most results are plain objects: they are asked least. */
function isSource(value: object): boolean {
  if (Symbol.asyncIterator in value || 'next' in value) return true;
  if (Object.getPrototypeOf(value) === Object.prototype) return false;
  return (
    'getReader' in value ||
    'fullStream' in value ||
    '_emit' in value ||
    isObservable(value) ||
    isWritable(value) ||
    value instanceof EventEmitter
  );
}

/** A web stream that is written, or both: what is read from it depends on what its owner writes. */
function isWritable(value: object): boolean {
  return 'getWriter' in value || ('writable' in value && 'readable' in value);
}

/** The object to hand out, or undefined where it cannot be followed. */
function followSource(value: object, followed: Followed, isReplaceable: boolean): object | undefined {
  if (isReadableStream(value)) return followReadableStream(value, followed, isReplaceable);
  if (isLongLived(value) || isSubject(value)) return undefined;
  if (isNodeReadable(value)) return followNodeReadable(value, followed) ? value : undefined;
  if (isWritable(value)) return undefined;
  if (isClientStream(value)) return followClientStream(value, followed);
  if (isStreamResult(value)) return followStreamResult(value, followed);
  if (isObservable(value)) return followObservable(value, followed);
  if (untraced(() => isIterator(value))) return followIterator(value, followed) ? value : undefined;
  if (hasMethod(value, Symbol.asyncIterator)) return followAsyncIterable(value, followed) ? value : undefined;
  // A reader of its own kind will read it when the call is long over.
  if (hasMethod(value, 'getReader')) return undefined;
  endWith(value, followed);
  return value;
}

/** `{ stream, … }`: how some clients return what they stream. */
function streamIn(value: object): object | undefined {
  if (!Object.hasOwn(value, 'stream')) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  const stream: unknown = Object.getOwnPropertyDescriptor(value, 'stream')?.value;
  const isPlain = prototype === Object.prototype || prototype === null;
  return isPlain && isObject(stream) && !types.isProxy(stream) && Symbol.asyncIterator in stream ? stream : undefined;
}

function hasMethod(value: object, name: PropertyKey): boolean {
  try {
    return name in value && untraced(() => readMethod(value, name)) !== undefined;
  } catch {
    return false;
  }
}

function endWith(output: unknown, followed: Followed): unknown {
  followed.span.conclude({ outcome: 'ok', output });
  return output;
}
