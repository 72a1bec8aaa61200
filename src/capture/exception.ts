import { isObject } from '../base/object.ts';
import { untraced } from '../base/shared.ts';
import type { Capturer } from './capturer.ts';
import { readExceptionFields, type ExceptionFields } from './exception-fields.ts';
import { readProperty } from './property.ts';
import { readMessage, readTypeName } from './walker.ts';

/**
 * Anything that can be thrown, as plain data. Beside what is named here it has the error's own fields under their own
 * names (`issues`, `param`, `error`), bounded and masked like any value.
 */
export interface ExceptionRecord extends ExceptionFields {
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
const longestType = 200;
const longestStack = 8_192;
/** Exceptions described of one throw: ten errors of ten errors, five levels deep, would be a hundred thousand. */
const mostExceptions = 20;

interface Telling {
  readonly capturer: Capturer;
  readonly isFull: boolean;
  left: number;
}

/**
 * Describes whatever was thrown. Never throws and never runs the error's code traced. With `mode` `type`, messages,
 * stacks and own fields stay out: they may quote what the user typed. What remains is the type, and `status`, `code` and
 * `requestId` where they look like what they should be.
 */
export function describeException(
  thrown: unknown,
  capturer: Capturer,
  mode: 'full' | 'type' = 'full',
): ExceptionRecord {
  const telling: Telling = { capturer, isFull: mode === 'full', left: mostExceptions };
  return untraced(() => describe(thrown, telling, deepestCause));
}

function describe(thrown: unknown, telling: Telling, depth: number): ExceptionRecord {
  const { capturer, isFull } = telling;
  telling.left -= 1;
  const type = capturer.phrase(readErrorType(thrown), longestType);
  const message = isFull ? capturer.phrase(readThrownMessage(thrown, capturer)) : '';
  const stack = isFull ? readProperty(thrown, 'stack') : undefined;
  const cause = depth > 0 ? readProperty(thrown, 'cause') : undefined;
  const errors = depth > 0 ? readProperty(thrown, 'errors') : undefined;
  return Object.freeze({
    ...(isObject(thrown) ? readExceptionFields(thrown, capturer, isFull) : {}),
    type,
    message,
    stack: typeof stack === 'string' ? capturer.phrase(stack, longestStack) : null,
    cause: cause === undefined || cause === null || telling.left <= 0 ? null : describe(cause, telling, depth - 1),
    errors: Object.freeze(describeErrors(errors, telling, depth)),
  });
}

function describeErrors(errors: unknown, telling: Telling, depth: number): ExceptionRecord[] {
  const described: ExceptionRecord[] = [];
  if (!isList(errors)) return described;
  const length = readProperty(errors, 'length');
  const count = typeof length === 'number' ? Math.min(length, mostErrors) : 0;
  for (let index = 0; index < count && telling.left > 0; index += 1) {
    described.push(describe(readProperty(errors, String(index)), telling, depth - 1));
  }
  return described;
}

function isList(value: unknown): boolean {
  try {
    return Array.isArray(value);
  } catch {
    // A revoked Proxy.
    return false;
  }
}

function readErrorType(thrown: unknown): string {
  if (thrown === null) return 'null';
  if (typeof thrown !== 'object') return typeof thrown;
  const className = readTypeName(thrown);
  const name = readProperty(thrown, 'name');
  const isErrorLike = typeof readProperty(thrown, 'message') === 'string';
  // `error.name = 'AbortError'` says more than the class Error; a subclass that forgot its name says more than `Error`.
  return isErrorLike && typeof name === 'string' && name !== '' && (name !== 'Error' || className === 'Object')
    ? name
    : className;
}

function readThrownMessage(thrown: unknown, capturer: Capturer): string {
  if (typeof thrown === 'string') return thrown;
  if (typeof thrown === 'object' && thrown !== null) {
    const message = readProperty(thrown, 'message');
    return typeof message === 'string' ? message : (capturer.text(thrown) ?? '');
  }
  if (typeof thrown === 'function') return `function ${readMessage(readProperty(thrown, 'name'))}`;
  return String(thrown);
}
