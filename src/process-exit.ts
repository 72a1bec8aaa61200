import { rememberContext } from './base/outside.ts';
import { listen, raise, stopListening } from './base/process.ts';
import { shared } from './base/shared.ts';
import { reachLastTurn } from './base/timers.ts';
import type { Tracer } from './tracer/tracer.ts';

interface Entry {
  readonly tracer: Tracer;
  readonly handlesSignals: boolean;
  /** How many spans had ended when it was last drained. */
  drainedAt: number;
  /** How many had ended when the listeners of the last `beforeExit` had run. */
  heardAt: number;
  /** How often in a row nothing but such listeners had made spans. */
  echoes: number;
}

/** A program that goes on by itself is drained each time; one that only answers `beforeExit` is not kept for ever. */
const mostEchoes = 5;

/** The tracers that are not shut down. */
const tracers = new Map<object, Entry>();
const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
const outside = rememberContext();

/**
 * Ends and sends what a process would leave behind (A55, A57): at `beforeExit`, while there is time to send, and at
 * `exit`, where only what is synchronous still runs. Handlers come with the first tracer and go with the last; signals
 * are left alone unless a tracer asks for them.
 */
export function closeAtExit(tracer: Tracer, handlesSignals: boolean): void {
  if (tracers.size === 0) {
    listen('beforeExit', drain);
    listen('exit', closeNow);
  }
  if (handlesSignals && !someHandlesSignals()) for (const signal of signals) listen(signal, drainAndEnd);
  tracers.set(tracer, { tracer, handlesSignals, drainedAt: -1, heardAt: -1, echoes: 0 });
}

/** A tracer that was shut down has nothing left to close. */
export function forgetAtExit(tracer: object): void {
  const entry = tracers.get(tracer);
  if (entry === undefined) return;
  tracers.delete(tracer);
  if (entry.handlesSignals && !someHandlesSignals()) {
    for (const signal of signals) stopListening(signal, drainAndEnd);
  }
  if (tracers.size > 0) return;
  stopListening('beforeExit', drain);
  stopListening('exit', closeNow);
}

/** The process waits for this and then asks again: an exporter that hangs is waited for once, not for ever. */
function drain(): void {
  outside(() => {
    reachLastTurn(noteEchoes);
    for (const entry of tracers.values()) {
      const { tracer } = entry;
      tracer.closeOpenSpans();
      const { spans, exporters } = tracer.stats();
      if (spans.endedSpans === entry.drainedAt) continue;
      entry.drainedAt = spans.endedSpans;
      entry.echoes = spans.endedSpans === entry.heardAt ? entry.echoes + 1 : 0;
      // The rest is for `exit`.
      if (entry.echoes > mostEchoes) continue;
      if (tracer.isBusy || exporters.some(({ pending }) => pending > 0)) void tracer.flush();
    }
  });
}

function noteEchoes(): void {
  for (const entry of tracers.values()) entry.heardAt = entry.tracer.stats().spans.endedSpans;
}

function someHandlesSignals(): boolean {
  return [...tracers.values()].some(({ handlesSignals }) => handlesSignals);
}

/**
 * A listener takes the signal's own effect away: it is given back once everything is sent. Where the program listens
 * too, its end is the program's to decide.
 */
function drainAndEnd(signal: NodeJS.Signals): void {
  outside(() => {
    const draining = [...tracers.values()].map(async ({ tracer }) => tracer.shutdown());
    void Promise.all(draining).then(() => {
      for (const each of signals) stopListening(each, drainAndEnd);
      raise(signal);
    });
  });
}

function closeNow(): void {
  shared.exiting = true;
  for (const { tracer } of Array.from(tracers.values())) tracer.shutdownSync();
}
