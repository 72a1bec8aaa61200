import { types } from 'node:util';
import { isDictionary, isObject } from '../base/object.ts';
import type { Capturer } from './capturer.ts';
import { errorFieldNames } from './error-fields.ts';
import { readData } from './object-shape.ts';
import { platformField, platformHeader } from './platform.ts';

/** What tells one failure of a service from another. A field that an error has not is absent. */
export interface ExceptionFields {
  /** Of an HTTP answer: 429, 500. */
  readonly status?: number;
  /** `ECONNREFUSED`, `rate_limit_exceeded`, or a number. */
  readonly code?: string | number;
  /** What the provider calls the request: its support asks for it. */
  readonly requestId?: string;
  /** The provider's own `type` of the error; `type` is the class. */
  readonly errorType?: string;
  /** The error's own fields. */
  readonly [field: string]: unknown;
}

const wireNames: ReadonlyMap<string, string> = new Map([
  ['requestId', 'request_id'],
  ['errorType', 'error_type'],
]);
const namesOfWire: ReadonlyMap<string, string> = new Map([...wireNames].map(([name, wireName]) => [wireName, name]));
/** What an exception has beside its fields. */
const frame: ReadonlySet<string> = new Set(['type', 'message', 'stack', 'cause', 'errors']);

/** The fields as the wire spells them: `request_id`. An error's own fields keep their names. */
export function toWireFields(exception: object): Readonly<Record<string, unknown>> {
  return renamed(exception, wireNames);
}

/** The same, back again. */
export function fromWireFields(wire: object): Readonly<Record<string, unknown>> {
  return renamed(wire, namesOfWire);
}

function renamed(holder: object, names: ReadonlyMap<string, string>): Readonly<Record<string, unknown>> {
  const fields = Object.entries(holder).filter(([name]) => !frame.has(name));
  return Object.fromEntries(fields.map(([name, value]) => [names.get(name) ?? name, value]));
}

const fieldBytes = 8_192;
const longestCode = 200;
/** Without content, a code is one word and an id has no spaces: prose does not pass. */
const oneWord = /^[\w.:/-]{1,64}$/;
const requestIds = ['requestId', 'request_id', 'requestID', '_request_id'];
const requestIdHeaders = ['x-request-id', 'request-id', 'x-amzn-requestid', 'cf-ray'];
const named: ReadonlySet<string> = new Set(['status', 'code', 'type', ...requestIds]);

/** What an error carries beside message and stack. No getter of its own runs; what cannot be read is left out. */
export function readExceptionFields(error: object, capturer: Capturer, isFull: boolean): ExceptionFields {
  try {
    return readFields(error, capturer, isFull);
  } catch {
    // A Proxy whose traps throw, or one that was revoked.
    return {};
  }
}

function readFields(error: object, capturer: Capturer, isFull: boolean): ExceptionFields {
  const status = readStatus(error);
  const code = keptCode(readData(error, 'code'), capturer, isFull);
  const requestId = keptText(readRequestId(error), capturer, isFull);
  const errorType = keptText(readData(error, 'type'), capturer, isFull);
  return {
    ...(isFull ? readOwnFields(error, capturer) : {}),
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(requestId !== undefined && { requestId }),
    ...(errorType !== undefined && { errorType }),
  };
}

/** `status` of most clients, `statusCode` of some, `response.status` of axios and ky, `$metadata` of AWS. */
function readStatus(error: object): number | undefined {
  const response = readData(error, 'response');
  const metadata = readData(error, '$metadata');
  const found = [
    readData(error, 'status'),
    readData(error, 'statusCode'),
    readPlatform(response, 'status'),
    readData(metadata, 'httpStatusCode'),
  ];
  return found.find((status): status is number => typeof status === 'number' && Number.isFinite(status));
}

function readRequestId(error: object): unknown {
  const metadata = readData(error, '$metadata');
  const holders = [error, metadata, readData(error, 'error')];
  for (const holder of holders) {
    for (const key of requestIds) {
      const id = readData(holder, key);
      if (typeof id === 'string' && id !== '') return id;
    }
  }
  return readHeader(readData(error, 'headers')) ?? readHeader(readPlatform(readData(error, 'response'), 'headers'));
}

function readHeader(headers: unknown): unknown {
  if (!isObject(headers) || types.isProxy(headers)) return undefined;
  for (const name of requestIdHeaders) {
    const value = readData(headers, name) ?? platformHeader(headers, name);
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** The same, and the getters of a `Response` of the platform. */
function readPlatform(holder: unknown, key: 'status' | 'headers'): unknown {
  return readData(holder, key) ?? (isObject(holder) ? platformField(holder, key) : undefined);
}

function keptCode(code: unknown, capturer: Capturer, isFull: boolean): string | number | undefined {
  return typeof code === 'number' && Number.isFinite(code) ? code : keptText(code, capturer, isFull);
}

function keptText(text: unknown, capturer: Capturer, isFull: boolean): string | undefined {
  if (typeof text !== 'string' || text === '' || (!isFull && !oneWord.test(text))) return undefined;
  return capturer.phrase(text, longestCode);
}

/** Captured together, so that they are bounded together and masked by key; what is a getter is named as one. */
function readOwnFields(error: object, capturer: Capturer): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  for (const name of errorFieldNames(error)) {
    const descriptor = Object.getOwnPropertyDescriptor(error, name);
    if (descriptor === undefined || named.has(name)) continue;
    Object.defineProperty(fields, name, { ...descriptor, enumerable: true, configurable: true });
  }
  const body = readData(readData(error, 'response'), 'data');
  if (body !== undefined) Object.defineProperty(fields, 'responseData', { value: body, enumerable: true });
  const text = Object.keys(fields).length === 0 ? null : capturer.text(fields, fieldBytes);
  const read: unknown = text === null ? {} : JSON.parse(text);
  return isDictionary(read) ? freezeDeep(read) : {};
}

function freezeDeep<Value extends object>(value: Value): Value {
  for (const item of Object.values(value)) if (isObject(item)) freezeDeep(item);
  return Object.freeze(value);
}
