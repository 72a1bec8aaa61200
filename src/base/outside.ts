import { AsyncResource } from 'node:async_hooks';
import { isCloudflareWorkers } from './runtime.ts';
import { shared } from './shared.ts';

/** Runs work of ours in another context than that of the code which happens to start it. */
export type Outside = <Result>(run: () => Result) => Result;

/**
 * The caller's context, for what is begun later: a timer of ours must not keep a request's context alive.
 * A Worker lets nobody into the context of another request; there, only our own scope is left.
 */
export function rememberContext(): Outside {
  if (isCloudflareWorkers()) return (run) => shared.storage.run(undefined, run);
  const context = new AsyncResource('clew', { requireManualDestroy: true });
  // `AsyncLocalStorage.snapshot` would be listed as a handle that is still open. This one is none, and can be entered still.
  context.emitDestroy();
  return (run) => context.runInAsyncScope(run);
}
