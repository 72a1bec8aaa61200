const longestSecret = 8_192;

/**
 * The first `length` characters without the last run of non-space characters: it may be the first half of a key, which
 * no pattern would know any more. A run above 8,192 characters is no key and stays.
 */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const earliest = Math.max(0, length - longestSecret);
  for (let index = length; index > earliest; index -= 1) {
    if (isSpace(text.charCodeAt(index - 1))) return text.slice(0, index);
  }
  // Half a character would be read as a broken one.
  return text.slice(0, isHighSurrogate(text.charCodeAt(earliest - 1)) ? earliest - 1 : earliest);
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x3000;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
