import { types } from 'node:util';
import type { Callable } from '../base/callable.ts';
import { isObject } from '../base/object.ts';
import { isOfPlatform } from '../base/platform.ts';
import { isNode } from '../base/runtime.ts';
import { patchMethod, readMethod, type Followed } from './followed.ts';
import { patchSteps } from './iterator.ts';
import { followStream, type ReaderPlace, type StreamFollowers } from './stream-followers.ts';
import { passThrough, pipeSource } from './stream-twin.ts';

/**
 * True for a web stream: the platform's own, a subclass, a polyfill's or another realm's. Told by what it can do, since
 * each of those has a class of its own.
 */
export function isReadableStream(value: object): value is ReadableStream<unknown> {
  if (isOfPlatform('ReadableStream', value)) return true;
  return ['locked', 'getReader', 'tee', 'pipeTo', 'cancel'].every((name) => name in value);
}

/** Bun, Deno and Workers read the body of a response past the methods of its stream. */
const readsByMethods = isNode();

const twins = new WeakMap<object, ReadableStream<unknown>>();

/**
 * Follows a web stream in place: nothing is read ahead, nothing is locked before a reader locks it, and the caller has
 * its own object. Where a runtime reads past its methods, a stream that gives the same takes its place. Undefined where
 * it cannot be followed.
 */
export function followReadableStream(
  stream: ReadableStream<unknown>,
  followed: Followed,
  isReplaceable: boolean,
): ReadableStream<unknown> | undefined {
  const isSeen = followStream(stream, followed, (followers) => {
    if (stream.locked || !patchStream(stream, followers)) return false;
    followers.watch(stream);
    return true;
  });
  if (isSeen === undefined) return undefined;
  return readsByMethods || !isReplaceable || !isOfPlatform('ReadableStream', stream) ? stream : twinOf(stream);
}

function twinOf(stream: ReadableStream<unknown>): ReadableStream<unknown> {
  const twin = twins.get(stream) ?? passThrough(stream);
  twins.set(stream, twin);
  return twin;
}

/** Observes every way to read one stream; false when it does not let us. `place` is that of a branch of `tee`. */
export function patchStream(stream: object, followers: StreamFollowers, place?: ReaderPlace): boolean {
  const patches: Readonly<Record<string | symbol, (original: Callable) => Callable>> = {
    getReader: (original) => observeReader(original, followers, place),
    values: (original) => observeIterator(original, followers, place),
    [Symbol.asyncIterator]: (original) => observeIterator(original, followers, place),
    tee: (original) => observeTee(original, followers, place),
    cancel: (original) => observeCancel(original, followers, place ?? followers.place(), isUnlocked),
    pipeTo,
    pipeThrough,
  };
  return Reflect.ownKeys(patches).every((name) => {
    const original = readMethod(stream, name);
    const patch = patches[name];
    // What a subclass does otherwise ends in the methods of its base.
    if (original === undefined || patch === undefined || !isOfBase(stream, name, original)) return true;
    return patchMethod(stream, name, patch(original));
  });
}

function isOfBase(stream: object, name: PropertyKey, method: Callable): boolean {
  return !isOfPlatform('ReadableStream', stream) || Reflect.get(ReadableStream.prototype, name) === method;
}

function observeReader(original: Callable, followers: StreamFollowers, place: ReaderPlace | undefined): Callable {
  return function getReader(...args) {
    const reader = Reflect.apply(original, this, args);
    followers.fence(() => {
      if (isObject(reader)) new ReaderPatch(followers, place ?? followers.place()).apply(reader);
    });
    return reader;
  };
}

/** Observes what one reader reads, and how its stream ends while nobody reads. */
class ReaderPatch {
  readonly #followers: StreamFollowers;
  readonly #place: ReaderPlace;
  #isReleased = false;

  constructor(followers: StreamFollowers, place: ReaderPlace) {
    this.#followers = followers;
    this.#place = place;
  }

  apply(reader: object): void {
    const patch = (name: string, observe: (original: Callable) => Callable): void => {
      const original = readMethod(reader, name);
      if (original !== undefined) patchMethod(reader, name, observe(original));
    };
    patch('read', (original) => this.#observeRead(original));
    patch('cancel', (original) => observeCancel(original, this.#followers, this.#place, () => !this.#isReleased));
    patch('releaseLock', (original) => this.#observeRelease(original));
    const closed: unknown = Reflect.get(reader, 'closed');
    if (!types.isPromise(closed)) return;
    delayClosed(reader);
    const followers = this.#followers;
    closed.then(
      () => this.#hear(() => followers.end()),
      (error: unknown) => this.#hear(() => followers.fail(error)),
    );
  }

  #hear(end: () => void): void {
    if (!this.#isReleased && !this.#place.isCancelled) this.#followers.hear(end);
  }

  #observeRead(original: Callable): Callable {
    const [patch, followers] = [this, this.#followers];
    return function read(...args) {
      followers.begin();
      let reading: unknown;
      try {
        reading = followers.run(() => Reflect.apply(original, this, args));
      } finally {
        if (!types.isPromise(reading)) followers.settle();
      }
      return types.isPromise(reading) ? patch.#observeReading(reading) : reading;
    };
  }

  #observeReading(reading: Promise<unknown>): Promise<unknown> {
    const followers = this.#followers;
    return reading.then(
      (chunk) => {
        followers.fence(() => this.#take(chunk));
        followers.settle();
        return chunk;
      },
      (error: unknown) => {
        this.#hear(() => followers.fail(error));
        followers.settle();
        throw error;
      },
    );
  }

  #take(chunk: unknown): void {
    if (!isObject(chunk)) return;
    if (Reflect.get(chunk, 'done') === true) this.#hear(() => this.#followers.end());
    else this.#followers.take(Reflect.get(chunk, 'value'), this.#place);
  }

  #observeRelease(original: Callable): Callable {
    const release = (): void => {
      this.#isReleased = true;
    };
    return function releaseLock(...args) {
      release();
      return Reflect.apply(original, this, args);
    };
  }
}

/** An observed part comes a microtask later: were `closed` not as late, it would overtake the last one. */
function delayClosed(reader: object): void {
  const delayed = new WeakMap<object, Promise<unknown>>();
  const prototype: unknown = Object.getPrototypeOf(reader);
  if (!isObject(prototype)) return;
  Object.defineProperty(reader, 'closed', {
    configurable: true,
    enumerable: false,
    get(this: unknown) {
      const closed: unknown = Reflect.get(prototype, 'closed', this);
      if (!types.isPromise(closed)) return closed;
      const later = delayed.get(closed) ?? closed.then((value) => value);
      // As the platform has it: nobody needs to handle it.
      later.catch(() => {});
      delayed.set(closed, later);
      return later;
    },
  });
}

function observeIterator(original: Callable, followers: StreamFollowers, place: ReaderPlace | undefined): Callable {
  return function values(...args) {
    const iterator = Reflect.apply(original, this, args);
    followers.fence(() => {
      const [options] = args;
      const isKept = isObject(options) && Reflect.get(options, 'preventCancel') === true;
      if (isObject(iterator)) patchSteps(iterator, followers, { returnEnds: !isKept, place });
    });
    return iterator;
  };
}

/** Both branches get every part; whichever comes first to one records it, and the first to the end ends it. */
function observeTee(original: Callable, followers: StreamFollowers, place: ReaderPlace | undefined): Callable {
  return function tee(...args) {
    const branches = Reflect.apply(original, this, args);
    followers.fence(() => {
      if (!Array.isArray(branches)) return;
      for (const branch of branches) {
        if (isObject(branch)) patchStream(branch, followers, { ...(place ?? followers.place()) });
      }
    });
    return branches;
  };
}

/**
 * A branch of `tee` is cancelled when both are: until then the source goes on, and so does the span. What has no right to
 * the stream cancels nothing: the stream while a reader has it, a reader that was released.
 */
function observeCancel(
  original: Callable,
  followers: StreamFollowers,
  place: ReaderPlace,
  isEntitled: (target: unknown) => boolean,
): Callable {
  return function cancel(...args) {
    if (!isEntitled(this)) return Reflect.apply(original, this, args);
    place.isCancelled = true;
    const cancelling = followers.run(() => Reflect.apply(original, this, args));
    return types.isPromise(cancelling) ? cancelling.finally(() => followers.cancel()) : cancelling;
  };
}

function isUnlocked(stream: unknown): boolean {
  return isObject(stream) && Reflect.get(stream, 'locked') === false;
}

/**
 * A pipe reads past the methods of its source: it gets a stream that reads by them. What the platform refuses, it refuses
 * as ever.
 */
function pipeTo(original: Callable): Callable {
  return function pipeTo(...args) {
    const [destination] = args;
    if (!canPipe(this, destination)) return Reflect.apply(original, this, args);
    return pipe(this, original, args);
  };
}

/** Whatever was made of the method since. */
const platformPipe = typeof ReadableStream === 'undefined' ? undefined : readMethod(ReadableStream.prototype, 'pipeTo');

/** As the platform defines it: a `pipeTo` that nobody waits for. */
function pipeThrough(original: Callable): Callable {
  return function pipeThrough(...args) {
    const [transform, options] = args;
    const { readable, writable } = pairOf(transform);
    const hasSignal = isObject(options) && 'signal' in options && options.signal !== undefined;
    const isRefused = hasSignal && !isOfPlatform('AbortSignal', options.signal);
    const isOurs = platformPipe !== undefined && isOfPlatform('ReadableStream', readable) && canPipe(this, writable);
    if (isRefused || !isOurs) {
      return Reflect.apply(original, this, args);
    }
    pipe(this, platformPipe, [writable, options]).catch(() => {});
    return readable;
  };
}

function pairOf(transform: unknown): { readable?: unknown; writable?: unknown } {
  if (!isObject(transform)) return {};
  return { readable: Reflect.get(transform, 'readable'), writable: Reflect.get(transform, 'writable') };
}

function canPipe(source: unknown, destination: unknown): source is ReadableStream<unknown> {
  return (
    isOfPlatform('ReadableStream', source) &&
    !source.locked &&
    isOfPlatform('WritableStream', destination) &&
    !destination.locked
  );
}

async function pipe(source: ReadableStream<unknown>, original: Callable, args: readonly unknown[]): Promise<unknown> {
  const { stream, release } = pipeSource(source);
  try {
    return await Reflect.apply(original, stream, args);
  } finally {
    release();
  }
}
