const plain = /^[ !#-[\]-~]*$/;
const longestPlain = 64;
const quotedBound = 2_000;
const quotedKeys = new Map<string, string>();

/** JSON text of a string. A native call for ten characters costs more than a look at them. */
export function quoted(text: string): string {
  return text.length <= longestPlain && plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** JSON text of a key; keys repeat. */
export function quotedKey(key: string): string {
  if (key.length > longestPlain) return JSON.stringify(key);
  const known = quotedKeys.get(key);
  if (known !== undefined) return known;
  if (quotedKeys.size >= quotedBound) quotedKeys.clear();
  const text = JSON.stringify(key);
  quotedKeys.set(key, text);
  return text;
}
