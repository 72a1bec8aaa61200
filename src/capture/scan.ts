import { types } from 'node:util';
import { isDictionary } from '../base/object.ts';
import type { CaptureLimits } from './limits.ts';
import { noMasking, type Masking } from './masking.ts';

const largestScan = 4_000;
const dollar = 36;

/**
 * Finds out, without building anything, whether `JSON.stringify` would give the right text as it stands: plain objects
 * and arrays, within every bound, nothing to mask. Four of five values are like that, and the native stringifier is
 * faster than any walk (design section 8). A cycle ends at the depth bound and is left to the walker.
 */
export class Scanner {
  readonly #scan: Scan;
  readonly #valueBytes: number;

  constructor(limits: CaptureLimits, masking: Masking) {
    this.#valueBytes = limits.valueBytes;
    this.#scan = {
      masking: masking === noMasking ? undefined : masking,
      longestText: limits.stringLength,
      longestArray: limits.arrayHead + limits.arrayTail,
      deepest: limits.depth,
      room: 0,
      nodes: 0,
    };
  }

  isPlain(value: unknown): boolean {
    this.#scan.room = this.#valueBytes;
    this.#scan.nodes = 0;
    return isPlain(value, 1, this.#scan);
  }
}

/** One object for all scans of a scanner: this runs for every value of every call, and makes nothing. */
interface Scan {
  /** Undefined while masking is off. */
  readonly masking: Masking | undefined;
  readonly longestText: number;
  readonly longestArray: number;
  readonly deepest: number;
  /** Characters that still fit; looked at on the way, so that a scan ends where the record would. */
  room: number;
  nodes: number;
}

function isPlain(value: unknown, depth: number, scan: Scan): boolean {
  switch (typeof value) {
    case 'string':
      scan.room -= value.length;
      if (value.length > scan.longestText || scan.room < 0) return false;
      return scan.masking === undefined || scan.masking.maskText(value) === value;
    case 'number':
      // JSON turns NaN and the infinities into null, which would hide them.
      return value - value === 0;
    case 'boolean':
    case 'undefined':
      return true;
    case 'object':
      if (value === null) return true;
      return Array.isArray(value) ? isPlainArray(value, depth, scan) : isPlainObject(value, depth, scan);
    default:
      return false;
  }
}

function isPlainObject(value: object, depth: number, scan: Scan): boolean {
  scan.nodes += 1;
  // Only the walker knows how to read a Proxy without calling what it answers.
  if (depth > scan.deepest || scan.nodes > largestScan || types.isProxy(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in value || !isDictionary(value)) return false;
  const { masking } = scan;
  // Under `for … in`, indexing is much faster than Reflect.get; it calls the same getters.
  for (const key in value) {
    scan.room -= key.length + 4;
    if (scan.room < 0 || (key.charCodeAt(0) === dollar && key.endsWith('$clew'))) return false;
    if (masking !== undefined && !masking.isPlainKey(key)) return false;
    if (!isPlain(value[key], depth + 1, scan)) return false;
  }
  return true;
}

function isPlainArray(value: readonly unknown[], depth: number, scan: Scan): boolean {
  scan.nodes += 1;
  if (depth > scan.deepest || scan.nodes > largestScan || types.isProxy(value)) return false;
  if (value.length > scan.longestArray || 'toJSON' in value) return false;
  scan.room -= value.length;
  for (let index = 0; index < value.length; index += 1) {
    if (!isPlain(value[index], depth + 1, scan)) return false;
  }
  return scan.room >= 0;
}
