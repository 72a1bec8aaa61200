import { isCallable } from './callable.ts';
import { isObject } from './object.ts';

/** Two clocks: one that never goes back, and one that people read. */
export interface Clock {
  /** Monotonic milliseconds of this process. */
  now(): number;
  /** Milliseconds since 1970, with fractions. */
  wallTime(): number;
}

/**
 * The runtime's own monotonic clock, taken once when clew is loaded: while a test's fake timers hold time still, a
 * deadline must still come. Fake timers keep what they replaced on their clock, and hide the method of the prototype.
 */
function findMonotonic(): () => number {
  const found: unknown = Reflect.get(globalThis, 'performance');
  const clock: unknown = isObject(found) ? Reflect.get(found, 'clock') : undefined;
  const original: unknown = isObject(clock) ? Reflect.get(clock, '_performance') : undefined;
  const performance = isObject(original) ? original : found;
  if (!isObject(performance)) return Date.now;
  const inherited: unknown = Reflect.get(Reflect.getPrototypeOf(performance) ?? {}, 'now', performance);
  const now: unknown = isCallable(inherited) ? inherited : Reflect.get(performance, 'now');
  if (!isCallable(now)) return Date.now;
  return () => Number(Reflect.apply(now, performance, []));
}

const ownNow = findMonotonic();

/** Monotonic milliseconds for what must come in time whatever the program does to its clocks: deadlines and queues. */
export const ownClock: Pick<Clock, 'now'> = { now: ownNow };

const programPerformance: Pick<Clock, 'now'> = typeof performance === 'undefined' ? ownClock : performance;

/** The program's own `performance.now()`, also where somebody replaced it: times that a caller passes are on that clock. */
function programNow(): number {
  return programPerformance.now();
}

let known: TimeAnchor = { monotonic: 0, wall: 0 };

/**
 * `Date.now` knows no fractions, so that traces of one millisecond could not be told apart by their start. The
 * monotonic clock fills them in, for as long as the two agree: a wall clock that was set is believed at once.
 */
function preciseWallTime(): number {
  const monotonic = programNow();
  const wall = Date.now();
  const precise = known.wall + (monotonic - known.monotonic);
  if (precise >= wall && precise < wall + 1) return precise;
  known = { monotonic, wall };
  return wall;
}

export const systemClock: Clock = {
  now: programNow,
  wallTime: preciseWallTime,
};

/**
 * Ties the two clocks together once, at a local root. Every time under that root is this anchor plus a monotonic
 * difference, so that a clock that is set back in mid-trace cannot put a child before its parent (A94, A95).
 */
export interface TimeAnchor {
  readonly monotonic: number;
  readonly wall: number;
}

export function createAnchor(clock: Clock): TimeAnchor {
  return { monotonic: clock.now(), wall: clock.wallTime() };
}

let lastSecond = Number.NaN;
let lastSecondText = '';

/** ISO 8601 with microseconds. Most times of a trace share their second, which is the slow part to format. */
export function formatTime(anchor: TimeAnchor, monotonic: number): string {
  const micros = Math.round((anchor.wall + (monotonic - anchor.monotonic)) * 1000);
  const second = Math.floor(micros / 1_000_000);
  if (second !== lastSecond) {
    const date = new Date(second * 1000);
    // A hand-built time outside what Date can hold must not cost its record.
    if (Number.isNaN(date.getTime())) return '1970-01-01T00:00:00.000000Z';
    lastSecond = second;
    lastSecondText = date.toISOString().slice(0, -4);
  }
  return `${lastSecondText}${String(micros - second * 1_000_000 + 1_000_000).slice(1)}Z`;
}

/** Milliseconds to three decimals, which is what the clock can tell. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
