const longestMs = 60_000;

/** Milliseconds to wait after so many failures in a row: twice as long each time, a minute at most, half of it chance. */
export function backoffMs(failures: number, firstMs: number): number {
  const whole = Math.min(longestMs, firstMs * 2 ** Math.max(0, failures - 1));
  // Many processes that lost the same backend must not come back to it in one moment.
  return whole / 2 + (Math.random() * whole) / 2;
}
