import { AsyncLocalStorage } from 'node:async_hooks';
import type { Tracer } from './tracer/tracer.ts';

const tracers = new Set<Tracer>();
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
  tracers.add(tracer);
}

/** The process runs until this is done, and then asks again; a second time there is nothing to wait for. */
function drain(): void {
  outside(() => {
    for (const tracer of tracers) {
      if (!tracer.isRecording) {
        forget(tracer);
        continue;
      }
      tracer.closeOpenSpans();
      if (tracer.stats().exporters.some(({ pending }) => pending > 0)) void tracer.flush();
    }
  });
}

function closeNow(): void {
  for (const tracer of tracers) tracer.shutdownSync();
}

function forget(tracer: Tracer): void {
  tracers.delete(tracer);
  if (tracers.size > 0) return;
  process.removeListener('beforeExit', drain);
  process.removeListener('exit', closeNow);
}
