/**
 * What is used of LiveKit's `AgentSession`: nothing is imported from LiveKit, of which an application may have two copies
 * (ESM and CommonJS) in any version from 1.0 on. Checked by tsc against several of them. Methods, not function-valued
 * properties: they alone accept LiveKit's narrower listeners.
 */
export interface LiveKitSession {
  on(event: string, listener: (event: never) => void): unknown;
  off(event: string, listener: (event: never) => void): unknown;
}

/** LiveKit's `JobContext`, as far as it is used: where the end of the process can be heard of in time. */
export interface LiveKitJob {
  addShutdownCallback(callback: () => Promise<void>): void;
}

/** LiveKit's `Room`, as far as it is used. */
export interface LiveKitRoom {
  readonly name?: string | undefined;
}

/** A text of an object that somebody else made; undefined where there is none. */
export function textIn(source: unknown, ...path: readonly string[]): string | undefined {
  const value = valueIn(source, ...path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A number that is one; undefined where there is none. */
export function numberIn(source: unknown, ...path: readonly string[]): number | undefined {
  const value = valueIn(source, ...path);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A duration or a count: LiveKit says -1 for none. */
export function amountIn(source: unknown, ...path: readonly string[]): number | undefined {
  const value = numberIn(source, ...path);
  return value !== undefined && value >= 0 ? value : undefined;
}

/**
 * What stands at the end of a path of properties, of any object or function; undefined where the path ends before, or
 * what is asked does not let itself be read. Never throws.
 */
export function valueIn(source: unknown, ...path: readonly string[]): unknown {
  try {
    let value = source;
    for (const key of path) {
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
      value = Reflect.get(value, key);
    }
    return value;
  } catch {
    return undefined;
  }
}

export function listIn(source: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = valueIn(source, ...path);
  return Array.isArray(value) ? value : [];
}
