import { defaultPatterns, type MaskPattern } from './patterns.ts';
import { isSecretKey } from './secret-keys.ts';
import { suspects } from './suspicion.ts';

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
  /** True for a key that neither hides its value nor holds something to mask itself. */
  isPlainKey(key: string): boolean;
  /** The text with everything masked; the very same text where there is nothing to mask, which is told cheaply. */
  maskText(text: string): string;
}

export const MASKED = '[masked]';

export const noMasking: Masking = {
  hidesKey: () => false,
  isPlainKey: () => true,
  maskText: (text) => text,
};

const knownKeysBound = 10_000;
/** No name of a secret is longer; a longer key is data. */
const longestKey = 200;
const slots = 512;
const shortestRemembered = 10;
const longestRemembered = 2_048;
/** JSON held in a string: worth a parse only if it could hold a key. */
const looksLikeJson = /^\s*[[{]/;

/** What a key does: nothing, hide its value, or hold something to mask. */
type KeyRule = 'plain' | 'hides' | 'holds';

export class RuleMasking implements Masking {
  readonly #ownKeys: ReadonlySet<string>;
  readonly #patterns: readonly MaskPattern[];
  readonly #hasOwnPatterns: boolean;
  readonly #knownKeys = new Map<string, KeyRule>();
  /** Texts that were found clean. A conversation is captured again at every turn of it, the same strings each time. */
  readonly #clean: string[] = Array.from({ length: slots }, () => '');

  constructor(rules: MaskRules = {}) {
    this.#ownKeys = new Set((rules.keys ?? []).map(foldKey));
    const own = (rules.patterns ?? []).map(toMaskPattern);
    this.#hasOwnPatterns = own.length > 0;
    this.#patterns = [...own, ...defaultPatterns];
  }

  hidesKey(key: string): boolean {
    return this.#ruleOf(key) === 'hides';
  }

  isPlainKey(key: string): boolean {
    return this.#ruleOf(key) === 'plain';
  }

  #ruleOf(key: string): KeyRule {
    const known = this.#knownKeys.get(key);
    if (known !== undefined) return known;
    const rule = this.#readKey(key);
    // Keys made of data (a map from customer to order) must not grow the memory of an agent that runs for weeks.
    if (key.length > longestKey) return rule;
    if (this.#knownKeys.size >= knownKeysBound) this.#knownKeys.clear();
    this.#knownKeys.set(key, rule);
    return rule;
  }

  #readKey(key: string): KeyRule {
    if (key.length <= longestKey && (isSecretKey(key) || this.#ownKeys.has(foldKey(key)))) return 'hides';
    return this.maskText(key) === key ? 'plain' : 'holds';
  }

  maskText(text: string): string {
    if (this.#hasOwnPatterns) return this.#maskSuspect(text);
    if (text.length < shortestRemembered || text.length > longestRemembered) {
      return suspects(text) ? this.#maskSuspect(text) : text;
    }
    const slot = slotOf(text);
    if (this.#clean[slot] === text) return text;
    const masked = suspects(text) ? this.#maskSuspect(text) : text;
    if (masked === text) this.#clean[slot] = text;
    return masked;
  }

  #maskSuspect(text: string): string {
    let masked = looksLikeJson.test(text) ? this.#maskJson(text) : text;
    for (const { name, pattern, accept } of this.#patterns) {
      pattern.lastIndex = 0;
      masked = masked.replace(pattern, (match) => (accept === undefined || accept(match) ? `[${name}]` : match));
    }
    return masked;
  }

  #maskJson(text: string): string {
    try {
      let changes = 0;
      const parsed: unknown = JSON.parse(text, (key, value: unknown) => {
        const masked = this.#maskMember(key, value);
        if (masked !== value) changes += 1;
        return masked;
      });
      // Text without a secret keeps its own spaces and order.
      return changes === 0 ? text : JSON.stringify(parsed);
    } catch {
      return this.#maskBrokenJson(text);
    }
  }

  /** Strings are masked as what they say: in their JSON text the `n` of a line break would hide where a key begins. */
  #maskMember(key: string, value: unknown): unknown {
    if (key !== '' && hidesValue(this, key, value)) return MASKED;
    return typeof value === 'string' ? this.maskText(value) : value;
  }

  /** A stream that was cut, or several documents in one string. */
  #maskBrokenJson(text: string): string {
    const outer = text.replace(
      /"([^"\\]{1,100})"(\s{0,8}:\s{0,8})(?:"(?:[^"\\]|\\.)*"?|-?\d[\d.eE+-]*)/g,
      (match, key: string, colon: string) => (this.hidesKey(key) ? `"${key}"${colon}"${MASKED}"` : match),
    );
    // JSON inside the strings of what was cut: its quotes have backslashes before them.
    return outer.replace(
      /(\\{1,7})"([^"\\]{1,100})\1"(\s{0,8}:\s{0,8})(?:\1"[^"\\]*|-?\d[\d.eE+-]*)/g,
      (match, escape: string, key: string, colon: string) =>
        this.hidesKey(key) ? `${escape}"${key}${escape}"${colon}${escape}"${MASKED}` : match,
    );
  }
}

/** `password: null` and `password: true` tell a reader something and a thief nothing. */
export function hidesValue(masking: Masking, key: string, value: unknown): boolean {
  return value !== null && value !== undefined && typeof value !== 'boolean' && masking.hidesKey(key);
}

/** Cheap and good enough to tell a few hundred texts apart: a wrong guess costs one comparison. */
function slotOf(text: string): number {
  const { length } = text;
  const middle = text.charCodeAt(length >> 1);
  const first = text.charCodeAt(0) * 17 + text.charCodeAt(1) * 5;
  const rest = middle * 7 + text.charCodeAt(length - 3) * 13 + text.charCodeAt(length >> 2);
  return (length * 31 + first + rest) & (slots - 1);
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
