import { roundMs } from '../base/clock.ts';

/** When the parts of a stream came. */
export class StreamTimes {
  #parts = 0;
  #lastAt = 0;
  #longestGapMs = 0;

  /** The first part opens the first gap. */
  note(at: number): void {
    if (this.#parts > 0) this.#longestGapMs = Math.max(this.#longestGapMs, at - this.#lastAt);
    this.#parts += 1;
    this.#lastAt = at;
  }

  /** As the metadata of a span tells it; a single part has no gap. */
  get metadata(): object | undefined {
    if (this.#parts < 2) return undefined;
    return { stream: { parts: this.#parts, longest_gap_ms: roundMs(this.#longestGapMs) } };
  }
}
