/** A slice is 10 ms at first; whenever there are too many, two become one. */
const firstSlice = 240;
const mostSlices = 8_192;
const mostPeaks = 2_000;
const loudest = 32_767;

/** How loud a recording is over its time, gathered while it is written, in a memory that does not grow. */
export class Peaks {
  readonly #slices = new Uint16Array(mostSlices);
  #sliceLength = firstSlice;
  #count = 0;
  /** Of the slice that is not full yet. */
  #peak = 0;
  #filled = 0;
  #total = 0;

  add(pcm: Int16Array): void {
    for (let start = 0; start < pcm.length;) {
      const end = Math.min(pcm.length, start + this.#sliceLength - this.#filled);
      for (let index = start; index < end; index += 1) {
        const level = Math.abs(pcm[index] ?? 0);
        if (level > this.#peak) this.#peak = level;
      }
      this.#fill(end - start);
      start = end;
    }
  }

  addSilence(samples: number): void {
    for (let left = samples; left > 0;) {
      const length = Math.min(left, this.#sliceLength - this.#filled);
      this.#fill(length);
      left -= length;
    }
  }

  /** Base64 of at most 2,000 unsigned bytes, one per equal slice; see `Recording`. */
  toText(): string {
    const slices = [...this.#slices.subarray(0, this.#count), ...(this.#filled > 0 ? [this.#peak] : [])];
    const levels = slices.length > mostPeaks ? this.#reduce(slices) : slices;
    const peaks = levels.map((level) => Math.min(255, Math.round((level * 255) / loudest)));
    return Buffer.from(peaks).toString('base64');
  }

  /** To equal parts of the whole; a slice that lies in two of them counts in both. */
  #reduce(slices: readonly number[]): readonly number[] {
    const length = this.#total / mostPeaks / this.#sliceLength;
    return Array.from({ length: mostPeaks }, (_, index) =>
      Math.max(...slices.slice(Math.floor(index * length), Math.ceil((index + 1) * length))),
    );
  }

  #fill(samples: number): void {
    this.#total += samples;
    this.#filled += samples;
    if (this.#filled < this.#sliceLength) return;
    this.#slices[this.#count] = this.#peak;
    this.#count += 1;
    this.#filled = 0;
    this.#peak = 0;
    if (this.#count === mostSlices) this.#halve();
  }

  #halve(): void {
    const slices = this.#slices;
    for (let index = 0; index < mostSlices; index += 2) {
      slices[index / 2] = Math.max(slices[index] ?? 0, slices[index + 1] ?? 0);
    }
    this.#count = mostSlices / 2;
    this.#sliceLength *= 2;
  }
}
