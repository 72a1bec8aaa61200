const longestWhole = 65_536;
const samples = 16_384;
/** Characters at the end of a text that is not read whole: two questions often differ there. */
const ending = 256;
/** Characters that one fingerprint reads in all, however many texts are added; after that their lengths count. */
const mostCharacters = 524_288;

/**
 * A running hash of what is missing in the text of a value: what was cut, masked or left out. With the text it tells two
 * values apart although their records look alike. A text of more than 65,536 characters counts with its
 * length, 16,384 samples and its end.
 */
export class Fingerprint {
  #high = 0xdeadbeef;
  #low = 0x41c6ce57;
  #left: number;
  #isEmpty = true;

  /** With 0 characters, only how many texts were added, and how long they are. */
  constructor(characters = mostCharacters) {
    this.#left = characters;
  }

  add(text: string): void {
    this.#isEmpty = false;
    this.#mix(text.length);
    // To read one character of a text that was put together from parts, the engine copies all of it.
    if (this.#left <= 0) return;
    const isWhole = text.length <= longestWhole;
    this.#left -= isWhole ? text.length : samples;
    this.#read(text, 0, isWhole ? 1 : Math.floor(text.length / samples));
    if (!isWhole) this.#read(text, text.length - ending, 1);
  }

  #read(text: string, from: number, step: number): void {
    let [high, low] = [this.#high, this.#low];
    for (let index = from; index < text.length; index += step) {
      const code = text.charCodeAt(index);
      high = Math.imul(high ^ code, 2_654_435_761);
      low = Math.imul(low ^ code, 1_597_334_677);
      high ^= low >>> 15;
    }
    this.#high = high;
    this.#low = low;
  }

  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** 53 bits, in hexadecimal. */
  toString(): string {
    return ((this.#high >>> 0) * 0x200000 + ((this.#low >>> 11) & 0x1fffff)).toString(16);
  }

  #mix(code: number): void {
    this.#high = Math.imul(this.#high ^ code, 2_654_435_761);
    this.#low = Math.imul(this.#low ^ code, 1_597_334_677);
    this.#high ^= this.#low >>> 15;
  }
}

export function fingerprintOf(text: string): string {
  const fingerprint = new Fingerprint();
  fingerprint.add(text);
  return fingerprint.toString();
}
