import { isObject } from '../base/object.ts';

interface OtelContext {
  setValue(key: symbol, value: unknown): OtelContext;
}

interface OtelContextManager {
  active(): OtelContext;
  with(context: OtelContext, run: () => unknown): unknown;
}

/** Where `@opentelemetry/api` 1.x keeps what was registered with it, and the key its SDK looks for. */
const registry = Symbol.for('opentelemetry.js.api.1');
const suppressTracing = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/**
 * Runs a request of ours so that OpenTelemetry's instrumentation of http leaves it alone, where there is one. Nothing
 * is imported: what is registered lies on `globalThis`.
 */
export function suppressed<Result>(run: () => Result): Result {
  const manager = contextManager();
  if (manager === undefined) return run();
  const results: Result[] = [];
  const once = (): void => void results.push(run());
  try {
    manager.with(manager.active().setValue(suppressTracing, true), once);
  } catch {
    // Another version than ours expects; what `run` throws never comes here, since a request answers by events.
  }
  return results[0] ?? run();
}

function contextManager(): OtelContextManager | undefined {
  const api: unknown = Reflect.get(globalThis, registry);
  if (!isObject(api) || !('context' in api)) return undefined;
  return isContextManager(api.context) ? api.context : undefined;
}

function isContextManager(value: unknown): value is OtelContextManager {
  if (!isObject(value) || !('active' in value) || !('with' in value)) return false;
  return typeof value.active === 'function' && typeof value.with === 'function';
}
