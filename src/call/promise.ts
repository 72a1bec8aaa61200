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
  const conclude = (error: unknown): void => {
    followed.fence(() => followed.span.conclude(endingOf(error, followed)));
  };
  if (!isOwned) {
    promise.then((value) => void followed.fence(() => followValue(value, followed, false)), conclude);
    return promise;
  }
  return promise.then(
    (value) => followed.fence(() => ({ result: followValue(value, followed, true) }))?.result ?? value,
    (error: unknown) => {
      conclude(error);
      throw error;
    },
  );
}
