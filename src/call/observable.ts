import { isCallable, type Callable } from '../base/callable.ts';
import { isObject } from '../base/object.ts';
import { patchMethod, readMethod, type Followed } from './followed.ts';
import { followStream, type StreamFollowers } from './stream-followers.ts';

/** An RxJS Observable, of any version. A Subject is none: it goes on when the call is long over. */
export function isObservable(value: object): boolean {
  return 'subscribe' in value && 'pipe' in value && 'forEach' in value && 'lift' in value && !('next' in value);
}

/** An RxJS Subject: its owner sends through it, and the call does not say when that is over. */
export function isSubject(value: object): boolean {
  return 'next' in value && 'subscribe' in value && 'pipe' in value && 'observers' in value;
}

/**
 * Follows the first subscription to an Observable: the caller has its own object, which does nothing before it is
 * subscribed to. Unsubscribing ends the span as cancelled. Undefined where it cannot be followed.
 */
export function followObservable(observable: object, followed: Followed): object | undefined {
  const isFollowed = followStream(observable, followed, (followers) => {
    const original = readMethod(observable, 'subscribe');
    if (original === undefined) return false;
    followers.watch(observable);
    return patchMethod(observable, 'subscribe', observeFirst(original, followers));
  });
  return isFollowed && observable;
}

function observeFirst(original: Callable, followers: StreamFollowers): Callable {
  let isFirst = true;
  return function subscribe(...args) {
    if (!isFirst) return Reflect.apply(original, this, args);
    isFirst = false;
    followers.begin();
    const subscription = followers.run(() => Reflect.apply(original, this, observeSubscriber(args, followers)));
    followers.fence(() => {
      const add = isObject(subscription) ? readMethod(subscription, 'add') : undefined;
      // Runs when it is over, too: the first end wins.
      const cancel = (): void => {
        followers.settle();
        followers.cancel();
      };
      if (add !== undefined) Reflect.apply(add, subscription, [cancel]);
    });
    return subscription;
  };
}

/** A subscriber of an operator has to stay what it is; functions and partial observers become one that passes on. */
function observeSubscriber(args: readonly unknown[], followers: StreamFollowers): readonly unknown[] {
  const [first] = args;
  if (isObject(first) && 'closed' in first && 'add' in first) {
    observeInPlace(first, followers);
    return args;
  }
  return [passingObserver(isObject(first) ? first : { next: first, error: args[1], complete: args[2] }, followers)];
}

function observeInPlace(subscriber: object, followers: StreamFollowers): void {
  const notes = notesOf(followers);
  for (const name of ['next', 'error', 'complete'] as const) {
    const original = readMethod(subscriber, name);
    if (original === undefined) continue;
    patchMethod(subscriber, name, function (this: unknown, ...args: readonly unknown[]) {
      notes[name](args[0]);
      return Reflect.apply(original, this, args);
    });
  }
}

function passingObserver(observer: object, followers: StreamFollowers): object {
  const notes = notesOf(followers);
  const pass = (name: 'next' | 'error' | 'complete', otherwise: (value: unknown) => void) => (value: unknown) => {
    notes[name](value);
    const own: unknown = Reflect.get(observer, name);
    if (isCallable(own)) Reflect.apply(own, observer, name === 'complete' ? [] : [value]);
    else otherwise(value);
  };
  const nothing = (): void => {};
  return {
    next: pass('next', nothing),
    // Without a handler RxJS reports the error, as it reports what a handler throws.
    error: pass('error', (error) => {
      throw error;
    }),
    complete: pass('complete', nothing),
  };
}

function notesOf(followers: StreamFollowers): Record<'next' | 'error' | 'complete', (value: unknown) => void> {
  const place = followers.place();
  return {
    next: (value) => followers.take(value, place),
    error: (error) => followers.fail(error),
    complete: () => followers.end(),
  };
}
