const marked = new WeakMap<object, Map<PropertyKey, Set<number>>>();

/** Remembers that `@redact()` stands on a parameter; parameter decorators run before the method's own. */
export function markRedacted(target: object, key: PropertyKey, position: number): void {
  const methods = marked.get(target) ?? new Map<PropertyKey, Set<number>>();
  marked.set(target, methods);
  const positions = methods.get(key) ?? new Set<number>();
  methods.set(key, positions);
  positions.add(position);
}

export function redactedPositions(target: object, key: PropertyKey): ReadonlySet<number> | undefined {
  return marked.get(target)?.get(key);
}
