import { clip } from './audio-frame.ts';
import { ringLength, type TimelineSource } from './timeline.ts';

/** The part of the timeline that is not written yet, of one source. Places are samples from the session's start. */
export class SampleRing implements TimelineSource {
  /** Made with the first sample: a source that never speaks costs nothing. */
  #samples: Int16Array | undefined;

  /** Puts samples down in place of what was there. */
  write(pcm: Int16Array, at: number): void {
    const ring = this.#open();
    const place = placeOf(at);
    const fitting = Math.min(pcm.length, ringLength - place);
    ring.set(pcm.subarray(0, fitting), place);
    ring.set(pcm.subarray(fitting), 0);
  }

  /** Adds samples to what is there. */
  add(pcm: Int16Array, at: number): void {
    const ring = this.#open();
    let place = placeOf(at);
    for (const sample of pcm) {
      ring[place] = clip((ring[place] ?? 0) + sample);
      place = place + 1 === ringLength ? 0 : place + 1;
    }
  }

  /** Moves what is from `start` to `end` to an earlier place, and leaves silence behind. */
  slide(start: number, end: number, distance: number): void {
    const ring = this.#open();
    for (let at = start; at < end; at += 1) ring[placeOf(at - distance)] = ring[placeOf(at)] ?? 0;
    for (let at = Math.max(start, end - distance); at < end; at += 1) ring[placeOf(at)] = 0;
  }

  mixInto(accumulator: Int32Array, from: number): void {
    const ring = this.#samples;
    if (ring === undefined) return;
    let place = placeOf(from);
    for (let index = 0; index < accumulator.length; index += 1) {
      accumulator[index] = (accumulator[index] ?? 0) + (ring[place] ?? 0);
      ring[place] = 0;
      place = place + 1 === ringLength ? 0 : place + 1;
    }
  }

  #open(): Int16Array {
    this.#samples ??= new Int16Array(ringLength);
    return this.#samples;
  }
}

function placeOf(at: number): number {
  const place = at % ringLength;
  return place < 0 ? place + ringLength : place;
}
