import { types } from 'node:util';
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
    return this.#isPlainAt(value, 1) && !this.#isTooLong();
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
    if (text.length > this.#limits.stringLength || this.#isTooLong()) return false;
    return !this.#isMasking || this.#masking.maskText(text) === text;
  }

  #isPlainObject(value: object, depth: number): boolean {
    this.#nodes += 1;
    if (depth > this.#limits.depth || this.#nodes > largestScan || this.#isTooLong()) return false;
    // Only the walker knows how to read a Proxy without calling what it answers.
    if (types.isProxy(value)) return false;
    if (Array.isArray(value)) return this.#isPlainArray(value, depth);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return false;
    if ('toJSON' in value) return false;
    if (!isDictionary(value)) return false;
    // Under `for … in`, indexing is much faster than Reflect.get; it calls the same getters.
    for (const key in value) {
      this.#length += key.length + 4;
      if (key.charCodeAt(0) === 36 && key.endsWith('$clew')) return false;
      if (this.#isTooLong() || (this.#isMasking && !this.#masking.isPlainKey(key))) return false;
      const item = value[key];
      if (!this.#isPlainAt(item, depth + 1)) return false;
    }
    return true;
  }

  /** Looked at on the way, so that the scan of a hundred thousand keys ends where their record would. */
  #isTooLong(): boolean {
    return this.#length > this.#limits.valueBytes;
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

function isDictionary(value: object): value is Readonly<Record<string, unknown>> {
  return !Array.isArray(value);
}
