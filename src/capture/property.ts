/** One property of whatever it is; undefined where it cannot be read. Getters run: call it inside `untraced`. */
export function readProperty(target: unknown, key: string): unknown {
  if ((typeof target !== 'object' && typeof target !== 'function') || target === null) return undefined;
  try {
    return Reflect.get(target, key);
  } catch {
    return undefined;
  }
}
