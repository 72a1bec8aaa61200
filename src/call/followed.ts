import { EventEmitter } from 'node:events';
import { isCallable, type Callable } from '../base/callable.ts';
import { marker } from '../capture/marker.ts';
import type { Ending, Span } from '../span/span.ts';

/** A call whose result is followed to its end. */
export interface Followed {
  /** The call's span. That of a generator begins when it is first read. */
  readonly span: Span;
  /** True while its span has not begun. */
  readonly isLazy: boolean;
  /** True where the call made its promise itself, so that nobody else can hold it: another one may take its place. */
  readonly ownsPromise: boolean;
  /** The function has returned, and its result is followed: its arguments are let go of. */
  returned(): void;
  /** True where the caller aborted one of the signals it passed. A timeout is no such abort. */
  isAborted(): boolean;
  /** True where `error` is what the caller's own abort threw. */
  isAbort(error: unknown): boolean;
  /** Runs a part of the call's work with its span as parent. */
  run<Result>(work: () => Result): Result;
  /** Runs our own work so that no failure of it leaves; undefined after one. */
  fence<Result>(work: () => Result): Result | undefined;
  /** Reports a failure of ours. */
  reportFailure(error: unknown): void;
}

/** How a call ends that threw: an abort by the caller is no error. */
export function endingOf(error: unknown, followed: Followed): Pick<Ending, 'outcome' | 'thrown'> {
  return { outcome: followed.isAbort(error) ? 'cancelled' : 'error', thrown: { error } };
}

/**
 * Ends the span of a call whose result is handed out and not followed. An emitter is named, not recorded: its insides are
 * Node's own, and those of a child process hold its command line.
 */
export function detach(result: unknown, followed: Followed): void {
  const output =
    result instanceof EventEmitter ? { outputText: marker('object', { type: typeOf(result) }) } : { output: result };
  followed.span.conclude({ outcome: 'detached', ...output });
}

function typeOf(emitter: object): string {
  try {
    return emitter.constructor.name;
  } catch {
    return 'EventEmitter';
  }
}

/** Replaces a method on one object, as a class would define it; false when the object does not let us. */
export function patchMethod(target: object, name: PropertyKey, method: (...args: never[]) => unknown): boolean {
  return Reflect.defineProperty(target, name, { value: method, writable: true, configurable: true, enumerable: false });
}

/** A method of an object of any kind; undefined where there is none or it cannot be read. */
export function readMethod(target: object, name: PropertyKey): Callable | undefined {
  try {
    const method: unknown = Reflect.get(target, name);
    return isCallable(method) ? method : undefined;
  } catch {
    return undefined;
  }
}
