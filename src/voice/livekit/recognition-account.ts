import { amountIn, textIn } from './livekit-session.ts';
import { audioDurationIn } from './metrics.ts';

/** Rounding of sums of frames. */
const leastMs = 1;

/**
 * What a call's recogniser has told of itself. While a call is torn down the last of it can get lost; the session's own
 * sum has it, so that every cent is kept.
 */
export class RecognitionAccount {
  #audioMs = 0;

  add(metrics: unknown): void {
    this.#audioMs += audioDurationIn(metrics) ?? 0;
  }

  /** Milliseconds of `session.usage.modelUsage`, which versions before 1.2 do not have, that no metrics told of. */
  untold(modelUsage: readonly unknown[]): number {
    const told = modelUsage.filter((usage) => textIn(usage, 'type') === 'stt_usage');
    const sum = told.reduce<number>((total, usage) => total + (amountIn(usage, 'audioDurationMs') ?? 0), 0);
    return sum - this.#audioMs > leastMs ? sum - this.#audioMs : 0;
  }
}
