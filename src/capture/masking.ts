import { defaultPatterns, type MaskPattern } from './patterns.ts';
import { isSecretKey } from './secret-keys.ts';

/** Rules beside the default ones. */
export interface MaskRules {
  /** More keys whose values are never kept, compared without case, `_` and `-`. */
  readonly keys?: readonly string[];
  /** More shapes of text; a bare RegExp is replaced by `[masked]` and must run in linear time. */
  readonly patterns?: readonly (RegExp | MaskPattern)[];
  /** Turns user and session ids into stable pseudonyms (HMAC-SHA256). A string is the key; `true` takes the service's name. */
  readonly pseudonymize?: boolean | string;
}

/** What a masking does with one value. Off is an object too: `noMasking`. */
export interface Masking {
  /** True for a key whose value must not be kept, at any depth. */
  hidesKey(key: string): boolean;
  /** True when `text` might hold something to mask. Cheap, and may be wrong in that direction only. */
  suspects(text: string): boolean;
  /** The text with everything masked. */
  maskText(text: string): string;
}

export const MASKED = '[masked]';

export const noMasking: Masking = {
  hidesKey: () => false,
  suspects: () => false,
  maskText: (text) => text,
};

const knownKeysBound = 10_000;
/** Everything the default patterns find has a digit or an `@`; a language has few of either, so most text stops here. */
const digitOrAt = /[\d@]/;
/** JSON held in a string: worth a parse only if it could hold a key. */
const looksLikeJson = /^\s*[[{]/;

export class RuleMasking implements Masking {
  readonly #ownKeys: ReadonlySet<string>;
  readonly #patterns: readonly MaskPattern[];
  readonly #hasOwnPatterns: boolean;
  readonly #knownKeys = new Map<string, boolean>();

  constructor(rules: MaskRules = {}) {
    this.#ownKeys = new Set((rules.keys ?? []).map(foldKey));
    const own = (rules.patterns ?? []).map(toMaskPattern);
    this.#hasOwnPatterns = own.length > 0;
    this.#patterns = [...own, ...defaultPatterns];
  }

  hidesKey(key: string): boolean {
    const known = this.#knownKeys.get(key);
    if (known !== undefined) return known;
    const hides = isSecretKey(key) || (this.#ownKeys.size > 0 && this.#ownKeys.has(foldKey(key)));
    // Keys made of data (a map from customer to order) must not grow the memory of an agent that runs for weeks.
    if (this.#knownKeys.size >= knownKeysBound) this.#knownKeys.clear();
    this.#knownKeys.set(key, hides);
    return hides;
  }

  suspects(text: string): boolean {
    if (this.#hasOwnPatterns) return true;
    const first = text.charCodeAt(0);
    if (first === 123 || first === 91 || first <= 32) return looksLikeJson.test(text) || suspectsToken(text);
    return digitOrAt.test(text) ? suspectsToken(text) : text.startsWith('-----BEGIN');
  }

  maskText(text: string): string {
    let masked = looksLikeJson.test(text) ? this.#maskJson(text) : text;
    for (const { name, pattern, accept } of this.#patterns) {
      pattern.lastIndex = 0;
      masked = masked.replace(pattern, (match) => (accept === undefined || accept(match) ? `[${name}]` : match));
    }
    return masked;
  }

  #maskJson(text: string): string {
    try {
      let hidden = 0;
      const parsed: unknown = JSON.parse(text, (key, value: unknown) => {
        if (key === '' || !hidesValue(this, key, value)) return value;
        hidden += 1;
        return MASKED;
      });
      // Text without a secret keeps its own spaces and order.
      return hidden === 0 ? text : JSON.stringify(parsed);
    } catch {
      return this.#maskBrokenJson(text);
    }
  }

  /** A stream that was cut, or several documents in one string. */
  #maskBrokenJson(text: string): string {
    return text.replace(
      /"([^"\\]{1,100})"(\s{0,8}:\s{0,8})(?:"(?:[^"\\]|\\.)*"?|-?\d[\d.eE+-]*)/g,
      (match, key: string, colon: string) => (this.hidesKey(key) ? `"${key}"${colon}"${MASKED}"` : match),
    );
  }
}

/** `password: null` and `password: true` tell a reader something and a thief nothing. */
export function hidesValue(masking: Masking, key: string, value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== 'boolean' && masking.hidesKey(key);
}

function foldKey(key: string): string {
  return key.toLowerCase().replace(/[_\-\s]/g, '');
}

function toMaskPattern(rule: RegExp | MaskPattern): MaskPattern {
  const { name, pattern, accept } =
    rule instanceof RegExp ? { name: 'masked', pattern: rule, accept: undefined } : rule;
  const global = pattern.flags.includes('g') ? pattern : new RegExp(pattern.source, `${pattern.flags}g`);
  return accept === undefined ? { name, pattern: global } : { name, pattern: global, accept };
}

const other = 0;
const digit = 1;
const word = 2;
const gap = 3;
const at = 4;

/** What each ASCII character can be a part of: a number with gaps, or a token. */
const shapes = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_') shapes[character.charCodeAt(0)] = word;
for (const character of '0123456789') shapes[character.charCodeAt(0)] = digit;
for (const character of ' -().') shapes[character.charCodeAt(0)] = gap;
shapes['@'.charCodeAt(0)] = at;

const shortestNumber = 7;
const shortestToken = 14;
const hyphen = 45;

/**
 * One pass that finds an `@`, seven digits with gaps, or fourteen characters of a token. Nine regular expressions would
 * read the same text nine times; most texts have none of the three.
 */
function suspectsToken(text: string): boolean {
  let digits = 0;
  let token = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const shape = code < 128 ? shapes[code] : other;
    if (shape === word) {
      digits = 0;
      token += 1;
    } else if (shape === digit) {
      digits += 1;
      token += 1;
      if (digits >= shortestNumber) return true;
    } else if (shape === at) {
      return true;
    } else {
      if (shape === other) digits = 0;
      token = code === hyphen ? token + 1 : 0;
    }
    if (token >= shortestToken) return true;
  }
  return false;
}
