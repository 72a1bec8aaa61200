import { types } from 'node:util';
import { hasManyKeys } from '../key-list.ts';

/**
 * Tells by the keys of an object which of several readers might know it, so that those that cannot are not asked: most
 * outputs are no answers, and to find that out must cost next to nothing.
 */
export class Marks {
  readonly #bits = new Map<string, number>();

  /** For each reader, the keys of which anything that it knows has one at least. */
  constructor(keysOfReaders: readonly (readonly string[])[]) {
    for (const [index, keys] of keysOfReaders.entries()) {
      for (const key of keys) this.#bits.set(key, (this.#bits.get(key) ?? 0) | (1 << index));
    }
  }

  /** A bit for each reader that might know the value. Runs no getter. */
  of(value: object): number {
    if (Array.isArray(value)) return 0;
    return isListed(value) ? this.#ofKeys(value) : this.#ofMembers(value);
  }

  #ofKeys(value: object): number {
    let bits = 0;
    for (const key in value) bits |= this.#bits.get(key) ?? 0;
    return bits;
  }

  /** Of a class the members may stand on the prototype, where no listing of keys finds them. */
  #ofMembers(value: object): number {
    let bits = 0;
    for (const [key, bit] of this.#bits) if (key in value) bits |= bit;
    return bits;
  }
}

/** Whether everything that the object has is among its keys, and those are not too many to be listed. */
function isListed(value: object): boolean {
  if (types.isProxy(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !hasManyKeys(value);
}
