import { onTestFinished, vi } from 'vitest';

/** When the monotonic clock stood at 0. */
const epoch = Date.parse('2026-11-20T10:00:00Z');

/** Both clocks of the process stand still until they are told to move: every time in a record is exact. */
export class HandClock {
  #now = 0;
  #setBackBy = 0;

  constructor() {
    const clocks = [
      vi.spyOn(performance, 'now').mockImplementation(() => this.#now),
      vi.spyOn(Date, 'now').mockImplementation(() => this.wallAt(this.#now)),
    ];
    onTestFinished(() => clocks.forEach((clock) => clock.mockRestore()));
  }

  get now(): number {
    return this.#now;
  }

  set(ms: number): void {
    this.#now = ms;
  }

  /** Milliseconds since 1970, as LiveKit's `createdAt` and `startedAt` are. */
  wallAt(ms: number): number {
    return epoch + ms - this.#setBackBy;
  }

  /** Somebody sets the wall clock, and nothing but that. */
  setBack(ms: number): void {
    this.#setBackBy += ms;
  }
}
