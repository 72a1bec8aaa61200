const samples = 16_384;
/** Characters that one fingerprint reads in all, however many texts are added; after that the ends of each. */
const mostCharacters = 524_288;
const shortSample = 64;

/**
 * A running hash of what is missing in the text of a value: what was cut, masked or left out. With the text it tells two
 * values apart although their records look alike. A long text counts with its length and 16,384 samples.
 */
export class Fingerprint {
  #high = 0xdeadbeef;
  #low = 0x41c6ce57;
  #left = mostCharacters;
  #isEmpty = true;

  add(text: string): void {
    this.#isEmpty = false;
    const most = this.#left > 0 ? samples : shortSample;
    const step = text.length <= most ? 1 : Math.floor(text.length / most);
    this.#left -= Math.min(text.length, most);
    this.#mix(text.length);
    for (let index = 0; index < text.length; index += step) this.#mix(text.charCodeAt(index));
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
