import { setTimeout as pause } from 'node:timers/promises';
import { types } from 'node:util';
import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { Recording } from '../call/recording.ts';

/** The caller has decided against this trace. */
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
const job = traced('job', () => 1);

/** Begins a trace that is not recorded, and calls `later` in its context once it is over. */
async function afterSampledOut(recording: Recording, begin: (later: () => void) => unknown): Promise<void> {
  const { promise: isOver, resolve } = Promise.withResolvers<void>();
  const { promise: isDone, resolve: finish } = Promise.withResolvers<void>();
  const later = (): void => {
    void isOver.then(() => {
      job();
      finish();
    });
  };
  // The end of a trace is known where it returns at once, and where its function is asynchronous.
  const isAsync = types.isAsyncFunction(begin);
  const body = isAsync ? async () => begin(later) : () => begin(later);
  await recording.run(() => recording.tracer.trace('request', { traceparent }, body));
  await pause(2);
  resolve();
  await isDone;
}

describe('what begins long after the end of a trace that was sampled out', () => {
  it.each<[string, (later: () => void) => unknown]>([
    ['one that returned at once', (later) => later()],
    ['one that was awaited', async (later) => later()],
    ['in a span of it', (later) => traced('step', later)()],
  ])('is a trace of its own, with a decision of its own: %s', async (_, begin) => {
    const recording = new Recording({ keepErrors: false, lateSpanMs: 0 });
    await afterSampledOut(recording, begin);
    expect(recording.trees).toBe('job');
    expect(recording.exporter.traces[0]?.traceId).not.toBe('0af7651916cd43dd8448eb211c80319c');
  });

  it('belongs to it for as long as spans may be late, and while it is open', async () => {
    const recording = new Recording({ keepErrors: false });
    await afterSampledOut(recording, (later) => later());
    const trace = recording.tracer.trace('open', { traceparent });
    trace.run(() => recording.tracer.span('child', () => job()));
    trace.run(() => job());
    await trace.end();
    expect(recording.trees).toBe('');
  });

  it('does so by a handle of it, too', async () => {
    const recording = new Recording({ keepErrors: false, lateSpanMs: 0 });
    const trace = recording.tracer.trace('manual', { traceparent });
    await trace.end();
    await pause(2);
    trace.run(() => job());
    expect(recording.trees).toBe('job');
  });
});
