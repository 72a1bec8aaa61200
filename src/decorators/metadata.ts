import * as own from 'reflect-metadata/no-conflict';
import { isCallable, type Callable } from '../base/callable.ts';

/** As importing reflect-metadata does, which would throw where `Reflect` is frozen. What is there already stays. */
function install(): void {
  if (!Object.isExtensible(Reflect)) return;
  for (const [name, value] of Object.entries(own)) {
    if (name in Reflect || !isCallable(value)) continue;
    Reflect.defineProperty(Reflect, name, { value, writable: true, configurable: true });
  }
}

install();

/**
 * Reflect metadata that decorators have put on a function goes on its wrapper too: Nest finds its routes by it. `Reflect`
 * itself is asked, because the program may bring another version of reflect-metadata; ours stands in where it brings
 * none. Never throws.
 */
export function copyMetadata(from: object, to: object): void {
  try {
    const keys: unknown = find('getOwnMetadataKeys')(from);
    if (!Array.isArray(keys)) return;
    for (const key of keys) find('defineMetadata')(key, find('getOwnMetadata')(key, from), to);
  } catch {
    // Metadata that cannot be read stays where it is.
  }
}

function find(name: 'getOwnMetadataKeys' | 'getOwnMetadata' | 'defineMetadata'): Callable {
  const installed: unknown = Reflect.get(Reflect, name);
  return isCallable(installed) ? installed : asCallable(own[name]);
}

function asCallable(method: unknown): Callable {
  return isCallable(method) ? method : () => undefined;
}
