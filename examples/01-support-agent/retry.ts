/** A failure that may be gone in a moment. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
}

/** Runs `work` again after a transient error, up to `attempts` times in all. */
export async function retry<T>(attempts: number, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !(error instanceof TransientError)) throw error;
    }
  }
}
