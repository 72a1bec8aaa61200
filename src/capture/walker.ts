import { ownClock } from '../base/clock.ts';
import { types } from 'node:util';
import { cutText } from './cut.ts';
import { describeObject, type ValueWalk } from './exotic.ts';
import { Fingerprint } from './fingerprint.ts';
import type { CaptureLimits } from './limits.ts';
import { escapeKey, marker } from './marker.ts';
import { hidesValue, MASKED, type Masking } from './masking.ts';

const nodesPerLookAtClock = 32;
/** Characters kept of a key, a name or a message inside a marker. */
const longestPhrase = 1024;

/**
 * Turns any value into JSON text, one node at a time, for what the scanner turned down. Cuts, masks and names on the
 * way, and never lets what it reads throw: a part that cannot be read is named in its place.
 */
export class Walker implements ValueWalk {
  readonly fingerprint = new Fingerprint();
  readonly tellsMessages: boolean;
  readonly #limits: CaptureLimits;
  readonly #masking: Masking;
  readonly #deadline: number;
  readonly #ancestors: object[] = [];
  #nodes = 0;
  #isLate = false;
  #length = 0;

  constructor(limits: CaptureLimits, masking: Masking, deadline: number, tellsMessages = true) {
    this.tellsMessages = tellsMessages;
    this.#limits = limits;
    this.#masking = masking;
    this.#deadline = deadline;
  }

  walk(value: unknown): string {
    const before = this.#length;
    const text = this.#node(value);
    // Not added to what its parts have added: a text must not count once for every level it stands in.
    this.#length = before + text.length;
    return text;
  }

  /** A list that is too long keeps its beginning and its end, and says how many are missing between. */
  walkItems(items: readonly unknown[], length: number = items.length): string {
    const { arrayHead, arrayTail } = this.#limits;
    this.fingerprint.add(String(length));
    const omitted = length - arrayHead - arrayTail;
    if (omitted <= 0) return `[${this.#texts(items, 0, length)}]`;
    this.#sample(items, arrayHead, length - arrayTail);
    const head = this.#texts(items, 0, arrayHead);
    const tail = this.#texts(items, length - arrayTail, length);
    return `[${[head, marker('items', { omitted }), tail].filter((part) => part !== '').join(',')}]`;
  }

  /** What is left out still tells two lists apart: 256 of the items, as far as they are text or numbers. */
  #sample(items: readonly unknown[], from: number, to: number): void {
    const step = Math.ceil((to - from) / 256);
    for (let index = from; index < to; index += step) this.#sampleItem(items, index);
  }

  #sampleItem(items: readonly unknown[], index: number): void {
    try {
      const item = items[index];
      if (typeof item === 'string' || typeof item === 'number') this.fingerprint.add(String(item).slice(0, 256));
    } catch {
      // An item that cannot be read tells nothing apart.
    }
  }

  /** The first of a Map's or a Set's entries, of which there are `size`. */
  walkFirst(entries: readonly unknown[], size: number): string {
    this.fingerprint.add(String(size));
    const texts = this.#texts(entries, 0, entries.length);
    const omitted = size - entries.length;
    return omitted > 0 ? `[${texts},${marker('items', { omitted })}]` : `[${texts}]`;
  }

  /** How many entries of an object, a Map or a Set are kept. */
  get mostEntries(): number {
    return this.#limits.arrayHead + this.#limits.arrayTail;
  }

  /** What stands under a key: `item`, unless the key names a secret. */
  shown(key: unknown, item: unknown): unknown {
    if (typeof key !== 'string' || !hidesValue(this.#masking, key, item)) return item;
    if (typeof item === 'string' || typeof item === 'number') this.fingerprint.add(String(item));
    return MASKED;
  }

  walkKeys(value: object): string {
    const keys = Object.keys(value);
    const parts: string[] = [];
    let read = 0;
    for (const key of keys.slice(0, this.mostEntries)) {
      if (this.#isFull()) break;
      const text = this.#property(value, key);
      if (text !== undefined) parts.push(`${this.#key(key)}:${text}`);
      read += 1;
    }
    const omitted = keys.length - read;
    if (omitted > 0) parts.push(`"$clew":"keys","omitted":${omitted}`);
    return `{${parts.join(',')}}`;
  }

  #node(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return this.#string(value);
      case 'number':
        this.fingerprint.add(String(value));
        return Number.isFinite(value) ? String(value) : marker('number', { value: String(value) });
      case 'boolean':
        return String(value);
      case 'bigint':
        return describeBigInt(value);
      case 'symbol':
        return marker('symbol', { description: this.#phrase(value.description ?? '') });
      case 'function':
        return marker('function', { name: this.#phrase(readName(value)) });
      case 'object':
        return value === null ? 'null' : this.#object(value);
      default:
        return 'null';
    }
  }

  #string(text: string): string {
    this.fingerprint.add(text);
    const cut = cutText(text, this.#limits.stringLength);
    const masked = this.#masking.maskText(cut);
    if (cut === text) return JSON.stringify(masked);
    return marker('truncated', { bytes: Buffer.byteLength(text), text: masked });
  }

  #object(value: object): string {
    if (this.#ancestors.includes(value)) return marker('circular');
    if (this.#ancestors.length >= this.#limits.depth) return marker('depth', { type: readTypeName(value) });
    if (this.#isFull()) return marker('budget', { type: readTypeName(value) });
    this.#ancestors.push(value);
    try {
      return describeObject(value, this);
    } catch (error) {
      return marker('unreadable', { type: readTypeName(value), message: this.#failure(error) });
    } finally {
      this.#ancestors.pop();
    }
  }

  #failure(error: unknown): string {
    return this.tellsMessages ? this.#phrase(readMessage(error)) : '';
  }

  #texts(items: readonly unknown[], from: number, to: number): string {
    const texts: string[] = [];
    for (let index = from; index < to; index += 1) {
      if (this.#isFull()) {
        texts.push(marker('items', { omitted: to - index }));
        break;
      }
      texts.push(this.#item(items, index));
    }
    return texts.join(',');
  }

  #item(items: readonly unknown[], index: number): string {
    try {
      return this.walk(items[index]);
    } catch (error) {
      return marker('unreadable', { message: this.#failure(error) });
    }
  }

  #property(value: object, key: string): string | undefined {
    try {
      const item: unknown = Reflect.get(value, key);
      if (item === undefined) return undefined;
      const shown = this.shown(key, item);
      return shown === MASKED ? `"${MASKED}"` : this.walk(shown);
    } catch (error) {
      return marker('unreadable', { message: this.#failure(error) });
    }
  }

  /** A key is data too: a map from e-mail address to order. */
  #key(key: string): string {
    this.fingerprint.add(key);
    return JSON.stringify(escapeKey(this.#phrase(key)));
  }

  #phrase(text: string): string {
    const cut = cutText(text, longestPhrase);
    return this.#masking.maskText(cut === text ? cut : `${cut}…`);
  }

  /** Looks at the clock now and then: the clock costs as much as a node. */
  #isFull(): boolean {
    this.#nodes += 1;
    if (this.#nodes % nodesPerLookAtClock === 0 && ownClock.now() > this.#deadline) this.#isLate = true;
    return this.#isLate || this.#length > this.#limits.valueBytes * 2;
  }
}

/** A thousand digits are 3,322 bits; to print millions of them takes longer than a capture may. */
function describeBigInt(value: bigint): string {
  return BigInt.asIntN(3_322, value) === value
    ? marker('bigint', { value: String(value) })
    : marker('bigint', { value: 'more than 1,000 digits' });
}

export function readName(value: object): string {
  try {
    const name: unknown = Reflect.get(value, 'name');
    return typeof name === 'string' ? name.slice(0, 200) : '';
  } catch {
    return '';
  }
}

/** The name of an object's class, from its prototype alone: no property of the object itself is read. */
export function readTypeName(value: object): string {
  if (types.isProxy(value)) return 'Proxy';
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (typeof prototype !== 'object' || prototype === null) return 'Object';
    const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    return typeof maker === 'function' ? readName(maker) || 'Object' : 'Object';
  } catch {
    return 'Object';
  }
}

export function readMessage(error: unknown): string {
  try {
    const message: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'message') : error;
    return cutText(String(message), 500);
  } catch {
    return 'cannot be read';
  }
}
