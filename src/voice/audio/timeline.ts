import { clip, recordingRate } from './audio-frame.ts';

/** What has samples on the timeline; places are samples from the session's start. */
export interface TimelineSource {
  /** Adds its samples of `[from, from + accumulator.length)`. It is asked for each stretch once, in order. */
  mixInto(accumulator: Int32Array, from: number): void;
}

/** Where the mixed samples go, in order. */
export interface TimelineSink {
  /** The array is the sink's from now on. */
  samples(pcm: Int16Array): void;
  silence(samples: number): void;
}

/** How long audio can still be changed, in samples: 10 s. A report that comes later changes nothing. */
export const windowLength = 10 * recordingRate;
const stepLength = recordingRate / 25;
/** What a source that keeps samples by their place must have room for. */
export const ringLength = windowLength + stepLength;
/** So much is put down at once. */
const sliceLength = recordingRate;
/** A WAV states its length in 32 bits: 24 h 51 min. */
export const mostSamples = Math.floor((2 ** 32 - 1 - 44) / 2);

/**
 * The call from its first sound on. What lies more than the window behind the latest sound is mixed and given away;
 * nothing is held beyond that.
 */
export class Timeline {
  readonly #sources: readonly TimelineSource[];
  readonly #sink: TimelineSink;
  readonly #onFull: () => void;
  readonly #accumulator = new Int32Array(stepLength);
  /** Where changes are still possible; before the first sound unknown. */
  #floor: number | undefined;
  #isWriting = false;
  #first = 0;
  #end = 0;

  constructor(sources: readonly TimelineSource[], sink: TimelineSink, onFull: () => void) {
    this.#sources = sources;
    this.#sink = sink;
    this.#onFull = onFull;
  }

  /** What lies before it was given away. */
  get floor(): number {
    return this.#floor ?? Number.NEGATIVE_INFINITY;
  }

  /** Of the first sample; undefined while there is none. */
  get start(): number | undefined {
    return this.#floor === undefined ? undefined : this.#first;
  }

  /** After the last sample. */
  get end(): number {
    return this.#end;
  }

  /**
   * Makes room for sound from `start` to `end`. To be asked before samples are put down, and after a source knows of
   * what it has ready by itself. Returns false where the recording is full.
   */
  reach(start: number, end: number): boolean {
    if (end <= start) return true;
    this.#floor ??= this.#begin(start);
    if (end - this.#first > mostSamples) {
      this.#onFull();
      return false;
    }
    if (!this.#isWriting) this.#first = Math.min(this.#first, Math.max(start, this.#floor));
    for (let at = Math.max(start, this.#end); at < end; at += sliceLength) {
      this.#extend(Math.min(end, at + sliceLength));
    }
    return true;
  }

  /** Hands samples to `write` slice by slice, each when there is room; what lies before the floor is left out. */
  put(pcm: Int16Array, at: number, write: (slice: Int16Array, at: number) => void): void {
    for (let start = 0; start < pcm.length; start += sliceLength) {
      const slice = pcm.subarray(start, start + sliceLength);
      if (!this.reach(at + start, at + start + slice.length)) return;
      const late = Math.max(0, this.floor - at - start);
      if (late < slice.length) write(slice.subarray(late), at + start + late);
    }
  }

  /** Gives away everything. */
  finish(): void {
    if (this.#floor !== undefined) this.#writeTo(this.#end, 1);
  }

  #begin(start: number): number {
    this.#first = start;
    this.#end = start;
    // The other side may tell a little later that it was first.
    return start - windowLength / 2;
  }

  #extend(end: number): void {
    const previous = this.#end;
    this.#end = end;
    const target = end - windowLength;
    if (target > previous) {
      this.#writeTo(previous, 1);
      this.#sink.silence(target - this.floor);
      this.#floor = target;
    } else this.#writeTo(target, stepLength);
  }

  #writeTo(target: number, step: number): void {
    while (target - this.floor >= step) {
      if (!this.#isWriting) {
        this.#isWriting = true;
        this.#floor = this.#first;
        continue;
      }
      this.#write(Math.min(stepLength, target - this.floor));
    }
  }

  #write(length: number): void {
    const accumulator = this.#accumulator.subarray(0, length).fill(0);
    for (const source of this.#sources) source.mixInto(accumulator, this.floor);
    const pcm = new Int16Array(length);
    for (let index = 0; index < length; index += 1) pcm[index] = clip(accumulator[index] ?? 0);
    this.#floor = this.floor + length;
    this.#sink.samples(pcm);
  }
}
