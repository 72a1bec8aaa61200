import { types } from 'node:util';
import { isCallable, type Callable } from '../base/callable.ts';
import { isObject } from '../base/object.ts';
import { marker, markerWith, PreparedMarker } from './marker.ts';
import { readProperty } from './property.ts';

/** What this file asks of the walk that meets an object. */
export interface ValueWalk {
  walk(value: unknown): string;
  walkItems(items: readonly unknown[], length?: number): string;
  walkFirst(entries: readonly unknown[], size: number): string;
  walkKeys(value: object): string;
  shown(key: unknown, item: unknown): unknown;
  readonly mostEntries: number;
  /** False where messages of errors are kept out of every record (C15). */
  readonly tellsMessages: boolean;
}

/** The JSON text of an object that JSON.stringify would empty (Map), misread (Error) or run (toJSON). */
export function describeObject(value: object, walk: ValueWalk): string {
  // A Proxy may answer anything to `toJSON`, even with a request to a server: its keys are read, nothing is called.
  if (types.isProxy(value)) return describeProxy(value, walk);
  if (Array.isArray(value)) return walk.walkItems(value);
  return describeBuiltIn(value, walk) ?? describeInstance(value, walk);
}

/** What answers anything answers `length` too, and to reckon with that answer may call it. */
function describeProxy(value: object, walk: ValueWalk): string {
  if (!Array.isArray(value)) return walk.walkKeys(value);
  const length: unknown = Reflect.get(value, 'length');
  return isLength(length) ? walk.walkItems(value, length) : walk.walkKeys(value);
}

function isLength(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function describeBuiltIn(value: object, walk: ValueWalk): string | undefined {
  if (value instanceof PreparedMarker) return value.text;
  if (types.isDate(value)) return describeDate(value);
  if (types.isMap(value)) return describeMap(value, walk);
  if (types.isSet(value)) return describeSet(value, walk);
  if (types.isNativeError(value) || value instanceof Error) return describeError(value, walk);
  if (types.isRegExp(value)) return walk.walk(RegExp.prototype.toString.call(value));
  if (value instanceof URL) return walk.walk(value.href);
  if (ArrayBuffer.isView(value)) return describeView(value, walk);
  if (types.isAnyArrayBuffer(value)) return marker('bytes', { type: 'ArrayBuffer', bytes: value.byteLength });
  if (types.isPromise(value)) return marker('promise');
  if (types.isBoxedPrimitive(value)) return walk.walk(Object.prototype.valueOf.call(value).valueOf());
  return undefined;
}

function describeInstance(value: object, walk: ValueWalk): string {
  const toJson = readToJson(value);
  if (toJson !== undefined) {
    const answer: unknown = Reflect.apply(toJson, value, ['']);
    // An object whose toJSON gives itself would be asked for ever.
    if (answer !== value) {
      return isObject(answer) ? describeAnswer(answer, walk) : walk.walk(answer);
    }
  }
  const text = walk.walkKeys(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  return text === '{}' && prototype !== Object.prototype && prototype !== null
    ? marker('object', { type: typeName(value) })
    : text;
}

/** toJSON is asked once; what it gave is read key by key. */
function describeAnswer(answer: object, walk: ValueWalk): string {
  return types.isProxy(answer) || readToJson(answer) === undefined ? walk.walk(answer) : walk.walkKeys(answer);
}

function readToJson(value: object): Callable | undefined {
  try {
    const toJson: unknown = Reflect.get(value, 'toJSON');
    return isCallable(toJson) ? toJson : undefined;
  } catch {
    return undefined;
  }
}

function describeDate(value: Date): string {
  const time = Date.prototype.getTime.call(value);
  return Number.isNaN(time) ? marker('date', { value: 'Invalid Date' }) : JSON.stringify(new Date(time).toISOString());
}

function describeError(value: object, walk: ValueWalk): string {
  const keys = walk.tellsMessages
    ? ['name', 'message', 'code', 'cause', 'errors']
    : ['name', 'code', 'cause', 'errors'];
  const parts = keys
    .map((key) => ({ key, item: readProperty(value, key) }))
    .filter(({ item }) => item !== undefined)
    .map(({ key, item }) => `"${key}":${walk.walk(item)}`);
  return `{"$clew":"error",${parts.join(',')}}`;
}

/** Bytes are told by their number, numbers by their first ones: an embedding is recognised by its beginning. */
function describeView(value: ArrayBufferView, walk: ValueWalk): string {
  const type = typeName(value);
  if (!isNumberArray(value)) return marker('bytes', { type, bytes: value.byteLength });
  const head = Array.from(value.subarray(0, 50), Number);
  return `{"$clew":"numbers","type":${JSON.stringify(type)},"length":${value.length},"head":${walk.walkItems(head)}}`;
}

type NumberArray = Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

function isNumberArray(value: ArrayBufferView): value is NumberArray {
  return (
    types.isFloat32Array(value) ||
    types.isFloat64Array(value) ||
    types.isInt32Array(value) ||
    types.isUint32Array(value) ||
    types.isInt16Array(value) ||
    types.isUint16Array(value)
  );
}

function typeName(value: object): string {
  const maker: unknown = readProperty(value, 'constructor');
  return typeof maker === 'function' ? maker.name : 'Object';
}

function describeMap(value: object, walk: ValueWalk): string {
  const entries: unknown[] = [];
  for (const [key, item] of Map.prototype.entries.call(value)) {
    if (entries.push([key, walk.shown(key, item)]) >= walk.mostEntries) break;
  }
  return markerWith('map', 'entries', walk.walkFirst(entries, Number(Reflect.get(Map.prototype, 'size', value))));
}

function describeSet(value: object, walk: ValueWalk): string {
  const values: unknown[] = [];
  for (const item of Set.prototype.values.call(value)) {
    if (values.push(item) >= walk.mostEntries) break;
  }
  return markerWith('set', 'values', walk.walkFirst(values, Number(Reflect.get(Set.prototype, 'size', value))));
}
