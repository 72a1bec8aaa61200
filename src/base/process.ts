import { isCallable } from './callable.ts';
import { isObject } from './object.ts';

/**
 * `process`, as far as there is one: a bundle for a browser has half of it, a Worker has no listeners, and Deno throws
 * where a permission is missing. Nothing here throws.
 */

/** Undefined where the runtime has none. */
function find(name: string): unknown {
  const found: unknown = Reflect.get(globalThis, 'process');
  return isObject(found) ? Reflect.get(found, name) : undefined;
}

/** A variable of the environment; undefined where it is not set or may not be read. */
export function readVariable(name: string): string | undefined {
  try {
    const variables = find('env');
    const value: unknown = isObject(variables) ? Reflect.get(variables, name) : undefined;
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Variables of the environment by their name, without those that may not be read. */
export type Variables = Readonly<Record<string, string | undefined>>;

const variableNames = [
  'CLEW_AUDIO_KEY',
  'CLEW_BASE_URL',
  'CLEW_DIR',
  'CLEW_DISABLED',
  'CLEW_LOG_LEVEL',
  'CLEW_MODE',
  'CLEW_SAMPLE_RATE',
  'CLEW_TOKEN',
  'NODE_ENV',
  'NO_COLOR',
] as const;

/** Those variables that clew reads. */
export function readVariables(): Variables {
  return Object.fromEntries(variableNames.map((name) => [name, readVariable(name)]));
}

/** Listens to an event of the process; without effect where it has no events. */
export function listen(event: string, listener: (...args: never[]) => void): void {
  callOfProcess('on', event, listener);
}

export function stopListening(event: string, listener: (...args: never[]) => void): void {
  callOfProcess('removeListener', event, listener);
}

function callOfProcess(name: string, ...args: readonly unknown[]): void {
  try {
    const method = find(name);
    if (isCallable(method)) Reflect.apply(method, Reflect.get(globalThis, 'process'), args);
  } catch {
    // A process that takes no listeners ends without us.
  }
}

/** The number of this process; 0 where processes have none. */
export function processId(): number {
  const id = find('pid');
  return typeof id === 'number' ? id : 0;
}

/** Standard output, or standard error; undefined where there is none. */
export function standardStream(
  name: 'stdout' | 'stderr',
): { write(text: string): unknown; isTTY?: boolean } | undefined {
  try {
    const stream = find(name);
    return isStream(stream) ? stream : undefined;
  } catch {
    return undefined;
  }
}

function isStream(value: unknown): value is { write(text: string): unknown } {
  return isObject(value) && 'write' in value && typeof value.write === 'function';
}

/** Versions by name: `node`, and `bun` or `deno` where it is one of those. */
export function readVersions(): Variables {
  const versions = find('versions');
  if (!isObject(versions)) return {};
  const read = (name: string): string | undefined => {
    const version: unknown = Reflect.get(versions, name);
    return typeof version === 'string' ? version : undefined;
  };
  return { node: read('node'), bun: read('bun'), deno: read('deno') };
}

/** Sends a signal to this process, unless somebody listens to it: then its end is the program's to decide. */
export function raise(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
