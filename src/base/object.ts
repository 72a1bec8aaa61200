export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** What JSON writes in braces: an object that is no array. */
export function isDictionary(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !Array.isArray(value);
}
