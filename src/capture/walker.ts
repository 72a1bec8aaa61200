import { types } from 'node:util';
import { countBytes, cutText } from './cut.ts';
import { describeObject } from './exotic.ts';
import type { Fingerprint } from './fingerprint.ts';
import { quoted, quotedKey } from './json-text.ts';
import { listKeys } from './key-list.ts';
import { escapeKey, marker } from './marker.ts';
import { hidesValue, MASKED, type Masking } from './masking.ts';
import type { Scan } from './scan.ts';
import type { Answers, ValueWalk } from './value-walk.ts';

/** Characters kept of a key, a name or a message inside a marker. */
const longestPhrase = 1024;
/** A text that is not longer is never cut to make room. */
const shortText = 64;
/** How deep a list may stand whose last item is the last word of a conversation. */
const deepestConversation = 3;
/** What stands in the place of a getter: to read one may run a query, or consume what it gives. */
const getterMarker = marker('getter');

/** What one walk keeps. */
export interface WalkBounds {
  /** Characters of one string. */
  readonly stringLength: number;
  /** The same for strings in the last item of a list: the last message of a conversation. */
  readonly lastLength: number;
  readonly arrayHead: number;
  readonly arrayTail: number;
  readonly depth: number;
  /** Keys of one object. */
  readonly keys: number;
  /** The walk is given up above so many characters: its text does not fit. */
  readonly length: number;
  /** Properties looked at. */
  readonly looks: number;
}

/** What is the same for all walks through one value. */
export interface WalkSession {
  readonly masking: Masking;
  /** False where messages of errors are kept out of every record. */
  readonly tellsMessages: boolean;
  readonly fingerprint: Fingerprint;
  /** What each `toJSON` gave: it runs once for a value, however often the value is walked through. */
  readonly answers: Answers;
}

/** How long the strings are that could be cut. Strings in the last item of a list are counted apart. */
export interface Lengths {
  readonly others: number[];
  readonly last: number[];
  /** Characters that each of them keeps in any case: a walk that has too many of those need not go on. */
  readonly least: number;
  /** The sum of that. */
  kept: number;
}

/**
 * Turns any value into JSON text, one node at a time, for what the scan touched. Cuts, masks and names on the way, and
 * never lets what it reads throw: a part that cannot be read is named in its place. With a `scan`, what is clean is
 * left to the native stringifier. With `lengths`, it only measures: strings that could be cut are noted there.
 */
export class Walker implements ValueWalk {
  readonly session: WalkSession;
  readonly #bounds: WalkBounds;
  readonly #scan: Scan | undefined;
  readonly #lengths: Lengths | undefined;
  readonly #ancestors: object[] = [];
  #length = 0;
  #looks = 0;
  #isLast = false;

  constructor(
    session: WalkSession,
    bounds: WalkBounds,
    { scan, lengths }: { readonly scan?: Scan; readonly lengths?: Lengths },
  ) {
    this.session = session;
    this.#bounds = bounds;
    this.#scan = scan;
    this.#lengths = lengths;
  }

  /** True once the text does not fit: the walk ended early, and its text is of no use. */
  get isOver(): boolean {
    return this.#length > this.#bounds.length || this.#looks > this.#bounds.looks || this.#scan?.isOver === true;
  }

  /** Characters so far. */
  get length(): number {
    return this.#length;
  }

  get tellsMessages(): boolean {
    return this.session.tellsMessages;
  }

  /** The text of a value that the scan has not looked at yet. */
  walk(value: unknown): string {
    if (typeof value === 'object' && value !== null) this.#scan?.isClean(value, this.#ancestors.length + 1);
    else if (typeof value === 'string') this.#scan?.isClean(value);
    return this.write(value);
  }

  /** The text of a value that the scan has looked at. */
  write(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return this.#string(value);
      case 'number':
        return this.#add(Number.isFinite(value) ? String(value) : marker('number', { value: String(value) }));
      case 'boolean':
        return this.#add(value ? 'true' : 'false');
      case 'object':
        return value === null ? this.#add('null') : this.#object(value);
      case 'bigint':
        return this.#add(describeBigInt(value));
      case 'symbol':
        return this.#add(marker('symbol', { description: this.#phrase(value.description ?? '') }));
      case 'function':
        return this.#add(marker('function', { name: this.#phrase(readName(value)) }));
      default:
        return this.#add('null');
    }
  }

  /** A list that is too long keeps its beginning and its end, and says how many are missing between. */
  walkItems(items: readonly unknown[], isScanned = false, length: number = items.length): string {
    const { arrayHead, arrayTail } = this.#bounds;
    const omitted = length - arrayHead - arrayTail;
    if (omitted <= 0) return `[${this.#items(items, 0, length, isScanned)}]`;
    this.session.fingerprint.add(String(length));
    this.#sample(items, arrayHead, length - arrayTail);
    const head = this.#items(items, 0, arrayHead, isScanned);
    const missing = this.#add(marker('items', { omitted }));
    const tail = this.#items(items, length - arrayTail, length, isScanned);
    return `[${[head, missing, tail].filter((part) => part !== '').join(',')}]`;
  }

  /** What is left out still tells two lists apart: 256 of the items, as far as they are text or numbers. */
  #sample(items: readonly unknown[], from: number, to: number): void {
    const step = Math.ceil((to - from) / 256);
    for (let index = from; index < to; index += step) this.#sampleItem(items, index);
  }

  #sampleItem(items: readonly unknown[], index: number): void {
    try {
      const item = items[index];
      if (typeof item === 'string' || typeof item === 'number') {
        this.session.fingerprint.add(String(item).slice(0, 256));
      }
    } catch {
      // An item that cannot be read tells nothing apart.
    }
  }

  /** The first of a Map's or a Set's entries, of which there are `size`. */
  walkFirst(entries: readonly unknown[], size: number): string {
    const texts = entries.map((entry) => this.walk(entry));
    const omitted = size - entries.length;
    if (omitted > 0) {
      this.session.fingerprint.add(String(size));
      texts.push(this.#add(marker('items', { omitted })));
    }
    return `[${texts.join(',')}]`;
  }

  /** How many entries of a Map or a Set are kept. */
  get mostEntries(): number {
    return this.#bounds.arrayHead + this.#bounds.arrayTail;
  }

  /** What stands under a key: `item`, unless the key names a secret. */
  shown(key: unknown, item: unknown): unknown {
    if (typeof key !== 'string' || !hidesValue(this.session.masking, key, item)) return item;
    if (typeof item === 'string' || typeof item === 'number') this.session.fingerprint.add(String(item));
    return MASKED;
  }

  walkKeys(value: object, isScanned = false): string {
    const { keys, count } = listKeys(value);
    const most = Math.min(keys.length, this.#bounds.keys);
    let text = '';
    let read = 0;
    for (; read < most && !this.isOver; read += 1) {
      const key = keys[read] ?? '';
      this.#looks += 1;
      const item = this.#member(value, key, isScanned);
      if (item !== undefined) text += `${text === '' ? '' : ','}${this.#key(key)}:${item}`;
    }
    const omitted = count - read;
    if (omitted <= 0) return `{${text}}`;
    this.session.fingerprint.add(String(count));
    return `{${text}${text === '' ? '' : ','}${this.#add(`"$clew":"keys","omitted":${omitted}`)}}`;
  }

  /** A key and what stands under it; an empty text for what is undefined. */
  member(key: string, item: unknown): string {
    if (item === undefined) return '';
    const shown = this.shown(key, item);
    const text = shown === MASKED ? this.#add(`"${MASKED}"`) : this.walk(shown);
    return `${this.#key(key)}:${text}`;
  }

  #add(text: string): string {
    this.#length += text.length;
    return text;
  }

  #string(text: string): string {
    const { stringLength, lastLength } = this.#bounds;
    if (this.#lengths !== undefined && text.length > shortText) return this.#measure(text, this.#lengths);
    const most = this.#isLast ? lastLength : stringLength;
    if (text.length <= most) return this.#whole(text);
    this.session.fingerprint.add(text);
    const cut = cutText(text, most);
    return this.#add(marker('truncated', { bytes: countBytes(text), text: this.session.masking.maskText(cut) }));
  }

  #whole(text: string): string {
    const scan = this.#scan;
    const masked = scan === undefined ? this.session.masking.maskText(text) : scan.maskedText(text);
    if (masked !== text) this.session.fingerprint.add(text);
    return this.#add(quoted(masked));
  }

  #measure(text: string, lengths: Lengths): string {
    this.session.fingerprint.add(text);
    const kept = Math.min(text.length, lengths.least);
    lengths.kept += kept;
    this.#length += kept;
    (this.#isLast ? lengths.last : lengths.others).push(Math.min(text.length, this.#bounds.stringLength));
    return this.#add('""');
  }

  #object(value: object): string {
    const ancestors = this.#ancestors;
    if (this.#scan !== undefined && !this.#scan.isTouched(value) && !this.#scan.isOver) {
      return this.#add(JSON.stringify(value));
    }
    if (ancestors.includes(value)) return this.#add(marker('circular'));
    if (ancestors.length >= this.#bounds.depth) return this.#add(marker('depth', { type: readTypeName(value) }));
    this.#length += 2;
    if (this.isOver) return 'null';
    ancestors.push(value);
    try {
      return describeObject(value, this);
    } catch (error) {
      return this.#add(marker('unreadable', { type: readTypeName(value), message: this.#failure(error) }));
    } finally {
      ancestors.pop();
    }
  }

  #failure(error: unknown): string {
    return this.tellsMessages ? this.#phrase(readMessage(error)) : '';
  }

  #items(items: readonly unknown[], from: number, to: number, isScanned: boolean): string {
    let text = '';
    const wasLast = this.#isLast;
    const last = this.#ancestors.length <= deepestConversation ? items.length - 1 : -1;
    for (let index = from; index < to && !this.isOver; index += 1) {
      if (index === last) this.#isLast = true;
      text += index === from ? this.#item(items, index, isScanned) : `,${this.#item(items, index, isScanned)}`;
      this.#length += 1;
      this.#looks += 1;
    }
    this.#isLast = wasLast;
    return text;
  }

  #item(items: readonly unknown[], index: number, isScanned: boolean): string {
    try {
      return isScanned ? this.write(items[index]) : this.walk(items[index]);
    } catch (error) {
      return this.#add(marker('unreadable', { message: this.#failure(error) }));
    }
  }

  #member(value: object, key: string, isScanned: boolean): string | undefined {
    try {
      const descriptor = Object.getOwnPropertyDescriptor(value, key);
      if (descriptor?.get !== undefined || descriptor?.set !== undefined) return this.#add(getterMarker);
      const item: unknown = descriptor?.value ?? (types.isProxy(value) ? Reflect.get(value, key) : descriptor?.value);
      if (item === undefined) return undefined;
      const shown = this.shown(key, item);
      if (shown === MASKED) return this.#add(`"${MASKED}"`);
      return isScanned ? this.write(shown) : this.walk(shown);
    } catch (error) {
      return this.#add(marker('unreadable', { message: this.#failure(error) }));
    }
  }

  /** A key is data too: a map from e-mail address to order. */
  #key(key: string): string {
    const phrase = this.#phrase(key);
    if (phrase !== key) this.session.fingerprint.add(key);
    const text = quotedKey(escapeKey(phrase));
    this.#length += text.length + 2;
    return text;
  }

  #phrase(text: string): string {
    const { masking } = this.session;
    if (text.length <= longestPhrase) return masking.isPlainKey(text) ? text : masking.maskText(text);
    return masking.maskText(`${cutText(text, longestPhrase)}…`);
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
