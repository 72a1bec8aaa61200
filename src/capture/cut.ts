const longestSecret = 8_192;

/**
 * The first `length` characters without the last run of characters that a key may have: it may be the first half of
 * one, which no pattern would know any more. A run above 8,192 characters is no key and stays.
 */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const earliest = Math.max(0, length - longestSecret);
  for (let index = length; index > earliest; index -= 1) {
    if (endsWord(text.charCodeAt(index - 1))) return text.slice(0, index);
  }
  // Half a character would be read as a broken one.
  return text.slice(0, isHighSurrogate(text.charCodeAt(earliest - 1)) ? earliest - 1 : earliest);
}

/** A space, or a character of the scripts that are written without spaces: Thai, Chinese, Japanese. */
function endsWord(code: number): boolean {
  if (code < 0xe00) return code === 32 || (code >= 9 && code <= 13) || code === 0xa0;
  return code <= 0xe7f || (code >= 0x3000 && code <= 0x9fff) || (code >= 0xff00 && code <= 0xffef);
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
