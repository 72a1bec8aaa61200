import { Block } from './block.ts';
import { isCallable, type Callable } from './callable.ts';
import { isObject } from './object.ts';
import type { Report } from './report.ts';

/**
 * The handle itself, as a property of its own: it is found through a Proxy and through `Object.create(handle)`, where
 * private members are not.
 */
export const itself: unique symbol = Symbol.for('clew.handle');

/** What Node shows of an object: the handle in itself would be shown again and again. */
export const inspected: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** What an enclosed class says of its handles. */
export interface Enclosing<Handle extends object> {
  readonly isHandle: (value: unknown) => value is Handle;
  /** Where failures are reported. */
  readonly reportOf: (handle: Handle) => Report;
  /** What a member returns where it failed, by its name; undefined if missing. */
  readonly instead?: Readonly<Record<PropertyKey, (handle: Handle) => unknown>>;
  /** Members that return a promise of their own: it resolves to what `instead` says, and never rejects. */
  readonly promises?: readonly PropertyKey[];
  /** Members that are handed a function of the user's, as the last of their arguments that is one. */
  readonly blocks?: readonly PropertyKey[];
  /** Members that clew calls itself, inside of another fence. */
  readonly open?: readonly PropertyKey[];
}

/**
 * Puts one fence around every member of a class, those of tomorrow too: none throws or rejects, and each works behind a
 * Proxy. A function of the user's that was handed in runs exactly once, and what it returns or throws is what the caller
 * gets, whatever fails around it. Failures are counted and reported as `own-failure`.
 */
export function enclose<Handle extends object>(prototype: Handle, enclosing: Enclosing<Handle>): void {
  for (const key of Reflect.ownKeys(prototype)) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, key);
    if (key === 'constructor' || descriptor === undefined || enclosing.open?.includes(key) === true) continue;
    Object.defineProperty(prototype, key, encloseMember(key, descriptor, enclosing));
  }
}

function encloseMember<Handle extends object>(
  key: PropertyKey,
  descriptor: PropertyDescriptor,
  enclosing: Enclosing<Handle>,
): PropertyDescriptor {
  const [value, get, set] = ['value', 'get', 'set'].map((part): unknown => Reflect.get(descriptor, part));
  const onFailure: OnFailure = (receiver, error) => {
    const handle = ownerOf(receiver);
    if (!enclosing.isHandle(handle)) return undefined;
    enclosing.reportOf(handle).warn('own-failure', `${String(key)} failed; the program goes on without it`, error);
    try {
      return enclosing.instead?.[key]?.(handle);
    } catch {
      return undefined;
    }
  };
  const encloseAny = (member: Callable): Member => {
    if (enclosing.blocks?.includes(key) === true) return enclosedBlock(member, onFailure);
    return enclosing.promises?.includes(key) === true
      ? enclosedPromise(member, onFailure)
      : enclosedMember(member, onFailure);
  };
  if (isCallable(value)) return { ...descriptor, value: alike(value, encloseAny(value)) };
  return {
    ...descriptor,
    ...(isCallable(get) && { get: enclosedMember(get, onFailure) }),
    ...(isCallable(set) && { set: enclosedMember(set, onFailure) }),
  };
}

type Member = (this: { readonly [itself]: object }, ...args: readonly unknown[]) => unknown;
type OnFailure = (receiver: unknown, error: unknown) => unknown;

function enclosedMember(member: Callable, onFailure: OnFailure): Member {
  return function enclosed(...args) {
    try {
      return Reflect.apply(member, this[itself], args);
    } catch (error) {
      return onFailure(this, error);
    }
  };
}

function enclosedPromise(member: Callable, onFailure: OnFailure): Member {
  const begin = enclosedMember(member, onFailure);
  return async function enclosed(...args) {
    try {
      return await Reflect.apply(begin, this, args);
    } catch (error) {
      return onFailure(this, error);
    }
  };
}

const bodies = new WeakMap<object, object>();

/** The function of the user's that a member was handed, where the fence handed on another one for it. */
export function bodyOf(fn: object): object {
  const body = bodies.get(fn);
  return body === undefined ? fn : bodyOf(body);
}

function enclosedBlock(member: Callable, onFailure: OnFailure): Member {
  return function enclosed(...args: unknown[]) {
    let place = args.length - 1;
    while (place >= 0 && typeof args[place] !== 'function') place -= 1;
    const body = args[place];
    let block: Block | undefined;
    try {
      if (isCallable(body)) {
        const made = new Block(body);
        const standIn = (...given: readonly unknown[]): unknown => made.run(given);
        bodies.set(standIn, body);
        args[place] = standIn;
        block = made;
      }
      return Reflect.apply(member, this[itself], args);
    } catch (error) {
      const instead = (): unknown => onFailure(this, error);
      return block === undefined ? instead() : block.settle(error, instead);
    }
  };
}

/** Undefined for a receiver that is no handle, and stands for none. */
function ownerOf(receiver: unknown): unknown {
  try {
    return isObject(receiver) ? Reflect.get(receiver, itself) : undefined;
  } catch {
    return undefined;
  }
}

function alike(original: Callable, enclosed: Member): Member {
  for (const name of ['name', 'length']) {
    const own = Object.getOwnPropertyDescriptor(original, name);
    if (own !== undefined) Object.defineProperty(enclosed, name, own);
  }
  return enclosed;
}
