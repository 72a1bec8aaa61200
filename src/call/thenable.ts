import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { isCallable } from '../base/callable.ts';
import { detach, endingOf, patchMethod, readMethod, type Followed } from './followed.ts';
import { LossWatch } from './loss.ts';
import { followResponse } from './response.ts';
import { observeThen, type Then } from './then.ts';

/** What goes on with a value once it is there. Returns what the caller gets: nearly always the same value. */
export type FollowValue = (value: unknown, followed: Followed, isReplaceable: boolean) => unknown;

/** Thenables come from caches as streams do, and more often. */
const mostFollowers = 1_000;
/** What starts a lazy client besides `then`, and gives a promise of the same value. */
const starters = ['parse', 'exec', 'execute', 'runUntilDone', 'requestTransaction'] as const;

const followersOf = new WeakMap<object, ThenableFollowers>();

/**
 * Observes whatever else has a `then`, in passing: the same object goes back, and its `then` is called by its reader
 * alone, with the same receiver. A lazy client is never started by us; one that nobody asks ends as `unobserved`.
 */
export function followThenable(thenable: object, followed: Followed, followValue: FollowValue): void {
  const known = followersOf.get(thenable);
  if (known !== undefined) return known.join(followed);
  const followers = new ThenableFollowers(followValue);
  followers.join(followed);
  const isPatched =
    patchThen(thenable, followers) &&
    patchStarters(thenable, followers) &&
    patchAsResponse(thenable, followers) &&
    patchIteration(thenable, followers);
  if (!isPatched) return followers.detach(thenable);
  followersOf.set(thenable, followers);
  followers.watch(thenable);
}

type Settled = { readonly value: unknown; readonly passedOn: unknown } | { readonly error: unknown };

class ThenableFollowers {
  readonly #members: Followed[] = [];
  readonly #followValue: FollowValue;
  readonly #loss = new LossWatch(() => this.#conclude((member) => member.span.conclude({ outcome: 'unobserved' })));
  #settled: Settled | undefined;
  #isAsked = false;
  #isIterated = false;

  constructor(followValue: FollowValue) {
    this.#followValue = followValue;
  }

  /** One that comes late has the same end at once. */
  join(followed: Followed): void {
    if (this.#settled !== undefined) this.#settle(followed, this.#settled);
    else if (!this.#isIterated && this.#members.length < mostFollowers) this.#members.push(followed);
    else detach(undefined, followed);
  }

  watch(thenable: object): void {
    this.#loss.watch(thenable);
  }

  detach(thenable: object): void {
    this.#conclude((member) => detach(thenable, member));
  }

  get isAsked(): boolean {
    return this.#isAsked;
  }

  /** Runs what starts a lazy client: its work nests under the innermost call that follows it. */
  run<Result>(work: () => Result): Result {
    this.#isAsked = true;
    this.#loss.end();
    const [first] = this.#members;
    return first === undefined ? work() : first.run(work);
  }

  /** The value to pass on. What came first is the answer; a `then` after it gets the same. */
  fulfilled(value: unknown): unknown {
    if (this.#settled === undefined) {
      const [first] = this.#members;
      const passedOn = first === undefined ? value : this.#follow(first, value);
      this.#settled = { value, passedOn };
      for (const member of this.#members.slice(1)) this.#follow(member, passedOn);
      this.#members.length = 0;
    }
    return 'value' in this.#settled && Object.is(this.#settled.value, value) ? this.#settled.passedOn : value;
  }

  rejected(error: unknown): void {
    this.#settled ??= { error };
    this.#conclude((member) => member.span.conclude(endingOf(error, member)));
  }

  /** The raw response was asked for, and nothing else. */
  responded(response: unknown): void {
    if (this.#settled !== undefined) return;
    this.#conclude((member) => {
      if (!followResponse(response, member)) detach(response, member);
    });
  }

  /** It is read part by part, and nobody asked for the whole. */
  iterated(iterator: unknown): void {
    if (this.#settled !== undefined) return;
    this.#isIterated = true;
    this.#conclude((member) => this.#follow(member, iterator));
  }

  #settle(followed: Followed, settled: Settled): void {
    if ('value' in settled) this.#follow(followed, settled.passedOn);
    else followed.span.conclude(endingOf(settled.error, followed));
  }

  #follow(followed: Followed, value: unknown): unknown {
    return followed.fence(() => ({ value: this.#followValue(value, followed, true) }))?.value ?? value;
  }

  #conclude(end: (member: Followed) => void): void {
    const members = this.#members.splice(0);
    for (const member of members) member.fence(() => end(member));
  }
}

function patchThen(thenable: object, followers: ThenableFollowers): boolean {
  const original = readMethod(thenable, 'then');
  if (original === undefined) return false;
  const then = observeThen(original, followers);
  return patchMethod(thenable, 'then', then) && patchCatch(thenable, then) && patchFinally(thenable, then);
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

/** `query.exec()`, `request.parse()`: what `then` calls itself, and a reader may call instead. */
function patchStarters(thenable: object, followers: ThenableFollowers): boolean {
  return starters.every((name) => {
    const original = readMethod(thenable, name);
    if (original === undefined) return true;
    return patchMethod(thenable, name, function (this: unknown, ...args: readonly unknown[]) {
      const result = followers.run(() => Reflect.apply(original, this, args));
      return derive(result, (value) => followers.fulfilled(value), followers);
    });
  });
}

/** Model clients hand out the raw response too: alone, or beside the answer in `withResponse()`. */
function patchAsResponse(thenable: object, followers: ThenableFollowers): boolean {
  const original = readMethod(thenable, 'asResponse');
  if (original === undefined) return true;
  return patchMethod(thenable, 'asResponse', function (this: unknown, ...args: readonly unknown[]) {
    const isAlone = !followers.isAsked;
    const response = followers.run(() => Reflect.apply(original, this, args));
    if (!isAlone) return response;
    const responded = (value: unknown): unknown => {
      followers.responded(value);
      return value;
    };
    return derive(response, responded, followers);
  });
}

/**
 * A query or a runner of tools may be read in a loop instead: its iterator is followed then. A child process that can be
 * awaited and iterated settles by itself.
 */
function patchIteration(thenable: object, followers: ThenableFollowers): boolean {
  const settlesItself = types.isPromise(thenable) || thenable instanceof EventEmitter;
  const original = settlesItself ? undefined : readMethod(thenable, Symbol.asyncIterator);
  if (original === undefined) return true;
  return patchMethod(thenable, Symbol.asyncIterator, function (this: unknown, ...args: readonly unknown[]) {
    const isAlone = !followers.isAsked;
    const iterator = followers.run(() => Reflect.apply(original, this, args));
    if (isAlone) followers.iterated(iterator);
    return iterator;
  });
}

/** A derived promise: a rejection that nobody handles stays unhandled. What is no promise is returned as it is. */
function derive(
  result: unknown,
  fulfilled: (value: unknown) => unknown,
  followers: Pick<ThenableFollowers, 'rejected'>,
): unknown {
  if (!types.isPromise(result)) return result;
  return result.then(fulfilled, (error: unknown) => {
    followers.rejected(error);
    throw error;
  });
}
