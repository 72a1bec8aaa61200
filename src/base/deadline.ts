import { createDeferred } from './deferred.ts';
import { startTimer, stopTimer } from './timers.ts';

const longestTimerMs = 2_147_483_647;

/** What a timer can be set to: a longer one, or an endless one, would fire at once. */
export function timerDelay(ms: number): number {
  return Math.min(Math.max(0, ms), longestTimerMs);
}

/**
 * Waits for `work`, but no longer than `timeoutMs`. The timer holds the process, since the caller waits for the answer.
 * Returns true when the work was done in time. Never rejects.
 */
export async function beforeDeadline(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const { promise: late, resolve } = createDeferred<false>();
  const timer = startTimer(() => resolve(false), timerDelay(timeoutMs));
  try {
    return await Promise.race([
      work.then(
        () => true,
        () => true,
      ),
      late,
    ]);
  } finally {
    stopTimer(timer);
  }
}
