import { isCallable, type Callable } from '../base/callable.ts';
import { patchMethod, readMethod, watchForLoss, type Followed } from './followed.ts';

/** What goes on with a value once it is there. */
export type FollowValue = (value: unknown, followed: Followed) => unknown;

/** True for a promise that nobody subclassed or re-equipped: only then may another promise stand in for it. */
export function isPlainPromise(promise: object): boolean {
  return Object.getPrototypeOf(promise) === Promise.prototype && !Object.hasOwn(promise, 'then');
}

/**
 * The promise that is derived from a plain one. The derived one is returned, so that a rejection which nobody handles
 * stays unhandled. What was hung on the promise (an `abort` method) is carried over.
 */
export function followPlainPromise(
  promise: Promise<unknown>,
  followed: Followed,
  followValue: FollowValue,
): Promise<unknown> {
  const derived = promise.then(
    (value) => followValue(value, followed),
    (error: unknown) => {
      followed.span.conclude({ outcome: 'error', thrown: { error } });
      throw error;
    },
  );
  for (const key of Object.keys(promise)) {
    const descriptor = Object.getOwnPropertyDescriptor(promise, key);
    if (descriptor !== undefined) Reflect.defineProperty(derived, key, descriptor);
  }
  return derived;
}

/**
 * Observes anything else that has a `then`, in passing: the same object goes back, and its `then` is called by whoever
 * called it before, with the same receiver. A lazy client is never started by us, and one that nobody asks ends as
 * `unobserved`.
 */
export function followThenable(thenable: object, followed: Followed, followValue: FollowValue): void {
  const isObserved = observeThenable(thenable, {
    fulfilled: (value) => followValue(value, followed),
    rejected: (error) => followed.span.conclude({ outcome: 'error', thrown: { error } }),
  });
  if (isObserved) watchForLoss(thenable, followed, 'unobserved');
  else followed.span.conclude({ outcome: 'unobserved' });
}

/** Hears what a thenable comes to. */
export interface ThenableObserver {
  /** Gives the value that goes on to the caller. */
  readonly fulfilled: (value: unknown) => unknown;
  readonly rejected: (error: unknown) => void;
}

/** Observes `then`, `catch` and `finally` of one object in place; false when it does not let us. */
export function observeThenable(thenable: object, { fulfilled, rejected }: ThenableObserver): boolean {
  const original = readMethod(thenable, 'then');
  if (original === undefined) return false;
  const then = observeThen(original, { fulfilled: rememberFirst(fulfilled), rejected });
  return patchMethod(thenable, 'then', then) && patchCatch(thenable, then) && patchFinally(thenable, then);
}

type Then = (this: unknown, onFulfilled?: unknown, onRejected?: unknown, ...rest: readonly unknown[]) => unknown;

function observeThen(original: Callable, observer: ThenableObserver): Then {
  return function then(this: unknown, onFulfilled, onRejected, ...rest) {
    const fulfil = (value: unknown): unknown => {
      const followedValue = observer.fulfilled(value);
      return isCallable(onFulfilled) ? onFulfilled(followedValue) : followedValue;
    };
    const reject = (error: unknown): unknown => {
      observer.rejected(error);
      if (isCallable(onRejected)) return onRejected(error);
      throw error;
    };
    return Reflect.apply(original, this, [fulfil, reject, ...rest]);
  };
}

/** Native `catch` and `finally` call `then` on the object, and so reach ours; a client's own may not. */
function patchCatch(thenable: object, then: Then): boolean {
  const original = readMethod(thenable, 'catch');
  if (original === undefined || original === Promise.prototype.catch) return true;
  return patchMethod(thenable, 'catch', function (this: unknown, ...args: readonly unknown[]) {
    // Bluebird's `catch` takes filters before the handler, and calls `then` itself.
    return args.length > 1 ? Reflect.apply(original, this, args) : Reflect.apply(then, this, [undefined, args[0]]);
  });
}

function patchFinally(thenable: object, then: Then): boolean {
  const original = readMethod(thenable, 'finally');
  if (original === undefined || original === Promise.prototype.finally) return true;
  return patchMethod(thenable, 'finally', function (this: unknown, onFinally?: unknown) {
    if (!isCallable(onFinally)) return Reflect.apply(then, this, [onFinally, onFinally]);
    const fulfil = async (value: unknown): Promise<unknown> => (await onFinally(), value);
    const reject = async (error: unknown): Promise<never> => {
      await onFinally();
      throw error;
    };
    return Reflect.apply(then, this, [fulfil, reject]);
  });
}

/** Every `then` on one object gives the same value, and that value is followed once. */
function rememberFirst(follow: (value: unknown) => unknown): (value: unknown) => unknown {
  let first: { readonly value: unknown; readonly followed: unknown } | undefined;
  return (value) => {
    first ??= { value, followed: follow(value) };
    return Object.is(first.value, value) ? first.followed : value;
  };
}
