/**
 * Thrown by `init`, `createTracer` and the constructors when an option is wrong. Nothing else of clew throws.
 *
 * @example
 * ```ts
 * import { ClewConfigError, createTracer } from 'clew';
 * try {
 *   createTracer({ mode: 'memory', sampleRate: 2 });
 * } catch (error) {
 *   if (error instanceof ClewConfigError) console.log(error.option); // 'sampleRate'
 * }
 * ```
 */
export class ClewConfigError extends Error {
  override readonly name = 'ClewConfigError';
  /** The option that was wrong. */
  readonly option: string;

  /** The message never shows a text that came, or the value of an option that may be a secret. */
  constructor(option: string, seen: unknown, allowed: string) {
    super(`clew: option "${option}" is ${describe(seen)}; allowed: ${allowed}.`);
    this.option = option;
  }
}

/** What an error says of a value, where that is not for `ClewConfigError` to decide. */
class Description {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Above it a text is no word that was misspelled, and may be a key in the wrong place. */
const longestShown = 24;

/** For an option that takes a few words, or a number: the text that came is shown, if it is short. */
export function shown(value: unknown): unknown {
  return typeof value === 'string' && value.length <= longestShown ? new Description(JSON.stringify(value)) : value;
}

/** For a secret, or an option that we do not know: what kind of value came, and no more. */
export function hidden(value: unknown): unknown {
  const isTold = value === null || value === undefined || value === '';
  return isTold || isReference(value) || typeof value === 'string' ? value : new Description(`a ${typeof value}`);
}

function isReference(value: unknown): boolean {
  return typeof value === 'object' || typeof value === 'function';
}

/** Names a value without running its code, and never shows a text: it may be a secret, and errors are logged. */
export function describe(value: unknown): string {
  if (value instanceof Description) return value.text;
  switch (typeof value) {
    case 'string':
      return value === '' ? '""' : `a text of ${value.length} character${value.length === 1 ? '' : 's'}`;
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'an array' : 'an object';
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    default:
      return String(value);
  }
}
