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

  constructor(option: string, seen: unknown, allowed: string) {
    super(`clew: option "${option}" is ${describe(seen)}; allowed: ${allowed}.`);
    this.option = option;
  }
}

/** Names a value without ever running its code: it is whatever a stranger passed. */
function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'an array' : 'an object';
    case 'function':
      return 'a function';
    default:
      return String(value);
  }
}
