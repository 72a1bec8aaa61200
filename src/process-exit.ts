import { AsyncLocalStorage } from 'node:async_hooks';
import type { Tracer } from './tracer/tracer.ts';

/** The tracers that are not shut down, and how many spans each had ended when it was last drained. */
const tracers = new Map<object, { readonly tracer: Tracer; drainedAt: number }>();
const outside = AsyncLocalStorage.snapshot();

/**
 * Ends and sends what a process would leave behind (A55, A57): at `beforeExit`, while there is time to send, and at
 * `exit`, where only what is synchronous still runs. Handlers come with the first tracer and go with the last; signals
 * are left alone.
 */
export function closeAtExit(tracer: Tracer): void {
  if (tracers.size === 0) {
    process.on('beforeExit', drain);
    process.on('exit', closeNow);
  }
  tracers.set(tracer, { tracer, drainedAt: -1 });
}

/** A tracer that was shut down has nothing left to close. */
export function forgetAtExit(tracer: object): void {
  if (!tracers.delete(tracer) || tracers.size > 0) return;
  process.removeListener('beforeExit', drain);
  process.removeListener('exit', closeNow);
}

/** The process waits for this and then asks again: an exporter that hangs is waited for once, not for ever. */
function drain(): void {
  outside(() => {
    for (const entry of tracers.values()) {
      const { tracer } = entry;
      tracer.closeOpenSpans();
      const { spans, exporters } = tracer.stats();
      if (spans.endedSpans === entry.drainedAt) continue;
      entry.drainedAt = spans.endedSpans;
      if (exporters.some(({ pending }) => pending > 0)) void tracer.flush();
    }
  });
}

function closeNow(): void {
  for (const { tracer } of Array.from(tracers.values())) tracer.shutdownSync();
}
