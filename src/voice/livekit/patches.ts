import { isCallable } from '../../base/callable.ts';
import { isObject } from '../../base/object.ts';

/**
 * Changes to instances that are not ours, each undone where nobody has changed it again. What does not let itself be
 * changed stays as it is.
 */
export class Patches {
  readonly #undo: (() => void)[] = [];

  /** Remembers how something is undone. */
  add(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Undoes everything; never throws. */
  restore(): void {
    for (const undo of this.#undo.splice(0)) {
      try {
        undo();
      } catch {
        // It is gone, or somebody else's now.
      }
    }
  }

  /** Calls `see` with what a method is called with, before it is. */
  watchMethod(target: object, name: string, see: (...args: readonly unknown[]) => void): void {
    const original: unknown = Reflect.get(target, name);
    if (!isCallable(original)) return;
    const watched = function (this: unknown, ...args: readonly unknown[]): unknown {
      see(...args);
      return Reflect.apply(original, this, args);
    };
    this.#put(target, name, { value: watched, writable: true, configurable: true });
  }

  /** Calls `see` with each value that a property is set to. */
  watchProperty(target: object, name: string, see: (value: unknown) => void): void {
    const below = propertyOf(target, name);
    const isHeld = Object.getOwnPropertyDescriptor(target, name)?.writable === true;
    // What was set meanwhile stays, where it was a plain property.
    const keep = (): void => {
      if (isHeld) Reflect.set(target, name, below.read());
    };
    this.#put(target, name, {
      configurable: true,
      enumerable: true,
      get: () => below.read(),
      set: (value: unknown) => {
        see(value);
        below.write(value);
      },
    });
    this.add(keep);
  }

  /** Gives another value wherever a property is read; for good. */
  replaceGetter(target: object, name: string, replace: (original: unknown) => unknown): void {
    if (!(name in target)) return;
    const below = propertyOf(target, name);
    Reflect.defineProperty(target, name, { configurable: true, get: () => replace(below.read()) });
  }

  #put(target: object, name: string, descriptor: PropertyDescriptor): void {
    const own = Object.getOwnPropertyDescriptor(target, name);
    if (!Reflect.defineProperty(target, name, descriptor)) return;
    this.add(() => {
      const present = Object.getOwnPropertyDescriptor(target, name);
      if (present?.value !== descriptor.value || present?.get !== descriptor.get) return;
      if (own === undefined) Reflect.deleteProperty(target, name);
      else Reflect.defineProperty(target, name, own);
    });
  }
}

interface Property {
  read(): unknown;
  write(value: unknown): void;
}

/** A property as it is before it is covered by one of ours. */
function propertyOf(target: object, name: string): Property {
  const own = Object.getOwnPropertyDescriptor(target, name);
  if (own === undefined) return inheritedProperty(target, name);
  if (own.get === undefined && own.set === undefined) return heldProperty(own.value);
  return {
    read: (): unknown => own.get?.call(target),
    write: (value) => own.set?.call(target, value),
  };
}

/** An accessor of its class, which works on the instance. */
function inheritedProperty(target: object, name: string): Property {
  const prototype: unknown = Reflect.getPrototypeOf(target);
  if (!isObject(prototype) || !(name in prototype)) return heldProperty(undefined);
  return {
    read: (): unknown => Reflect.get(prototype, name, target),
    write: (value) => void Reflect.set(prototype, name, value, target),
  };
}

function heldProperty(initial: unknown): Property {
  let held = initial;
  return {
    read: () => held,
    write: (value) => {
      held = value;
    },
  };
}
