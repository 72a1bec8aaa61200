import { isCallable, type Callable } from '../base/callable.ts';
import { captureContext, runInContext } from '../context/scope.ts';
import { patchMethod, readMethod } from './followed.ts';

/** Sees what a thenable comes to. */
export interface ThenableObserver {
  /** Returns the value that goes on to the caller, if it is not the same. */
  readonly fulfilled: (value: unknown) => unknown;
  readonly rejected: (error: unknown) => void;
}

/** An observer in whose context the work of a lazy thenable runs. */
export interface Passing extends ThenableObserver {
  run<Result>(work: () => Result): Result;
}

export type Then = (this: unknown, onFulfilled?: unknown, onRejected?: unknown, ...rest: readonly unknown[]) => unknown;

/** Observes one `then` of one object: for a step of another library's iterator. */
export function observeOnce(thenable: object, observer: ThenableObserver): boolean {
  const original = readMethod(thenable, 'then');
  if (original === undefined) return false;
  let isFirst = true;
  const once = (observe: (value: unknown) => void) => (value: unknown) => {
    if (isFirst) observe(value);
    isFirst = false;
    return value;
  };
  const run = <Result>(work: () => Result): Result => work();
  const passing = { fulfilled: once(observer.fulfilled), rejected: once(observer.rejected), run };
  return patchMethod(thenable, 'then', observeThen(original, passing));
}

/** A `then` that does what `original` does, and has `followers` see what comes of it. */
export function observeThen(original: Callable, followers: Passing): Then {
  return function then(this: unknown, onFulfilled, onRejected, ...rest) {
    // What the caller does with the value is the caller's, not a part of this call.
    const caller = captureContext();
    const fulfil = (value: unknown): unknown => {
      const passedOn = followers.fulfilled(value);
      return isCallable(onFulfilled) ? runInContext(caller, () => onFulfilled(passedOn)) : passedOn;
    };
    const reject = (error: unknown): unknown => {
      followers.rejected(error);
      if (isCallable(onRejected)) return runInContext(caller, () => onRejected(error));
      throw error;
    };
    return followers.run(() => Reflect.apply(original, this, [fulfil, reject, ...rest]));
  };
}
