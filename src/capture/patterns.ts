/** One shape of text that must not be kept, and what stands in its place. */
export interface MaskPattern {
  /** What stands in the place of a match: `email` becomes `[email]`. */
  readonly name: string;
  /** Must carry the flag `g` and run in linear time: it meets hostile text. */
  readonly pattern: RegExp;
  /** A second look at a match, for what a regular expression cannot tell (a check digit). */
  readonly accept?: (match: string) => boolean;
}

/**
 * Where a word may begin: in JSON or logged text the `n` of a written line break stands right before it, and a string
 * that was cut is no JSON any more that could be parsed first.
 */
const afterEscape = String.raw`(?<=\\(?:[bfnrt]|u[0-9A-Fa-f]{4}))`;
const wordStart = String.raw`(?:\b|${afterEscape})`;

/** Prefixes that providers give to their keys, with the length a real key has at least. */
const keyShapes = [
  String.raw`sk-[A-Za-z0-9_-]{16,200}`,
  String.raw`[sprw]k_(?:live|test)_[A-Za-z0-9]{10,200}`,
  String.raw`(?:AKIA|ASIA)[A-Z0-9]{16}\b`,
  String.raw`AIza[A-Za-z0-9_-]{30,60}`,
  String.raw`gh[pousr]_[A-Za-z0-9]{30,255}`,
  String.raw`github_pat_[A-Za-z0-9_]{40,255}`,
  String.raw`glpat-[A-Za-z0-9_-]{20,60}`,
  String.raw`xox[abeoprs]-[A-Za-z0-9-]{10,250}`,
  String.raw`(?:hf|npm|clew|gsk|xai|pplx)_[A-Za-z0-9]{20,200}`,
  // Not after a hyphen: a text of nothing but `-eyJ` would be read from each of them to its end.
  String.raw`(?<!-)eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,1000}`,
];

export const defaultPatterns: readonly MaskPattern[] = [
  { name: 'secret', pattern: new RegExp(`${wordStart}(?:${keyShapes.join('|')})`, 'g') },
  {
    name: 'secret',
    pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY[A-Z ]{0,10}-----[\s\S]{0,8000}?(?:-----END [A-Z ]{0,50}-----|$)/g,
  },
  {
    name: 'secret',
    pattern: new RegExp(String.raw`${wordStart}(?:[Bb]earer|[Bb]asic) [A-Za-z0-9._~+/=-]{16,4000}`, 'g'),
    accept: isNoWord,
  },
  { name: 'secret', pattern: /(?<=:\/\/[^\s/:@]{0,100}:)[^\s/?#]{1,200}(?=@)/g },
  // The last label begins with a letter: `react@18.2.0` is no address.
  {
    name: 'email',
    pattern: /\b[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z][A-Za-z0-9-]{1,62}\b/g,
  },
  {
    name: 'card',
    pattern: new RegExp(String.raw`(?:(?<![\w.-])|${afterEscape})\d(?:[ -]?\d){12,18}(?![\w-])`, 'g'),
    accept: isCardNumber,
  },
  // No country's code begins with 0; the offset of a time zone does.
  {
    name: 'phone',
    pattern: new RegExp(String.raw`(?:(?<![\w+.])|${afterEscape})\+[1-9](?:[ ().-]{0,2}\d){6,14}(?!\w)`, 'g'),
  },
  {
    name: 'phone',
    pattern: new RegExp(
      String.raw`(?:(?<![\w+.-])|${afterEscape})(?:\(\d{2,4}\) ?|\d{2,4}[ .-])\d{3,4}[ .-]\d{3,4}(?![\w-])(?!\.\d)`,
      'g',
    ),
    accept: isGroupedPhone,
  },
];

/** Visa, Mastercard, American Express, Discover, JCB, Diners, UnionPay. */
const issuer = /^(?:4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|6(?:011|5|4[4-9]|2)|35|3(?:0[0-5]|[689]))/;

function isCardNumber(match: string): boolean {
  const digits = match.replace(/\D/g, '');
  return issuer.test(digits) && passesLuhn(digits);
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** What follows `Bearer` in prose is a word; a token has a digit, padding or capitals inside. */
function isNoWord(match: string): boolean {
  return /[\d=]|[a-z][A-Z]/.test(match.slice(match.indexOf(' ')));
}

/** Ten digits at least, so that dates (2026-11-20), versions and amounts (123 456 789) stay readable. */
function isGroupedPhone(match: string): boolean {
  return match.replace(/\D/g, '').length >= 10 && !/^(?:19|20)\d\d[ .-]/.test(match);
}
