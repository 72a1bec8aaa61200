import type * as Http from 'node:http';
import type * as Zlib from 'node:zlib';
import { isCallable } from './callable.ts';

interface BuiltIns {
  readonly 'node:http': Pick<typeof Http, 'Agent' | 'request'>;
  readonly 'node:https': Pick<typeof Http, 'Agent' | 'request'>;
  readonly 'node:zlib': typeof Zlib;
}

/** A module of Node's own, loaded when it is first needed; undefined where the runtime has none. */
export function loadBuiltIn<Name extends keyof BuiltIns>(name: Name): BuiltIns[Name] | undefined;
export function loadBuiltIn(name: string): unknown {
  const found: unknown = Reflect.get(globalThis, 'process');
  const load: unknown =
    typeof found === 'object' && found !== null ? Reflect.get(found, 'getBuiltinModule') : undefined;
  return isCallable(load) ? Reflect.apply(load, found, [name]) : undefined;
}
