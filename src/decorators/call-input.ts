import { types } from 'node:util';
import { PreparedMarker } from '../capture/marker.ts';
import type { DeclaredParameters } from './parameter-names.ts';

/** What is known of a function's arguments. */
export interface InputNaming {
  readonly params: readonly string[] | undefined;
  /** Arguments, or keys of a sole plain object, that are kept out of the record. */
  readonly redact: readonly string[];
  /** Positions that `@redact()` marked. */
  readonly redactedPositions: ReadonlySet<number>;
  /** What its author declared; undefined where that cannot be read. */
  readonly declared: () => DeclaredParameters | undefined;
}

const redacted: unknown = new PreparedMarker('redacted');

/**
 * Names arguments for a reader: by `params`, else by the function's own parameter names, else by position; a sole plain
 * object is the input itself. What a function does not declare is left out: `map` and `forEach` pass more than anybody
 * asked for.
 */
export function createInputNaming(naming: InputNaming): (args: readonly unknown[]) => unknown {
  const hides = naming.redact.length > 0 || naming.redactedPositions.size > 0;
  let parameters: Parameters | undefined;
  return (given) => {
    parameters ??= new Parameters(naming.params, naming.declared());
    const args = parameters.taken(given);
    if (args.length === 1 && isPlainObject(args[0]) && !naming.redactedPositions.has(0)) {
      return hides ? redactKeys(args[0], naming.redact, parameters.nameAt(0)) : args[0];
    }
    return nameArguments(args, parameters, hides ? naming : undefined);
  };
}

/** The parameters of one function. */
class Parameters {
  readonly #names: readonly (string | undefined)[];
  /** How many arguments it takes: all of them where nobody knows. */
  readonly #most: number;
  readonly #restAt: number | undefined;

  constructor(params: readonly string[] | undefined, declared: DeclaredParameters | undefined) {
    const { names = [], hasRest = false, readsArguments = false } = declared ?? {};
    this.#names = params ?? names;
    const isOpen = declared === undefined || hasRest || readsArguments;
    this.#most = isOpen ? Number.POSITIVE_INFINITY : Math.max(names.length, params?.length ?? 0);
    // Names that were given by hand count arguments, each by itself.
    this.#restAt = hasRest && params === undefined ? names.length - 1 : undefined;
  }

  /** The arguments that are recorded. */
  taken(args: readonly unknown[]): readonly unknown[] {
    if (args.length > this.#most) return args.slice(0, this.#most);
    return args.length === 3 && !(this.#most < Number.POSITIVE_INFINITY) && isStepOfList(args)
      ? args.slice(0, 2)
      : args;
  }

  nameAt(index: number): string | undefined {
    return this.#names[index];
  }

  get restAt(): number | undefined {
    return this.#restAt;
  }
}

/** What `map`, `filter` and `forEach` pass: the item, its index, and the whole list once for each of its items. */
function isStepOfList([item, index, list]: readonly unknown[]): boolean {
  return typeof index === 'number' && Array.isArray(list) && !types.isProxy(list) && Object.is(list[index], item);
}

function nameArguments(
  args: readonly unknown[],
  parameters: Parameters,
  hiding: InputNaming | undefined,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  const { restAt = args.length } = parameters;
  const end = Math.min(args.length, restAt);
  for (let index = 0; index < end; index += 1) {
    const name = parameters.nameAt(index) ?? String(index);
    setInput(input, name, hiding !== undefined && hides(hiding, name, index) ? redacted : args[index]);
  }
  if (restAt >= args.length) return input;
  const name = parameters.nameAt(restAt) ?? String(restAt);
  const rest = args.slice(restAt);
  setInput(input, name, hiding === undefined ? rest : hideRest(hiding, name, restAt, rest));
  return input;
}

/** The rest is hidden whole by its name, and item by item by their positions. */
function hideRest(hiding: InputNaming, name: string, restAt: number, rest: readonly unknown[]): unknown {
  if (hides(hiding, name, restAt)) return redacted;
  return rest.map((item, index) => (hides(hiding, String(restAt + index), restAt + index) ? redacted : item));
}

function hides({ redact, redactedPositions }: InputNaming, name: string, index: number): boolean {
  return redactedPositions.has(index) || redact.includes(name) || redact.includes(String(index));
}

/** A parameter may be called `__proto__`. */
function setInput(input: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') input[name] = value;
  else Object.defineProperty(input, name, { value, enumerable: true, configurable: true, writable: true });
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
