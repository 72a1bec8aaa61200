import { types } from 'node:util';
import { isObject } from '../base/object.ts';
import { findDescriptor, findMethod, readClassName } from './object-shape.ts';
import type { ValueWalk } from './value-walk.ts';

/** How an object of the platform is known and read. */
interface Shape {
  /** Getters that are read, in the order of the record. None of them reads a body. */
  readonly fields: readonly string[];
  /** Members that the prototype must have: a class of the user's with the same name has not all of them. */
  readonly marks: readonly string[];
  /** True for what holds names and values. */
  readonly hasEntries?: boolean;
  /** The field that is the value itself. */
  readonly text?: string;
}

const requestFields = ['method', 'url', 'headers', 'bodyUsed'];
const responseFields = ['status', 'statusText', 'url', 'type', 'redirected', 'headers', 'bodyUsed'];
const eventFields = ['type'];

const shapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['URL', { fields: [], marks: ['href', 'searchParams'], text: 'href' }],
  ['Headers', { fields: [], marks: ['get', 'has', 'entries'], hasEntries: true }],
  ['URLSearchParams', { fields: [], marks: ['get', 'getAll', 'entries'], hasEntries: true }],
  ['FormData', { fields: [], marks: ['get', 'getAll', 'entries'], hasEntries: true }],
  ['Request', { fields: requestFields, marks: ['method', 'url', 'headers'] }],
  ['Response', { fields: responseFields, marks: ['status', 'headers', 'ok'] }],
  ['Blob', { fields: ['size', 'type'], marks: ['size', 'type', 'slice'] }],
  ['File', { fields: ['name', 'size', 'type', 'lastModified'], marks: ['name', 'lastModified'] }],
  ['AbortSignal', { fields: ['aborted', 'reason'], marks: ['aborted', 'throwIfAborted'] }],
  ['Event', { fields: eventFields, marks: ['type', 'preventDefault'] }],
  ['CustomEvent', { fields: [...eventFields, 'detail'], marks: ['detail'] }],
  ['MessageEvent', { fields: [...eventFields, 'data', 'origin'], marks: ['data', 'ports'] }],
  ['ErrorEvent', { fields: [...eventFields, 'message', 'error'], marks: ['message', 'error'] }],
  ['CloseEvent', { fields: [...eventFields, 'code', 'reason', 'wasClean'], marks: ['code', 'wasClean'] }],
  ['ReadableStream', { fields: ['locked'], marks: ['locked', 'getReader'] }],
  ['WritableStream', { fields: ['locked'], marks: ['locked', 'getWriter'] }],
]);

interface Brand {
  readonly type: string;
  readonly shape: Shape;
  readonly prototype: object;
}

const mostPrototypes = 10;
/** What is known of a prototype: null for one that is none of the platform's. */
const known = new WeakMap<object, Brand | null>();

/**
 * The JSON text of an object of the web platform: what can be read of it at once, and without consuming it. Known by
 * its tag and its members, so that those of undici, of jsdom and of another realm are read like our own. Undefined for
 * any other object.
 */
export function describePlatformObject(value: object, walk: ValueWalk): string | undefined {
  const brand = brandOf(value);
  if (brand === null) return undefined;
  const { type, shape, prototype } = brand;
  if (shape.text !== undefined) {
    const text = readGetter(prototype, shape.text, value);
    return typeof text === 'string' ? walk.walk(text) : undefined;
  }
  const parts = shape.fields.map((field) => walk.member(field, readGetter(prototype, field, value)));
  if (shape.hasEntries === true) parts.push(`"entries":${describeEntries(prototype, value, walk)}`);
  return `{${[`"$clew":"${kindOf(type)}"`, ...parts.filter((part) => part !== '')].join(',')}}`;
}

/** `FormData` is `form-data`, `URLSearchParams` is `url-search-params`. */
function kindOf(type: string): string {
  return type.replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();
}

/** A field of an object of the platform; undefined of any other. */
export function platformField(value: object, field: string): unknown {
  const brand = types.isProxy(value) ? null : brandOf(value);
  return brand?.shape.fields.includes(field) === true ? readGetter(brand.prototype, field, value) : undefined;
}

/** One header of a `Headers` of the platform; undefined of any other. */
export function platformHeader(value: object, name: string): unknown {
  const brand = types.isProxy(value) ? null : brandOf(value);
  const get = brand?.type === 'Headers' ? findMethod(brand.prototype, 'get') : undefined;
  return get === undefined ? undefined : Reflect.apply(get, value, [name]);
}

function brandOf(value: object): Brand | null {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!isObject(prototype)) return null;
  let brand = known.get(prototype);
  if (brand === undefined) {
    brand = findBrand(prototype);
    known.set(prototype, brand);
  }
  return brand;
}

function findBrand(first: object): Brand | null {
  let prototype: unknown = first;
  for (let level = 0; level < mostPrototypes && isObject(prototype) && !types.isProxy(prototype); level += 1) {
    const type = readTag(prototype);
    const shape = type === undefined ? undefined : shapes.get(type);
    if (type !== undefined && shape !== undefined && hasMarks(prototype, shape)) return { type, shape, prototype };
    prototype = Object.getPrototypeOf(prototype);
  }
  return null;
}

/** The name under which the platform knows it. A library may have a getter for the tag; then its class tells the name. */
function readTag(prototype: object): string | undefined {
  const tag = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag);
  if (tag === undefined) return undefined;
  if (typeof tag.value === 'string') return tag.value;
  return readClassName(prototype);
}

function hasMarks(prototype: object, { marks }: Shape): boolean {
  return marks.every((mark) => findDescriptor(prototype, mark) !== undefined);
}

/** What the platform's own getter gives; a subclass's is the user's code, and is not run. */
function readGetter(prototype: object, field: string, value: object): unknown {
  try {
    return Reflect.get(prototype, field, value);
  } catch {
    return undefined;
  }
}

/** Names and values as an object; a name that comes several times has a list. */
function describeEntries(prototype: object, value: object, walk: ValueWalk): string {
  const entries = new Map<string, unknown[]>();
  let read = 0;
  let omitted = 0;
  for (const [name, item] of iterate(prototype, value)) {
    read += 1;
    if (read > walk.mostEntries) omitted += 1;
    else entries.set(name, [...(entries.get(name) ?? []), item]);
    if (omitted >= mostCounted) break;
  }
  const parts = [...entries].map(([name, items]) => walk.member(name, items.length === 1 ? items[0] : items));
  if (omitted > 0) parts.push(`"$clew":"keys","omitted":${omitted}`);
  return `{${parts.join(',')}}`;
}

const mostCounted = 10_000;

function* iterate(prototype: object, value: object): Generator<readonly [string, unknown]> {
  const entries = findMethod(prototype, 'entries');
  if (entries === undefined) return;
  const iterator: unknown = Reflect.apply(entries, value, []);
  if (!isIterable(iterator)) return;
  for (const entry of iterator) {
    if (Array.isArray(entry) && entry.length === 2) yield [String(entry[0]), entry[1]];
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return isObject(value) && Symbol.iterator in value;
}
