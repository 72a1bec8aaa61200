import { types } from 'node:util';
import { PreparedMarker } from '../capture/marker.ts';
import { readParameterNames } from './parameter-names.ts';

/** What is known of a function's arguments. */
export interface InputNaming {
  readonly params: readonly string[] | undefined;
  /** Arguments, or keys of a sole plain object, that are kept out of the record. */
  readonly redact: readonly string[];
  /** Positions that `@redact()` marked. */
  readonly redactedPositions: ReadonlySet<number>;
  /** The function as its author wrote it. */
  readonly source: () => string;
}

const redacted: unknown = new PreparedMarker('redacted');

/**
 * Names arguments for a reader (design section 4): by `params`, else by the function's own parameter names if all are
 * simple, else by position; a sole plain object is the input itself.
 */
export function createInputNaming(naming: InputNaming): (args: readonly unknown[]) => unknown {
  let names: readonly string[] | undefined | null = naming.params ?? null;
  const hides = naming.redact.length > 0 || naming.redactedPositions.size > 0;
  return (args) => {
    if (names === null) names = readParameterNames(naming.source());
    if (args.length === 1 && isPlainObject(args[0]) && !naming.redactedPositions.has(0)) {
      return hides ? redactKeys(args[0], naming.redact, names?.[0]) : args[0];
    }
    return nameArguments(args, names, hides ? naming : undefined);
  };
}

function nameArguments(
  args: readonly unknown[],
  names: readonly string[] | undefined,
  hiding: InputNaming | undefined,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (let index = 0; index < args.length; index += 1) {
    const name = names?.[index] ?? String(index);
    const isHidden = hiding !== undefined && (hiding.redactedPositions.has(index) || hiding.redact.includes(name));
    const value = isHidden ? redacted : args[index];
    // To assign to this name would set the prototype.
    if (name === '__proto__') Object.defineProperty(input, name, { value, enumerable: true });
    else input[name] = value;
  }
  return input;
}

function redactKeys(input: object, keys: readonly string[], ownName: string | undefined): unknown {
  if (ownName !== undefined && keys.includes(ownName)) return { [ownName]: redacted };
  const entries = Object.entries(Object.getOwnPropertyDescriptors(input)).filter(([, { enumerable }]) => enumerable);
  // A getter stays one, so that it is not run to be recorded.
  const kept = entries.map(([key, property]): [string, PropertyDescriptor] => [
    key,
    keys.includes(key) ? { value: redacted, enumerable: true } : property,
  ]);
  return Object.defineProperties({}, Object.fromEntries(kept));
}

function isPlainObject(value: unknown): value is object {
  // Asking a Proxy runs the user's code, and a revoked one cannot be asked.
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
