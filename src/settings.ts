import { createHash } from 'node:crypto';
import { isDictionary, isObject } from './base/object.ts';
import type { Environment } from './environment.ts';
import { isTraceExporter } from './exporters/exporter.ts';
import type { TracerOptions } from './options.ts';

/** What a tracer is made from, so far as it can be compared: data by value, the rest by identity. */
export interface Settings {
  /** A hash, since it is kept where everybody in the process can read it, and options hold tokens and keys. */
  readonly hash: string;
  readonly identities: readonly unknown[];
}

/** Describes options and environment for `isSameSettings`. Never throws: what cannot be read equals nothing. */
export function describeSettings(options: TracerOptions, environment: Environment): Settings {
  const identities: unknown[] = [];
  let text: string;
  try {
    text = describe([options, environment], identities, new Set());
  } catch {
    text = '';
    identities.push(Symbol('unreadable'));
  }
  return { hash: createHash('sha256').update(text).digest('hex'), identities };
}

export function isSameSettings(one: unknown, other: Settings): boolean {
  if (!isSettings(one) || one.hash !== other.hash || one.identities.length !== other.identities.length) return false;
  return one.identities.every((identity, index) => Object.is(identity, other.identities[index]));
}

/** Another copy of clew may have written it. */
function isSettings(value: unknown): value is Settings {
  return isObject(value) && 'hash' in value && 'identities' in value && Array.isArray(value.identities);
}

function describe(value: unknown, identities: unknown[], above: ReadonlySet<unknown>): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'function' && !isObject(value)) return `${typeof value} ${String(value)}`;
  if (value instanceof RegExp) return `pattern ${value.source} ${value.flags}`;
  if (isTraceExporter(value) && typeof value.target === 'string') return `target ${value.target}`;
  const isData = isObject(value) && (Array.isArray(value) || isPlain(value)) && !above.has(value);
  if (isData) return describeData(value, identities, new Set([...above, value]));
  return `identity ${identities.push(value)}`;
}

function describeData(data: object, identities: unknown[], above: ReadonlySet<unknown>): string {
  if (Array.isArray(data)) return `[${data.map((item) => describe(item, identities, above)).join()}]`;
  const fields = Object.entries(data)
    .filter(([, value]) => value !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${describe(value, identities, above)}`).join()}}`;
}

/** An object with methods of its own, such as an exporter, is more than its data. */
function isPlain(value: unknown): boolean {
  if (!isDictionary(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return false;
  return Object.values(value).every((field) => typeof field !== 'function');
}
