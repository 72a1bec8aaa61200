/**
 * Waits for `work`, but no longer than `timeoutMs`. The timer holds the process, since the caller waits for the answer.
 * Returns true when the work was done in time. Never rejects.
 */
export async function beforeDeadline(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), Math.max(0, timeoutMs));
  try {
    return await Promise.race([
      work.then(
        () => true,
        () => true,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
