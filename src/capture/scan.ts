import type { CaptureLimits } from './limits.ts';
import { noMasking, type Masking } from './masking.ts';

const largestScan = 4_000;

/**
 * Finds out, without building anything, whether `JSON.stringify` would give the right text as it stands: plain objects
 * and arrays, within every bound, nothing to mask. Four of five values are like that, and the native stringifier is
 * faster than any walk (design section 8). A cycle ends at the depth bound and is left to the walker.
 */
export class Scanner {
  readonly #limits: CaptureLimits;
  readonly #masking: Masking;
  readonly #isMasking: boolean;
  readonly #longestArray: number;
  #nodes = 0;
  #length = 0;

  constructor(limits: CaptureLimits, masking: Masking) {
    this.#limits = limits;
    this.#masking = masking;
    this.#isMasking = masking !== noMasking;
    this.#longestArray = limits.arrayHead + limits.arrayTail;
  }

  isPlain(value: unknown): boolean {
    this.#nodes = 0;
    this.#length = 0;
    return this.#isPlainAt(value, 1) && this.#length <= this.#limits.valueBytes;
  }

  #isPlainAt(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'string':
        return this.#isPlainText(value);
      case 'number':
        // JSON turns NaN and the infinities into null, which would hide them.
        return value - value === 0;
      case 'boolean':
      case 'undefined':
        return true;
      case 'object':
        return value === null || this.#isPlainObject(value, depth);
      default:
        return false;
    }
  }

  #isPlainText(text: string): boolean {
    this.#length += text.length;
    return text.length <= this.#limits.stringLength && !(this.#isMasking && this.#masking.suspects(text));
  }

  #isPlainObject(value: object, depth: number): boolean {
    this.#nodes += 1;
    if (depth > this.#limits.depth || this.#nodes > largestScan) return false;
    if (Array.isArray(value)) return this.#isPlainArray(value, depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return false;
    if ('toJSON' in value) return false;
    for (const key in value) {
      this.#length += key.length + 4;
      if (key.charCodeAt(0) === 36 && key.endsWith('$clew')) return false;
      const item: unknown = Reflect.get(value, key);
      if (this.#isMasking && this.#masking.hidesKey(key)) return false;
      if (!this.#isPlainAt(item, depth + 1)) return false;
    }
    return true;
  }

  #isPlainArray(value: readonly unknown[], depth: number): boolean {
    if (value.length > this.#longestArray || 'toJSON' in value) return false;
    this.#length += value.length;
    for (const item of value) {
      if (!this.#isPlainAt(item, depth + 1)) return false;
    }
    return true;
  }
}
