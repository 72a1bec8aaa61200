import { types } from 'node:util';
import { isCallable, type Callable } from '../base/callable.ts';
import { isObject } from '../base/object.ts';

/** More levels of inheritance than any class has. */
const mostPrototypes = 20;

/** True for `Object.prototype`, that of another realm (a vm context, jsdom) too. */
export function isObjectPrototype(prototype: object): boolean {
  return (
    prototype === Object.prototype ||
    (!types.isProxy(prototype) &&
      Object.getPrototypeOf(prototype) === null &&
      Object.hasOwn(prototype, 'constructor') &&
      Object.hasOwn(prototype, 'isPrototypeOf'))
  );
}

/** True for what `{}` and `Object.create(null)` make, in any realm. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return !isObject(prototype) || isObjectPrototype(prototype);
}

/** Looks a property up as reading it would, without running a getter or a Proxy: undefined where it would need one. */
export function findDescriptor(value: object, key: string | symbol): PropertyDescriptor | undefined {
  let holder: unknown = value;
  for (let level = 0; level < mostPrototypes && isObject(holder) && !types.isProxy(holder); level += 1) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key);
    if (descriptor !== undefined) return descriptor;
    holder = Object.getPrototypeOf(holder);
  }
  return undefined;
}

/** The value of a property that is data, own or inherited; undefined for a getter, for a Proxy and for no object. */
export function readData(holder: unknown, key: string): unknown {
  return isObject(holder) && !types.isProxy(holder) ? findDescriptor(holder, key)?.value : undefined;
}

/** A method that is there as data: one that a getter would have to give is none. */
export function findMethod(value: object, key: string): Callable | undefined {
  const method: unknown = findDescriptor(value, key)?.value;
  return isCallable(method) ? method : undefined;
}

/** The name of the class whose prototype this is, if it is there as data: a class may have a static getter for it. */
export function readClassName(prototype: object): string | undefined {
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof maker !== 'function' || types.isProxy(maker)) return undefined;
  const name: unknown = Object.getOwnPropertyDescriptor(maker, 'name')?.value;
  return typeof name === 'string' ? name : undefined;
}

/** An Error, of whatever realm or library: a DOMException of jsdom is no native error and inherits from another `Error`. */
export function isError(value: object): boolean {
  if (types.isNativeError(value)) return true;
  let prototype: unknown = Object.getPrototypeOf(value);
  for (let level = 0; level < mostPrototypes && isObject(prototype) && !types.isProxy(prototype); level += 1) {
    if (readClassName(prototype) === 'Error' && Object.hasOwn(prototype, 'message')) return true;
    prototype = Object.getPrototypeOf(prototype);
  }
  return false;
}

/** Names of classes of the language: what has one of them among its ancestors may need a reader of its own. */
const builtIn: ReadonlySet<string> = new Set(
  (
    'Date Map Set Error RegExp Promise ArrayBuffer SharedArrayBuffer DataView TypedArray Array Function Number String ' +
    'Boolean Symbol BigInt WeakMap WeakSet WeakRef PreparedMarker Stream Timeout Immediate'
  ).split(' '),
);
const ordinary = new WeakMap<object, boolean>();

/** True for an instance of a class of the user's that extends no class of the language or the platform. */
export function isOrdinaryInstance(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!isObject(prototype)) return false;
  let isOrdinary = ordinary.get(prototype);
  if (isOrdinary === undefined) {
    isOrdinary = isOrdinaryPrototype(prototype);
    ordinary.set(prototype, isOrdinary);
  }
  return isOrdinary;
}

function isOrdinaryPrototype(first: object): boolean {
  let prototype: unknown = first;
  for (let level = 0; level < mostPrototypes && isObject(prototype) && !types.isProxy(prototype); level += 1) {
    if (isObjectPrototype(prototype)) return true;
    const name = readClassName(prototype);
    if (name === undefined || builtIn.has(name)) return false;
    if (Object.hasOwn(prototype, Symbol.toStringTag)) return false;
    prototype = Object.getPrototypeOf(prototype);
  }
  return false;
}
