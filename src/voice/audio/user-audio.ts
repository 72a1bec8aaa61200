import { recordingRate } from './audio-frame.ts';
import { SampleRing } from './sample-ring.ts';
import type { Timeline, TimelineSource } from './timeline.ts';

/** How far a run of audio may be from where its frames arrive: 100 ms. */
export const tolerance = recordingRate / 10;

/**
 * The user's microphone. Its frames arrive when they were spoken: arrival is the clock. Frames that follow each other
 * make one run without seams, until run and clock are too far apart.
 */
export class UserAudio implements TimelineSource {
  readonly #ring = new SampleRing();
  #runStart = 0;
  #runEnd = Number.NaN;
  /** Where the run before ended. */
  #past = Number.NEGATIVE_INFINITY;

  mixInto(accumulator: Int32Array, from: number): void {
    this.#ring.mixInto(accumulator, from);
  }

  /** Takes 24 kHz samples that were complete at `now`. */
  arrived(pcm: Int16Array, now: number, timeline: Timeline): void {
    const start = now - pcm.length;
    const ahead = this.#runEnd - start;
    if (Number.isNaN(ahead) || ahead < -tolerance) this.#startRun(start);
    else if (ahead > tolerance) this.#pullBack(ahead, start, timeline.floor);
    timeline.put(pcm, this.#runEnd, (slice, at) => this.#ring.write(slice, at));
    this.#runEnd += pcm.length;
  }

  #startRun(start: number): void {
    this.#past = Number.isNaN(this.#runEnd) ? this.#past : Math.min(this.#runEnd, start);
    this.#runStart = start;
    this.#runEnd = start;
  }

  /**
   * More audio arrived than time went by. After a gap it is what the gap held back, so that the whole run belongs
   * earlier; without a gap the clocks drift, and the run is taken up anew.
   */
  #pullBack(ahead: number, start: number, floor: number): void {
    const room = this.#runStart - Math.max(this.#past, floor);
    if (room < ahead) return this.#startRun(start);
    this.#ring.slide(this.#runStart, this.#runEnd, ahead);
    this.#runStart -= ahead;
    this.#runEnd -= ahead;
  }
}
