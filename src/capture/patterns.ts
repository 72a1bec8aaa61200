/** One shape of text that must not be kept, and what stands in its place. */
export interface MaskPattern {
  /** What stands in the place of a match: `email` becomes `[email]`. */
  readonly name: string;
  /** Must carry the flag `g` and run in linear time: it meets hostile text. */
  readonly pattern: RegExp;
  /** A second look at a match, for what a regular expression cannot tell (a check digit). */
  readonly accept?: (match: string) => boolean;
}

/** Prefixes that providers give to their keys, with the length a real key has at least. */
const keyShapes = [
  String.raw`\bsk-[A-Za-z0-9_-]{16,200}`,
  String.raw`\b[sprw]k_(?:live|test)_[A-Za-z0-9]{10,200}`,
  String.raw`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`,
  String.raw`\bAIza[A-Za-z0-9_-]{30,60}`,
  String.raw`\bgh[pousr]_[A-Za-z0-9]{30,255}`,
  String.raw`\bgithub_pat_[A-Za-z0-9_]{40,255}`,
  String.raw`\bglpat-[A-Za-z0-9_-]{20,60}`,
  String.raw`\bxox[abeoprs]-[A-Za-z0-9-]{10,250}`,
  String.raw`\b(?:hf|npm|clew|gsk|xai|pplx)_[A-Za-z0-9]{20,200}`,
  String.raw`\beyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,1000}`,
  String.raw`-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,8000}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)`,
];

export const defaultPatterns: readonly MaskPattern[] = [
  { name: 'secret', pattern: new RegExp(keyShapes.join('|'), 'g') },
  { name: 'secret', pattern: /\b(?:Bearer|Basic) [A-Za-z0-9._~+/=-]{16,4000}/g },
  { name: 'secret', pattern: /(?<=:\/\/[^\s/:@]{1,100}:)[^\s/@]{1,200}(?=@)/g },
  { name: 'email', pattern: /\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}\b/g },
  { name: 'card', pattern: /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])/g, accept: isCardNumber },
  { name: 'phone', pattern: /(?<![\w+.])\+\d(?:[ ().-]{0,2}\d){6,14}(?!\w)/g },
  {
    name: 'phone',
    pattern: /(?<![\w+.-])(?:\(\d{2,4}\) ?|\d{2,4}[ .-])\d{3,4}[ .-]\d{3,4}(?![\w-])(?!\.\d)/g,
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

/** Ten digits at least, so that dates (2026-11-20) and versions stay readable. */
function isGroupedPhone(match: string): boolean {
  return match.replace(/\D/g, '').length >= 9 && !/^(?:19|20)\d\d[ .-]/.test(match);
}
