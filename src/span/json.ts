import { isDictionary } from '../base/object.ts';
import { unescapeKey } from '../capture/marker.ts';

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

const noMetadata: JsonObject = Object.freeze({});

/** Parses captured text into frozen data. The text is ours, so that a failure would be a bug: it is shown, not thrown. */
export function parseFrozen(text: string | null): Json {
  if (text === null) return null;
  try {
    return freezeDeep(JSON.parse(text));
  } catch {
    return text;
  }
}

/** As `parseFrozen`, with the user's own `$clew` keys under their own name again. */
export function parseObject(text: string | null): JsonObject {
  const value = parseFrozen(text);
  return isJsonObject(value) ? value : noMetadata;
}

/** The wire data of a record: new, and free to change. */
export function parseWire(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  return isJsonObject(value) ? value : {};
}

/** Of what came out of `JSON.parse`. */
export function isJsonObject(value: unknown): value is JsonObject {
  return isDictionary(value);
}

function freezeDeep(value: unknown): Json {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) return Object.freeze(value.map(freezeDeep));
  const entries = Object.entries(value).map(([key, item]): [string, Json] => [unescapeKey(key), freezeDeep(item)]);
  return Object.freeze(Object.fromEntries(entries));
}
