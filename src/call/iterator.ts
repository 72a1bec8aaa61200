import { types } from 'node:util';
import { isCallable, type Callable } from '../base/callable.ts';
import { isObject } from '../base/object.ts';
import { isOfPlatform } from '../base/platform.ts';
import { untraced } from '../base/shared.ts';
import { patchMethod, readMethod, type Followed } from './followed.ts';
import { followStream, type ReaderPlace, type StreamFollowers } from './stream-followers.ts';
import { observeOnce } from './then.ts';

type StepName = 'next' | 'return' | 'throw';
const stepNames: readonly StepName[] = ['next', 'return', 'throw'];

/**
 * Follows an iterator in place: the caller gets its own object back, with `next`, `return` and `throw` observed. Each
 * step runs inside the span, so that what a generator calls nests under it, and what its consumer calls between two
 * steps does not. `break` lets the generator's `finally` run and ends the span as cancelled. A lazy one is not watched
 * before it is first read. False where it cannot be followed.
 */
export function followIterator(iterator: object, followed: Followed, isLazy = false): boolean {
  const followers = followStream(iterator, followed, (first) => patchSteps(iterator, first));
  // A call that returns another call's generator has begun, whether or not the generator ever does.
  if (!isLazy) followers?.watch(iterator);
  return followers !== undefined;
}

/** Follows what an async iterable gives through whichever of its iterators comes first to a part. */
export function followAsyncIterable(iterable: object, followed: Followed): boolean {
  const isFollowed = followStream(iterable, followed, (followers) => {
    // A client's own stream object makes all its iterators, those of `tee()` too, by a function of its own.
    const names: readonly PropertyKey[] = [
      Symbol.asyncIterator,
      ...(Object.hasOwn(iterable, 'iterator') ? ['iterator'] : []),
    ];
    const signal = ownSignalOf(iterable);
    for (const name of names) if (!patchIteration(iterable, name, followers, signal)) return false;
    followers.watch(iterable);
    return true;
  });
  return isFollowed !== undefined;
}

function patchIteration(
  iterable: object,
  name: PropertyKey,
  followers: StreamFollowers,
  signal: AbortSignal | undefined,
): boolean {
  const original = readMethod(iterable, name);
  if (original === undefined) return name !== Symbol.asyncIterator;
  return patchMethod(iterable, name, function (this: unknown, ...args: readonly unknown[]): unknown {
    const iterator = Reflect.apply(original, this, args);
    followers.fence(() => {
      if (!isObject(iterator) || !patchSteps(iterator, followers, { signal })) return;
      // The iterable may be let go of now: what is read is the iterator.
      followers.watch(iterator);
    });
    return iterator;
  });
}

/** Clients end a stream quietly when its own controller was aborted. */
function ownSignalOf(iterable: object): AbortSignal | undefined {
  const controller: unknown = Object.getOwnPropertyDescriptor(iterable, 'controller')?.value;
  return isOfPlatform('AbortController', controller) ? controller.signal : undefined;
}

/** What is particular to an iterator. */
export interface StepOptions {
  readonly signal?: AbortSignal | undefined;
  /** False where `return` leaves the stream open for another reader. */
  readonly returnEnds?: boolean;
  /** Where it is in the stream. Default: where the stream is now. */
  readonly place?: ReaderPlace | undefined;
}

/** Who observes the steps of an iterator. One follower does so once; an iterable that hands out another's adds its own. */
const patched = new WeakMap<object, readonly StreamFollowers[]>();
const mostObservers = 16;

/** Observes the steps of one iterator; false when it does not let us. */
export function patchSteps(iterator: object, followers: StreamFollowers, options: StepOptions = {}): boolean {
  const observers = patched.get(iterator) ?? [];
  if (observers.includes(followers)) return true;
  if (observers.length >= mostObservers) return false;
  const steps = new Steps(iterator, followers, options);
  for (const name of stepNames) {
    const original = readMethod(iterator, name);
    if (original === undefined) continue;
    const step = function (this: unknown, ...args: readonly unknown[]): unknown {
      return steps.take(name, original, this, args);
    };
    if (!patchMethod(iterator, name, step)) return false;
  }
  patched.set(iterator, [...observers, followers]);
  return true;
}

class Steps {
  readonly #iterator: WeakRef<object>;
  readonly #followers: StreamFollowers;
  readonly #options: StepOptions;
  readonly #place: ReaderPlace;
  #isStarted = false;

  constructor(iterator: object, followers: StreamFollowers, options: StepOptions) {
    this.#iterator = new WeakRef(iterator);
    this.#followers = followers;
    this.#options = options;
    this.#place = options.place ?? followers.place();
  }

  take(name: StepName, original: Callable, receiver: unknown, args: readonly unknown[]): unknown {
    const followers = this.#followers;
    if (followers.isOver) return Reflect.apply(original, receiver, args);
    if (!this.#isStarted && name === 'return' && followers.isLazy) {
      // A generator that is closed before it is first read never ran: there is nothing to record of it.
      const closed = Reflect.apply(original, receiver, args);
      followers.cancel();
      return closed;
    }
    this.#start();
    let step: unknown;
    try {
      step = followers.run(() => Reflect.apply(original, receiver, args));
    } catch (error) {
      this.#failed(error);
      throw error;
    }
    return types.isPromise(step) ? this.#later(name, step) : this.#now(name, step);
  }

  #start(): void {
    this.#followers.begin();
    if (this.#isStarted) return;
    this.#isStarted = true;
    const iterator = this.#iterator.deref();
    if (iterator !== undefined) this.#followers.watch(iterator);
  }

  #later(name: StepName, step: Promise<unknown>): unknown {
    return step.then(
      (value) => {
        this.#came(name, value);
        return value;
      },
      (error: unknown) => {
        this.#failed(error);
        throw error;
      },
    );
  }

  /** A step, or another library's promise of one: then its reader asks it, not we. */
  #now(name: StepName, step: unknown): unknown {
    const isThenable = isObject(step) && !types.isProxy(step) && untraced(() => readMethod(step, 'then')) !== undefined;
    const isObserved =
      isThenable &&
      observeOnce(step, { fulfilled: (value) => this.#came(name, value), rejected: (error) => this.#failed(error) });
    if (!isObserved) this.#came(name, step);
    return step;
  }

  #came(name: StepName, step: unknown): void {
    const followers = this.#followers;
    const { signal, returnEnds = true } = this.#options;
    const { done, value } = readStep(step);
    if (!done) followers.take(value, this.#place);
    followers.settle();
    if (!done) return;
    if (name !== 'return') followers.end(value, signal?.aborted === true);
    else if (returnEnds) followers.cancel();
  }

  #failed(error: unknown): void {
    this.#followers.settle();
    this.#followers.fail(error);
  }
}

/** A getter is its reader's alone: it may give something else the second time. */
function readStep(step: unknown): { done: boolean; value: unknown } {
  if (!isObject(step)) return { done: true, value: undefined };
  if (types.isProxy(step)) return { done: false, value: undefined };
  return { done: Boolean(ownValue(step, 'done')), value: ownValue(step, 'value') };
}

function ownValue(step: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(step, name)?.value;
}

export function isIterator(value: object): boolean {
  return (
    isCallable(readMethod(value, 'next')) &&
    (isCallable(readMethod(value, Symbol.iterator)) || isCallable(readMethod(value, Symbol.asyncIterator)))
  );
}
