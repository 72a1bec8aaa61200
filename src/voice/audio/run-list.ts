import type { SampleStore } from './sample-store.ts';

/** Samples of the store, from number `from` on, that are heard from the place `at` on. */
export interface Run {
  readonly at: number;
  readonly from: number;
  readonly length: number;
}

/** Where a stretch of the segment's audio was heard, in samples. */
export interface Stretch {
  readonly at: number;
  readonly offset: number;
  readonly length: number;
}

interface KeptRun {
  readonly at: number;
  readonly from: number;
  length: number;
  /** Nothing will correct it any more. */
  isSettled: boolean;
}

/** What of the agent was heard when, in order, as far as it can still be changed. */
export class RunList {
  #runs: KeptRun[] = [];

  /** The lowest number of a sample that is needed. */
  get firstSample(): number {
    return this.#runs.reduce((first, { from }) => Math.min(first, from), Number.POSITIVE_INFINITY);
  }

  /** The number after the highest one that is needed. */
  get lastSample(): number {
    return this.#runs.reduce((last, { from, length }) => Math.max(last, from + length), 0);
  }

  /** Adds a run, or lets the last one go on. */
  play({ at, from, length }: Run): void {
    const last = this.#runs.at(-1);
    const goesOn = last?.isSettled === false && last.at + last.length === at && last.from + last.length === from;
    if (goesOn) last.length += length;
    else this.#runs.push({ at, from, length, isSettled: false });
  }

  settle(): void {
    for (const run of this.#runs) run.isSettled = true;
  }

  /** Forgets what was only assumed. */
  dropAssumed(): void {
    this.#runs = this.#runs.filter(({ isSettled }) => isSettled);
  }

  /** Nothing is heard from a place on: an agent has one mouth. */
  cutAt(at: number): void {
    for (const run of this.#runs) run.length = Math.min(run.length, at - run.at);
    this.#dropEmpty();
  }

  /** Takes samples away from the end of what was assumed. */
  shorten(samples: number): void {
    let excess = samples;
    for (const run of this.#runs.toReversed()) {
      if (run.isSettled || excess <= 0) break;
      const taken = Math.min(excess, run.length);
      run.length -= taken;
      excess -= taken;
    }
    this.#dropEmpty();
  }

  /** Drops the last run if it is short and began at that place. */
  dropBlip(at: number, shorterThan: number): void {
    const last = this.#runs.at(-1);
    if (last?.isSettled === false && last.at === at && last.length < shorterThan) this.#runs.pop();
  }

  mixInto(accumulator: Int32Array, from: number, store: SampleStore): void {
    const to = from + accumulator.length;
    for (const run of this.#runs) {
      const start = Math.max(run.at, from);
      const end = Math.min(run.at + run.length, to);
      if (start < end) store.addTo(accumulator.subarray(start - from, end - from), run.from + start - run.at);
    }
    const first = this.#runs[0];
    if (first !== undefined && first.at + first.length <= to) {
      this.#runs = this.#runs.filter(({ at, length }) => at + length > to);
    }
  }

  #dropEmpty(): void {
    this.#runs = this.#runs.filter(({ length }) => length > 0);
  }
}
