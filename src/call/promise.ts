import { isMethod, patchMethod, readMethod, watchForLoss, type Followed, type Method } from './followed.ts';

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
    if (descriptor !== undefined) Object.defineProperty(derived, key, descriptor);
  }
  return derived;
}

/**
 * Observes anything else that has a `then`, in passing: the same object goes back, and its `then` is called by whoever
 * called it before, with the same receiver. A lazy client is never started by us, and one that nobody asks ends as
 * `unobserved`.
 */
export function followThenable(thenable: object, followed: Followed, followValue: FollowValue): void {
  const originalThen = readMethod(thenable, 'then');
  if (originalThen === undefined) return;
  const once = rememberFirst((value) => followValue(value, followed));
  const then = observeThen(thenable, originalThen, followed, once);
  const isPatched = patchMethod(thenable, 'then', then) && patchCatch(thenable, then) && patchFinally(thenable, then);
  if (isPatched) watchForLoss(thenable, followed, 'unobserved');
  else followed.span.conclude({ outcome: 'unobserved' });
}

type Then = (onFulfilled?: unknown, onRejected?: unknown) => unknown;

function observeThen(
  thenable: object,
  original: Method,
  followed: Followed,
  followOnce: (value: unknown) => unknown,
): Then {
  // Only a weak hold: the patched method lives on the object itself and must not keep the registry from its loss.
  const target = new WeakRef(thenable);
  return (onFulfilled, onRejected) => {
    const fulfil = (value: unknown): unknown => {
      const followedValue = followOnce(value);
      return isMethod(onFulfilled) ? onFulfilled(followedValue) : followedValue;
    };
    const reject = (error: unknown): unknown => {
      followed.span.conclude({ outcome: 'error', thrown: { error } });
      if (isMethod(onRejected)) return onRejected(error);
      throw error;
    };
    return Reflect.apply(original, target.deref(), [fulfil, reject]);
  };
}

/** Native `catch` and `finally` call `then` on the object, and so reach ours; a client's own may not. */
function patchCatch(thenable: object, then: Then): boolean {
  const original = readMethod(thenable, 'catch');
  if (original === undefined || original === Promise.prototype.catch) return true;
  return patchMethod(thenable, 'catch', (onRejected?: unknown) => then(undefined, onRejected));
}

function patchFinally(thenable: object, then: Then): boolean {
  const original = readMethod(thenable, 'finally');
  if (original === undefined || original === Promise.prototype.finally) return true;
  return patchMethod(thenable, 'finally', (onFinally?: unknown) => {
    if (!isMethod(onFinally)) return then(onFinally, onFinally);
    return then(
      async (value: unknown) => (await onFinally(), value),
      async (error: unknown) => {
        await onFinally();
        throw error;
      },
    );
  });
}

/** Every `then` on one object gives the same value, and that value is followed once. */
function rememberFirst(follow: (value: unknown) => unknown): (value: unknown) => unknown {
  let first: { readonly value: unknown; readonly followed: unknown } | undefined;
  return (value) => {
    if (first === undefined) first = { value, followed: follow(value) };
    return Object.is(first.value, value) ? first.followed : value;
  };
}
