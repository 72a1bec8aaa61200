import type { Clock } from '../../base/clock.ts';
import { samplesPerMs } from './audio-frame.ts';

/** The clock of one session, in samples since its start. */
export class SessionClock {
  readonly #clock: Clock;
  readonly #startedAt: number;

  constructor(clock: Clock, startedAt: number) {
    this.#clock = clock;
    this.#startedAt = Number.isFinite(startedAt) ? startedAt : clock.now();
  }

  now(): number {
    return this.at(this.#clock.now());
  }

  /** The place of a monotonic time. */
  at(ms: number): number {
    return Math.round((ms - this.#startedAt) * samplesPerMs);
  }

  /** The place of a wall time. */
  atWall(ms: number): number {
    return this.at(this.#clock.now() - (this.#clock.wallTime() - ms));
  }
}
