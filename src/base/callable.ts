export type Callable = (this: unknown, ...args: readonly unknown[]) => unknown;

export function isCallable(value: unknown): value is Callable {
  return typeof value === 'function';
}
