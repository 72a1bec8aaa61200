/** Samples on their way to the disk: pieces of PCM, and silence, which needs no memory. */
export class SampleQueue {
  #pieces: (Int16Array | number)[] = [];
  #samples = 0;
  #bytes = 0;

  /** How many samples wait. */
  get samples(): number {
    return this.#samples;
  }

  /** Bytes that they hold. */
  get bytes(): number {
    return this.#bytes;
  }

  push(pcm: Int16Array): void {
    this.#pieces.push(pcm);
    this.#samples += pcm.length;
    this.#bytes += pcm.byteLength;
  }

  pushSilence(samples: number): void {
    const last = this.#pieces.at(-1);
    if (typeof last === 'number') this.#pieces[this.#pieces.length - 1] = last + samples;
    else this.#pieces.push(samples);
    this.#samples += samples;
  }

  /** Fills an array as far as there are samples, and returns the filled part. */
  take(into: Int16Array): Int16Array {
    let filled = 0;
    let used = 0;
    for (const piece of this.#pieces) {
      const length = typeof piece === 'number' ? piece : piece.length;
      const part = Math.min(length, into.length - filled);
      if (typeof piece === 'number') into.fill(0, filled, filled + part);
      else into.set(piece.subarray(0, part), filled);
      if (typeof piece !== 'number') this.#bytes -= 2 * part;
      filled += part;
      if (part === length) used += 1;
      else this.#pieces[used] = typeof piece === 'number' ? piece - part : piece.subarray(part);
      if (filled === into.length) break;
    }
    this.#pieces.splice(0, used);
    this.#samples -= filled;
    return into.subarray(0, filled);
  }

  clear(): void {
    this.#pieces = [];
    this.#samples = 0;
    this.#bytes = 0;
  }
}
