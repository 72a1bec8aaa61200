import { recordingRate } from './audio-frame.ts';

const blockLength = recordingRate;

/**
 * Samples by their number, in blocks of one second. What was never stored, or was forgotten, reads as silence.
 */
export class SampleStore {
  readonly #blocks = new Map<number, Int16Array>();
  #end = 0;

  /** The number that the next sample gets. */
  get end(): number {
    return this.#end;
  }

  append(pcm: Int16Array): void {
    for (let start = 0; start < pcm.length;) {
      const place = this.#end % blockLength;
      const part = pcm.subarray(start, start + blockLength - place);
      this.#open(Math.floor(this.#end / blockLength)).set(part, place);
      start += part.length;
      this.#end += part.length;
    }
  }

  /** Numbers samples without keeping them. */
  skip(samples: number): void {
    this.#end += samples;
  }

  /** Adds the samples from number `from` on to a part of an accumulator. */
  addTo(accumulator: Int32Array, from: number): void {
    for (let index = 0; index < accumulator.length;) {
      const place = (from + index) % blockLength;
      const length = Math.min(accumulator.length - index, blockLength - place);
      const block = this.#blocks.get(Math.floor((from + index) / blockLength));
      if (block !== undefined) {
        for (let step = 0; step < length; step += 1) {
          accumulator[index + step] = (accumulator[index + step] ?? 0) + (block[place + step] ?? 0);
        }
      }
      index += length;
    }
  }

  /** Lets go of the whole blocks that lie from `start` to `end`. */
  forget(start: number, end: number): void {
    const last = Math.floor(end / blockLength);
    for (const number of this.#blocks.keys()) {
      if (number >= last) break;
      if (number * blockLength >= start) this.#blocks.delete(number);
    }
  }

  #open(number: number): Int16Array {
    const known = this.#blocks.get(number);
    if (known !== undefined) return known;
    const block = new Int16Array(blockLength);
    this.#blocks.set(number, block);
    return block;
  }
}
