import * as nodeTimers from 'node:timers';
import { types } from 'node:util';
import { isCallable, type Callable } from './callable.ts';
import { createDeferred } from './deferred.ts';
import { genuine } from './genuine.ts';
import { isObject } from './object.ts';

/**
 * The timers of the runtime itself, taken once when clew is loaded. A test's fake timers stop the program's clock, never
 * the deadline of a flush; and those of jsdom, which cannot let go of the process, are not used where Node has its own.
 */

/** What `startTimer` gave: an object in Node, a number in a browser. */
export type Timer = object | number;

type Start = (run: () => void, ms: number) => Timer;

/** Undefined where the runtime has no such function. */
function find(name: 'setTimeout' | 'clearTimeout' | 'setImmediate'): Callable | undefined {
  const candidates: readonly unknown[] = [Reflect.get(nodeTimers, name), Reflect.get(globalThis, name)];
  const found = candidates.find((candidate) => isCallable(candidate));
  return isCallable(found) ? genuine(name, found) : undefined;
}

const setTimer = find('setTimeout');
const clearTimer = find('clearTimeout');
const setNextTurn = find('setImmediate');

/** Runs `run` after `ms` milliseconds. It holds the process: for those who wait for the answer. */
export const startTimer: Start = (run, ms) => {
  const timer: unknown = setTimer?.(run, ms);
  return isObject(timer) || typeof timer === 'number' ? timer : 0;
};

/** As `startTimer`, without holding the process where the runtime can tell the difference. */
export const startIdleTimer: Start = (run, ms) => {
  const timer = startTimer(run, ms);
  release(timer);
  return timer;
};

function release(timer: unknown): void {
  if (isObject(timer) && 'unref' in timer && isCallable(timer.unref)) timer.unref();
}

export function stopTimer(timer: Timer | undefined): void {
  if (timer !== undefined) clearTimer?.(timer);
}

/** True for what `setTimeout` and `setImmediate` of Node return. */
export function isTimer(value: unknown): boolean {
  if (!isObject(value) || types.isProxy(value) || !('hasRef' in value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  const maker: unknown = isObject(prototype)
    ? Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
    : undefined;
  return typeof maker === 'function' && (maker.name === 'Timeout' || maker.name === 'Immediate');
}

let isLastTurn = false;

/** True from the end of a program's work until its event loop turns again. */
export function isAtLastTurn(): boolean {
  return isLastTurn;
}

/**
 * The program has nothing left to do: `beforeExit`. Whatever we would still do in another turn makes Node emit it again,
 * and a listener that traces something each time would be called for ever. `goesOn` runs if there is another turn.
 */
export function reachLastTurn(goesOn: () => void): void {
  if (isLastTurn || setNextTurn === undefined) return;
  isLastTurn = true;
  release(
    setNextTurn(() => {
      isLastTurn = false;
      goesOn();
    }),
  );
}

/**
 * Runs `run` once the input and output that is there was seen to. At the last turn it does not hold the process: what
 * is left then is for `exit`.
 */
export function onNextTurn(run: () => void): void {
  const turn = startTurn(run);
  if (isLastTurn) release(turn);
}

export function nextTurn(): Promise<void> {
  const { promise, resolve } = createDeferred<void>();
  startTurn(resolve);
  return promise;
}

function startTurn(run: () => void): unknown {
  return setNextTurn === undefined ? startTimer(run, 0) : setNextTurn(run);
}

/** Waits without holding the process: what waits for it has a timer of its own. */
export function pause(ms: number): Promise<void> {
  const { promise, resolve } = createDeferred<void>();
  startIdleTimer(resolve, ms);
  return promise;
}
