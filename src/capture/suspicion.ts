/** Ten digits with gaps: a date has eight, a telephone number without `+` ten at least. */
const longNumber = /\d(?:[ ().-]{0,2}\d){9}/;
const shortestNumber = 10;
/** JSON held in a string may hold a secret key. */
const jsonStart = /^\s*[[{]/;
/** How keys and tokens begin, or what announces them; a pattern decides, this only says where to look. */
const keyStart = String.raw`sk-|[sprw]k_(?:live|test)_|AKIA|ASIA|AIza|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|(?:hf|npm|clew|gsk|xai|pplx)_|eyJ`;
const announcement = '[Bb](?:earer|asic) |-----BEGIN';
/** Asked first: to look behind at every character costs more than all else together. */
const anyStart = new RegExp(`${keyStart}|${announcement}`);
/** No key begins within a word, unless that is what an escape in JSON makes of it. */
const secretStart = new RegExp(
  String.raw`(?:(?<![A-Za-z0-9_])|(?<=\\(?:[bfnrt]|u[0-9A-Fa-f]{4})))(?:${keyStart})|${announcement}`,
);
/** The shortest key that a pattern takes for one. */
const shortestKey = 15;

/** Characters of keys, of tokens and of what they are encoded in. */
const isKeyCharacter = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./~=') {
  isKeyCharacter[character.charCodeAt(0)] = 1;
}

/**
 * Tells whether a text might hold something that the default patterns find: wrong in one direction only. A dozen
 * regular expressions would read every text a dozen times; most texts have no `@`, no long number and no word as long
 * as a key.
 */
export function suspects(text: string): boolean {
  if (text.length < shortestNumber) return text.includes('@') || text.startsWith('{') || text.includes('+');
  const first = text.charCodeAt(0);
  if ((first === 123 || first === 91 || first <= 32) && jsonStart.test(text)) return true;
  // An address has an `@`, an international number a `+`.
  if (text.includes('@') || text.includes('+') || longNumber.test(text)) return true;
  return text.length >= shortestKey && holdsLongWord(text) && anyStart.test(text) && secretStart.test(text);
}

/** A word of fifteen characters covers every fifteenth place, so that only those need a look. */
function holdsLongWord(text: string): boolean {
  for (let index = shortestKey - 1; index < text.length; index += shortestKey) {
    if (!isKeyCharacterAt(text, index)) continue;
    const end = endOfWord(text, index);
    if (end - startOfWord(text, index) >= shortestKey) return true;
    index = end - 1;
  }
  return false;
}

function startOfWord(text: string, index: number): number {
  let start = index;
  while (start > 0 && isKeyCharacterAt(text, start - 1)) start -= 1;
  return start;
}

function endOfWord(text: string, index: number): number {
  let end = index + 1;
  while (end < text.length && isKeyCharacterAt(text, end)) end += 1;
  return end;
}

function isKeyCharacterAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code < 128 && isKeyCharacter[code] === 1;
}
