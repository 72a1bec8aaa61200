import { isObject } from './object.ts';

/** What errors of an abort are called: the platform's, axios', got's, Bluebird's, and those of model clients. */
const abortNames: ReadonlySet<unknown> = new Set([
  'AbortError',
  'APIUserAbortError',
  'CanceledError',
  'CancelError',
  'CancellationError',
  'ResponseAborted',
]);
const abortCodes: ReadonlySet<unknown> = new Set(['ABORT_ERR', 'ERR_CANCELED']);

/**
 * True for what is thrown when a program aborts its own work. A timeout is not one: nobody asked for it to fail. Never
 * throws.
 */
export function isAbortError(error: unknown): boolean {
  if (!isObject(error)) return false;
  try {
    if (abortNames.has(Reflect.get(error, 'name')) || abortCodes.has(Reflect.get(error, 'code'))) return true;
    // Model clients leave `name` at `Error`; a minified class has no name to go by.
    const maker: unknown = Reflect.get(error, 'constructor');
    return typeof maker === 'function' && abortNames.has(maker.name);
  } catch {
    return false;
  }
}

/** True for the reason of a signal that a timer aborted. */
export function isTimeout(reason: unknown): boolean {
  return isObject(reason) && 'name' in reason && reason.name === 'TimeoutError';
}
