import { types } from 'node:util';
import { isObject } from '../base/object.ts';
import { errorFieldNames } from './error-fields.ts';
import { marker, markerWith, PreparedMarker } from './marker.ts';
import { describeNodeObject } from './node-object.ts';
import { findMethod, isError, isOrdinaryInstance, isPlainObject } from './object-shape.ts';
import { describePlatformObject } from './platform.ts';
import { readProperty } from './property.ts';
import type { ValueWalk } from './value-walk.ts';

/** The JSON text of an object that JSON.stringify would empty (Map), misread (Error) or run (toJSON). */
export function describeObject(value: object, walk: ValueWalk): string {
  // A Proxy may answer anything to `toJSON`, even with a request to a server: its keys are read, nothing is called.
  if (types.isProxy(value)) return describeProxy(value, walk);
  if (Array.isArray(value)) return walk.walkItems(value, Object.getPrototypeOf(value) === Array.prototype);
  if (isPlainObject(value) && !Object.hasOwn(value, 'toJSON')) return walk.walkKeys(value, true);
  if (isOrdinaryInstance(value)) return describeInstance(value, walk);
  return (
    describeBuiltIn(value, walk) ??
    describePlatformObject(value, walk) ??
    describeNodeObject(value, walk) ??
    describeInstance(value, walk)
  );
}

/** What answers anything answers `length` too, and to reckon with that answer may call it. */
function describeProxy(value: object, walk: ValueWalk): string {
  if (!Array.isArray(value)) return walk.walkKeys(value);
  const length: unknown = Reflect.get(value, 'length');
  return isLength(length) ? walk.walkItems(value, false, length) : walk.walkKeys(value);
}

function isLength(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function describeBuiltIn(value: object, walk: ValueWalk): string | undefined {
  if (value instanceof PreparedMarker) return value.text;
  if (types.isDate(value)) return describeDate(value);
  if (types.isMap(value)) return describeMap(value, walk);
  if (types.isSet(value)) return describeSet(value, walk);
  if (isError(value)) return describeError(value, walk);
  if (types.isRegExp(value)) return walk.walk(RegExp.prototype.toString.call(value));
  if (ArrayBuffer.isView(value)) return describeView(value, walk);
  if (types.isAnyArrayBuffer(value)) return marker('bytes', { type: 'ArrayBuffer', bytes: value.byteLength });
  if (types.isPromise(value)) return marker('promise');
  if (types.isBoxedPrimitive(value)) return walk.walk(Object.prototype.valueOf.call(value).valueOf());
  return undefined;
}

function describeInstance(value: object, walk: ValueWalk): string {
  if (findMethod(value, 'toJSON') !== undefined) {
    const answer = answerOf(value, walk);
    // An object whose toJSON gives itself would be asked for ever.
    if (answer !== value) {
      return isObject(answer) ? describeAnswer(answer, walk) : walk.walk(answer);
    }
  }
  const text = walk.walkKeys(value);
  return text === '{}' && !isPlainObject(value) ? marker('object', { type: typeName(value) }) : text;
}

/** `toJSON` is asked once for a value, however often the value is walked through until it fits. */
function answerOf(value: object, { session: { answers } }: ValueWalk): unknown {
  const known = answers.get(value);
  if (known !== undefined && 'thrown' in known) throw known.thrown;
  if (known !== undefined) return known.value;
  const toJson = findMethod(value, 'toJSON');
  try {
    const answer: unknown = toJson === undefined ? value : Reflect.apply(toJson, value, ['']);
    answers.set(value, { value: answer });
    return answer;
  } catch (thrown) {
    answers.set(value, { thrown });
    throw thrown;
  }
}

/** What a toJSON gave is read key by key where it has a toJSON too. */
function describeAnswer(answer: object, walk: ValueWalk): string {
  return types.isProxy(answer) || findMethod(answer, 'toJSON') === undefined
    ? walk.walk(answer)
    : walk.walkKeys(answer);
}

function describeDate(value: Date): string {
  return Number.isNaN(Date.prototype.getTime.call(value))
    ? marker('date', { value: 'Invalid Date' })
    : `"${Date.prototype.toISOString.call(value)}"`;
}

const errorKeys = ['name', 'message', 'code', 'cause', 'errors'];
const errorKeysWithoutMessage = ['name', 'code', 'cause', 'errors'];
function describeError(value: object, walk: ValueWalk): string {
  const keys = walk.tellsMessages ? errorKeys : errorKeysWithoutMessage;
  const parts = keys.map((key) => walk.member(key, readProperty(value, key)));
  if (walk.tellsMessages) parts.push(...describeOwnFields(value, walk));
  return `{${['"$clew":"error"', ...parts.filter((part) => part !== '')].join(',')}}`;
}

/** `status`, `issues` and what else an error was given. */
function describeOwnFields(value: object, walk: ValueWalk): readonly string[] {
  return errorFieldNames(value)
    .filter((key) => key !== 'code')
    .map((key) => walk.member(key, Object.getOwnPropertyDescriptor(value, key)?.value));
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
