import { types } from 'node:util';
import { isTimer } from '../base/timers.ts';
import { findDescriptor, findMethod, readClassName } from './object-shape.ts';
import { marker } from './marker.ts';
import type { ValueWalk } from './value-walk.ts';

/** What is kept of a request, an answer or a file; none of it consumes anything. */
const fields: ReadonlyMap<string, readonly string[]> = new Map([
  ['IncomingMessage', ['method', 'url', 'originalUrl', 'statusCode', 'statusMessage', 'headers', ...ofFrameworks()]],
  ['Http2ServerRequest', ['method', 'url', 'originalUrl', 'headers', ...ofFrameworks()]],
  ['ServerResponse', ['statusCode', 'statusMessage']],
  ['Http2ServerResponse', ['statusCode']],
  ['ClientRequest', ['method', 'protocol', 'host', 'path']],
  ['ReadStream', ['path']],
  ['WriteStream', ['path']],
]);

/** What Express and its kin put on a request. */
function ofFrameworks(): readonly string[] {
  return ['params', 'query', 'body'];
}

const mostPrototypes = 20;

/**
 * The JSON text of a stream, a request or a timer of Node. Their keys are Node's own: sockets, buffers, and every header
 * once more in a list, where no name says which of them is a secret. Undefined for any other object.
 */
export function describeNodeObject(value: object, walk: ValueWalk): string | undefined {
  const prototypes = prototypesOf(value);
  const names = prototypes.map(readClassName);
  if (isTimer(value)) return marker('object', { type: names[0] ?? 'Timeout' });
  if (!isStream(value, names) || findMethod(value, 'toJSON') !== undefined) return undefined;
  const type = names.find((name) => name !== undefined) ?? 'Stream';
  const level = names.findIndex((name) => name !== undefined && fields.has(name));
  const kept = fields.get(names[level] ?? '') ?? [];
  const parts = kept.map((field) => walk.member(field, readField(value, field, prototypes[level])));
  return `{${['"$clew":"stream"', walk.member('type', type), ...parts.filter((part) => part !== '')].join(',')}}`;
}

function prototypesOf(value: object): readonly object[] {
  const found: object[] = [];
  let prototype: object | null = Reflect.getPrototypeOf(value);
  while (prototype !== null && !types.isProxy(prototype) && found.length < mostPrototypes) {
    found.push(prototype);
    prototype = Reflect.getPrototypeOf(prototype);
  }
  return found;
}

/** By name, so that those of `readable-stream` are known too. */
function isStream(value: object, names: readonly (string | undefined)[]): boolean {
  return (
    names.includes('Stream') &&
    names.includes('EventEmitter') &&
    (findMethod(value, 'pipe') !== undefined || findMethod(value, 'write') !== undefined)
  );
}

/** Data, or what a getter of Node's own class gives; a getter that somebody else put there is not run. */
function readField(value: object, field: string, prototype: object | undefined): unknown {
  const found = findDescriptor(value, field);
  if (found !== undefined && 'value' in found) return isAbsent(found.value) ? undefined : found.value;
  const own = prototype === undefined ? undefined : Object.getOwnPropertyDescriptor(prototype, field);
  return prototype !== undefined && own?.get === found?.get ? Reflect.get(prototype, field, value) : undefined;
}

function isAbsent(value: unknown): boolean {
  return value === null || value === '';
}
