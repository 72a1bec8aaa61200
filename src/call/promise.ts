import { endingOf, type Followed } from './followed.ts';
import type { FollowValue } from './thenable.ts';

/** True for a promise that nobody subclassed or re-equipped. */
export function isPlainPromise(promise: object): promise is Promise<unknown> {
  return Object.getPrototypeOf(promise) === Promise.prototype && !Object.hasOwn(promise, 'then');
}

/**
 * Follows a plain promise. That of an async function is new, and nobody can have handled it: the derived one takes its
 * place, so that a rejection which nobody handles stays unhandled. Any other may be cached, compared or handled by its
 * owner: it is returned as it is.
 */
export function followPlainPromise(
  promise: Promise<unknown>,
  followed: Followed,
  followValue: FollowValue,
  isOwned: boolean,
): Promise<unknown> {
  if (!isOwned) {
    promise.then(
      (value) => void valueOf(value, followed, followValue, false),
      (error) => fail(error, followed),
    );
    return promise;
  }
  return promise.then(
    (value) => valueOf(value, followed, followValue, true),
    (error: unknown) => {
      fail(error, followed);
      throw error;
    },
  );
}

/** What the caller gets for the value: the value itself, whatever fails of ours. */
function valueOf(value: unknown, followed: Followed, followValue: FollowValue, isReplaceable: boolean): unknown {
  try {
    return followValue(value, followed, isReplaceable);
  } catch (error) {
    followed.reportFailure(error);
    return value;
  }
}

function fail(error: unknown, followed: Followed): void {
  try {
    followed.span.conclude(endingOf(error, followed));
  } catch (failure) {
    followed.reportFailure(failure);
  }
}
