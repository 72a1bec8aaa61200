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

/** Characters up to which the bytes of a text are counted. */
const longestCounted = 1_048_576;
const countedSamples = 16;

/** Bytes in UTF-8. Of more than a million characters they are reckoned from sixteen samples: counting takes too long. */
export function countBytes(text: string): number {
  if (text.length <= longestCounted) return Buffer.byteLength(text);
  const length = Math.floor(longestCounted / countedSamples / 16);
  const step = Math.floor(text.length / countedSamples);
  let bytes = 0;
  for (let sample = 0; sample < countedSamples; sample += 1) {
    bytes += Buffer.byteLength(text.slice(sample * step, sample * step + length));
  }
  return Math.round((bytes / (length * countedSamples)) * text.length);
}

/** A space, or a character of the scripts that are written without spaces: Thai, Chinese, Japanese. */
function endsWord(code: number): boolean {
  if (code < 0xe00) return code === 32 || (code >= 9 && code <= 13) || code === 0xa0;
  return code <= 0xe7f || (code >= 0x3000 && code <= 0x9fff) || (code >= 0xff00 && code <= 0xffef);
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
