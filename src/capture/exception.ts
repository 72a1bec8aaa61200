import { untraced } from '../base/shared.ts';
import type { Capturer } from './capturer.ts';
import { readMessage, readTypeName } from './walker.ts';

/** Anything that can be thrown, as plain data. */
export interface ExceptionRecord {
  /** The class: `TypeError`, or `Object`, `string` for what is no Error. */
  readonly type: string;
  /** The message; for a thrown object that is no Error, its JSON text. */
  readonly message: string;
  readonly stack: string | null;
  /** `Error.cause`, followed five levels. */
  readonly cause: ExceptionRecord | null;
  /** `AggregateError.errors`, the first ten. */
  readonly errors: readonly ExceptionRecord[];
}

const deepestCause = 5;
const mostErrors = 10;
const longestStack = 8_192;

/**
 * Describes whatever was thrown. Never throws and never runs the error's code traced. With `mode` `type`, messages and
 * stacks stay out: they may quote what the user typed (C15).
 */
export function describeException(
  thrown: unknown,
  capturer: Capturer,
  mode: 'full' | 'type' = 'full',
): ExceptionRecord {
  return untraced(() => describe(thrown, capturer, mode, deepestCause));
}

function describe(thrown: unknown, capturer: Capturer, mode: 'full' | 'type', depth: number): ExceptionRecord {
  const isFull = mode === 'full';
  const type = readErrorType(thrown);
  const message = isFull ? capturer.phrase(readThrownMessage(thrown, capturer)) : '';
  const stack = isFull ? read(thrown, 'stack') : undefined;
  const cause = depth > 0 ? read(thrown, 'cause') : undefined;
  const errors = depth > 0 ? read(thrown, 'errors') : undefined;
  return Object.freeze({
    type,
    message,
    stack: typeof stack === 'string' ? capturer.phrase(stack, longestStack) : null,
    cause: cause === undefined || cause === null ? null : describe(cause, capturer, mode, depth - 1),
    errors: Object.freeze(readErrors(errors).map((error) => describe(error, capturer, mode, depth - 1))),
  });
}

function readErrors(errors: unknown): readonly unknown[] {
  try {
    return Array.isArray(errors) ? errors.slice(0, mostErrors) : [];
  } catch {
    return [];
  }
}

function readErrorType(thrown: unknown): string {
  if (thrown === null) return 'null';
  if (typeof thrown !== 'object') return typeof thrown;
  const className = readTypeName(thrown);
  const name = read(thrown, 'name');
  const isErrorLike = typeof read(thrown, 'message') === 'string';
  // `error.name = 'AbortError'` says more than the class Error; a subclass that forgot its name says more than `Error`.
  return isErrorLike && typeof name === 'string' && name !== '' && (name !== 'Error' || className === 'Object')
    ? name.slice(0, 200)
    : className;
}

function readThrownMessage(thrown: unknown, capturer: Capturer): string {
  if (typeof thrown === 'string') return thrown;
  if (typeof thrown === 'object' && thrown !== null) {
    const message = read(thrown, 'message');
    return typeof message === 'string' ? message : (capturer.text(thrown) ?? '');
  }
  if (typeof thrown === 'function') return `function ${readMessage(read(thrown, 'name'))}`;
  return String(thrown);
}

/** One property of whatever was thrown; undefined where it cannot be read. */
function read(thrown: unknown, key: string): unknown {
  if (typeof thrown !== 'object' && typeof thrown !== 'function') return undefined;
  if (thrown === null) return undefined;
  try {
    return Reflect.get(thrown, key);
  } catch {
    return undefined;
  }
}
