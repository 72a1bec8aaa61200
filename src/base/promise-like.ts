import { isObject } from './object.ts';

/** Anything with a `then`, native or not. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && 'then' in value && typeof value.then === 'function';
}
