import { types } from 'node:util';
import { isObject } from '../base/object.ts';
import { hasManyKeys } from './key-list.ts';
import type { CaptureLimits } from './limits.ts';
import { noMasking, type Masking } from './masking.ts';
import { findDescriptor, isObjectPrototype, isOrdinaryInstance } from './object-shape.ts';

const dollar = 36;
/** Characters that a marker needs at least. */
const markerLength = 32;

/**
 * One look at a value before anything is built: which of its parts `JSON.stringify` writes right as they stand. Those
 * are plain objects, instances and arrays within every bound, with nothing to mask and without a getter; the native stringifier is
 * faster than any walk. All else is noted as `touched`: the walker writes it, and hands what is clean to the native
 * one. No getter, no Proxy and no `toJSON` runs.
 */
export class Scan {
  readonly limits: CaptureLimits;
  /** Undefined while masking is off. */
  readonly masking: Masking | undefined;
  /** Characters that still fit: a text in bytes is never shorter than one in characters. */
  room = 0;
  /** Properties without a value that may still be looked at: they need no room. */
  looks = 0;
  #touched: Set<object> | undefined;
  #masked: Map<string, string> | undefined;

  constructor(limits: CaptureLimits, masking: Masking) {
    this.limits = limits;
    this.masking = masking === noMasking ? undefined : masking;
    this.begin();
  }

  /** Makes it ready for another value. */
  begin(): this {
    this.room = this.limits.valueBytes;
    this.looks = this.limits.valueBytes;
    this.#touched = undefined;
    this.#masked = undefined;
    return this;
  }

  /** True where the native stringifier may write the whole of it. `depth` is that of the value itself. */
  isClean(value: unknown, depth = 1): boolean {
    return scanValue(value, depth, this);
  }

  /** True once it is known that the value does not fit: the rest was not looked at. */
  get isOver(): boolean {
    return this.room < 0;
  }

  touch(value: object): false {
    (this.#touched ??= new Set()).add(value);
    return false;
  }

  /** Of an object that was looked at: whether it is the walker's. */
  isTouched(value: object): boolean {
    return this.#touched?.has(value) === true;
  }

  noteMasked(text: string, masked: string): void {
    (this.#masked ??= new Map()).set(text, masked);
  }

  /** The text as it may be kept; each is masked once, since that costs more than all else. */
  maskedText(text: string): string {
    return this.#masked?.get(text) ?? text;
  }
}

function scanValue(value: unknown, depth: number, scan: Scan): boolean {
  switch (typeof value) {
    case 'string':
      return scanText(value, scan);
    case 'number':
      // JSON turns NaN and the infinities into null, which would hide them.
      return value - value === 0;
    case 'boolean':
    case 'undefined':
      return true;
    case 'object':
      return value === null || scanObject(value, depth, scan);
    default:
      return false;
  }
}

function scanText(text: string, scan: Scan): boolean {
  if (text.length > scan.limits.stringLength) {
    scan.room -= markerLength;
    return false;
  }
  if (scan.masking === undefined) {
    scan.room -= text.length + 2;
    return true;
  }
  const masked = scan.masking.maskText(text);
  scan.room -= masked.length + 2;
  if (masked === text) return true;
  scan.noteMasked(text, masked);
  return false;
}

function scanObject(value: object, depth: number, scan: Scan): boolean {
  scan.room -= 2;
  if (scan.room < 0) return false;
  // Only the walker knows how to read a Proxy without calling what it answers.
  if (depth > scan.limits.depth || types.isProxy(value)) return scan.touch(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value)) {
    return prototype === Array.prototype && scanItems(value, depth, scan) ? true : scan.touch(value);
  }
  if (prototype !== Object.prototype && isObject(prototype) && !isObjectPrototype(prototype)) {
    return scanInstance(value, depth, scan) ? true : scan.touch(value);
  }
  return scanKeys(value, depth, scan) ? true : scan.touch(value);
}

/** An instance of a class of the user's is written like a plain object; one that shows nothing is named by the walker. */
function scanInstance(value: object, depth: number, scan: Scan): boolean {
  if (!isOrdinaryInstance(value) || findDescriptor(value, 'toJSON') !== undefined) return false;
  const { room } = scan;
  return scanKeys(value, depth, scan) && scan.room < room;
}

/** An item that is a getter is read like any other: a look at each costs more than all else together. */
function scanItems(items: readonly unknown[], depth: number, scan: Scan): boolean {
  const { arrayHead, arrayTail } = scan.limits;
  const tail = items.length - arrayTail;
  const isShort = tail <= arrayHead;
  let isClean = isShort;
  for (let index = 0; index < items.length; index += 1) {
    if (!isShort && index === arrayHead) index = tail;
    if (index > 0) scan.room -= 1;
    if (!scanValue(items[index], depth + 1, scan)) isClean = false;
    if (scan.room < 0) return false;
  }
  return isClean && !hasToJson(items);
}

function scanKeys(value: object, depth: number, scan: Scan): boolean {
  const { masking } = scan;
  let isClean = true;
  if (hasManyKeys(value)) {
    scan.room = -1;
    return false;
  }
  for (const key in value) {
    // What is read from the descriptor runs no getter, and costs hardly more than reading it twice.
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (descriptor === undefined) continue;
    const item: unknown = descriptor.value;
    if (item === undefined) {
      if (!('value' in descriptor)) isClean = false;
      scan.looks -= 1;
      if (scan.looks < 0) scan.room = -1;
    } else scan.room -= key.length + 3;
    if (scan.room < 0) return false;
    if (key.charCodeAt(0) === dollar && key.endsWith('$clew')) isClean = false;
    if (masking !== undefined && !masking.isPlainKey(key)) {
      isClean = false;
      // Its value is not written, so that it need not be looked at.
      if (masking.hidesKey(key)) continue;
    }
    if (!scanValue(item, depth + 1, scan)) isClean = false;
  }
  return isClean && !hasToJson(value);
}

/** Asked last, and only of what has no enumerable getter: reading it is several times as fast as looking for it. */
function hasToJson(value: object & { readonly toJSON?: unknown }): boolean {
  return value.toJSON !== undefined;
}
