/** Every escape of a JSON text; what stands behind a written backslash is none. */
const escape = /\\(?:ud[89a-f][0-9a-f]{2}|[^])/g;
const replacement = '\ufffd';

/** A text without half a character: strict JSON parsers refuse the whole batch in which one stands. */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}

/** The same for a text that `JSON.stringify` wrote: it escapes half a character, and nothing else, as `\ud…`. */
export function wellFormedJson(json: string): string {
  if (!json.includes('\\ud')) return json;
  return json.replace(escape, (match) => (match.length > 2 ? replacement : match));
}

/** The first `length` characters, without half a character at their end. */
export function sliceWhole(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
