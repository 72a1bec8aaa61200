import { recordingRate } from './audio-frame.ts';
import { SampleRing } from './sample-ring.ts';
import type { Timeline, TimelineSource } from './timeline.ts';

/** How far a run of audio may be from where its frames arrive: 100 ms. */
export const tolerance = recordingRate / 10;

/** What was held back arrives within 1 s of the first frame; what is ahead later is a clock that drifts. */
const longestBurst = recordingRate;

/**
 * The user's microphone. Its frames arrive when they were spoken: arrival is the clock. Frames that follow each other
 * make one run without seams, until run and clock are too far apart.
 */
export class UserAudio implements TimelineSource {
  readonly #ring = new SampleRing();
  #runStart = 0;
  #runEnd = Number.NaN;
  /** When its first frame arrived. */
  #arrivedAt = 0;
  /** Where the run before ended. */
  #past = Number.NEGATIVE_INFINITY;

  mixInto(accumulator: Int32Array, from: number): void {
    this.#ring.mixInto(accumulator, from);
  }

  /** Takes 24 kHz samples that were complete at `now`. */
  arrived(pcm: Int16Array, now: number, timeline: Timeline): void {
    const start = now - pcm.length;
    const ahead = this.#runEnd - start;
    if (Number.isNaN(ahead) || ahead < -tolerance) this.#startRun(start, now);
    else if (ahead > tolerance && !this.#pullBack(ahead, now, timeline)) this.#startRun(start, now);
    timeline.put(pcm, this.#runEnd, (slice, at) => this.#ring.write(slice, at));
    this.#runEnd += pcm.length;
  }

  #startRun(start: number, now: number): void {
    this.#arrivedAt = now;
    this.#past = Number.isNaN(this.#runEnd) ? this.#past : Math.min(this.#runEnd, start);
    this.#runStart = start;
    this.#runEnd = start;
  }

  /**
   * More audio arrived than time went by. After a gap it is what the gap held back, so that the whole run belongs
   * earlier. Returns false where it cannot be that, or has no room: the run is then taken up anew.
   */
  #pullBack(ahead: number, now: number, timeline: Timeline): boolean {
    const room = this.#runStart - Math.max(this.#past, timeline.floor);
    if (room < ahead || now - this.#arrivedAt > longestBurst) return false;
    timeline.reach(this.#runStart - ahead, this.#runEnd);
    this.#ring.slide(this.#runStart, this.#runEnd, ahead);
    this.#runStart -= ahead;
    this.#runEnd -= ahead;
    return true;
  }
}
