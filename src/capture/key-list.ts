/** From this number on the engine takes milliseconds to list the keys of an object. */
const many = 10_000;
/** Keys that are remembered of such an object. */
const mostRemembered = 200;
/** A long list is made anew after so many looks at its object, so that it does not stay wrong for ever. */
const mostUses = 64;

interface KeyList {
  readonly keys: readonly string[];
  readonly count: number;
  uses: number;
}

/** Objects with many keys: an agent that passes its state around has it captured again and again. */
const known = new WeakMap<object, KeyList>();
let isUsed = false;

/**
 * The own enumerable keys of an object, and how many there are. Of an object with more than 10,000 keys the first 200;
 * such a list is kept for 64 captures, since nothing but the engine's own listing of all keys tells how many they are.
 */
export function listKeys(value: object): { readonly keys: readonly string[]; readonly count: number } {
  const remembered = isUsed ? known.get(value) : undefined;
  if (remembered !== undefined && remembered.uses < mostUses) {
    remembered.uses += 1;
    return remembered;
  }
  const keys = Object.keys(value);
  if (keys.length <= many) return { keys, count: keys.length };
  const list = { keys: keys.slice(0, mostRemembered), count: keys.length, uses: 0 };
  known.set(value, list);
  isUsed = true;
  return list;
}

/** True for an object that is known to have so many keys that listing them takes milliseconds. */
export function hasManyKeys(value: object): boolean {
  return isUsed && known.has(value);
}
