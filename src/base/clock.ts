import { performance } from 'node:perf_hooks';

/** Two clocks: one that never goes back, and one that people read. */
export interface Clock {
  /** Monotonic milliseconds of this process. */
  now(): number;
  /** Milliseconds since 1970, with fractions. */
  wallTime(): number;
}

let known: TimeAnchor = { monotonic: 0, wall: 0 };

/**
 * `Date.now` knows no fractions, so that traces of one millisecond could not be told apart by their start. The
 * monotonic clock fills them in, for as long as the two agree: a wall clock that was set is believed at once.
 */
function preciseWallTime(): number {
  const monotonic = performance.now();
  const wall = Date.now();
  const precise = known.wall + (monotonic - known.monotonic);
  if (precise >= wall && precise < wall + 1) return precise;
  known = { monotonic, wall };
  return wall;
}

export const systemClock: Clock = {
  now: () => performance.now(),
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
