import { createTracer, InMemoryTraceExporter, type TraceExporter, type Tracer } from 'clew';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { CollectingExporter } from '../fixtures/records.ts';

// Clew holds its own timers: here the tests hold them.
vi.mock('../../src/base/timers.ts', () => import('../fixtures/stoppable-timers.ts'));

const never = (): Promise<never> => new Promise(() => {});
const hanging: TraceExporter = { export: never, flush: never, shutdown: never };

function setUp(...exporters: readonly TraceExporter[]): Tracer {
  return createTracer({ exporters, logger: new RecordingLogger() });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Flush', () => {
  it('answers at its deadline though an exporter hangs, and counts what is pending', async () => {
    const tracer = setUp(hanging, new CollectingExporter());
    tracer.trace('run', () => tracer.span('child', () => 1));
    const answer = vi.fn<(result: unknown) => void>();
    const flushed = tracer.flush({ timeoutMs: 100 }).then(answer);
    await vi.advanceTimersByTimeAsync(99);
    expect(answer).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await flushed;
    expect(answer).toHaveBeenCalledExactlyOnceWith({ sent: 2, dropped: 0, pending: 2, reasons: {} });
  });

  it('has five seconds unless told otherwise', async () => {
    const tracer = setUp(hanging);
    tracer.trace('run', () => 1);
    const answer = vi.fn<(result: unknown) => void>();
    void tracer.flush().then(answer);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(answer).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(answer).toHaveBeenCalledOnce();
  });

  it.each([0, -1, Number.NaN])('answers at once with a time of %s', async (timeoutMs) => {
    const tracer = setUp(hanging);
    tracer.trace('run', () => 1);
    const flushed = tracer.flush({ timeoutMs });
    await vi.advanceTimersByTimeAsync(1);
    expect(await flushed).toMatchObject({ sent: 0, pending: 1 });
  });

  it('may wait for longer than a timer can be set to', async () => {
    const tracer = setUp(hanging);
    tracer.trace('run', () => 1);
    const answer = vi.fn<(result: unknown) => void>();
    void tracer.flush({ timeoutMs: 2 ** 40 }).then(answer);
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(answer).not.toHaveBeenCalled();
  });

  it('takes no longer than the exporter does, and leaves no timer behind', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const tracer = setUp({ export: () => promise });
    tracer.trace('run', () => 1);
    const flushed = tracer.flush();
    resolve();
    expect(await flushed).toEqual({ sent: 1, dropped: 0, pending: 0, reasons: {} });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for what is streamed', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const tracer = setUp({ export: () => {}, exportSpan: () => promise });
    tracer.trace('run', () => 1);
    const answer = vi.fn<(result: unknown) => void>();
    const flushed = tracer.flush().then(answer);
    await vi.advanceTimersByTimeAsync(100);
    expect(answer).not.toHaveBeenCalled();
    resolve();
    await flushed;
    expect(answer).toHaveBeenCalledExactlyOnceWith({ sent: 1, dropped: 0, pending: 0, reasons: {} });
  });

  it('tells each reason with its spans', async () => {
    let calls = 0;
    const tracer = setUp({
      export: async ({ spans }) => {
        calls += 1;
        if (calls === 3) return;
        throw new Error(spans.length === 1 ? 'too short' : 'too long');
      },
    });
    tracer.trace('one', () => 1);
    tracer.trace('two', () => tracer.span('child', () => 1));
    tracer.trace('three', () => 1);
    tracer.trace('four', () => 1);
    expect(await tracer.flush()).toEqual({
      sent: 1,
      dropped: 4,
      pending: 0,
      reasons: { 'too short': 2, 'too long': 2 },
    });
  });
});

describe('The end of a trace', () => {
  it('resolves once every exporter has answered', async () => {
    const tracer = setUp(new InMemoryTraceExporter(), { export: async () => {} });
    const trace = tracer.trace('run');
    expect(await trace.end()).toEqual({ ok: true, traceId: trace.traceId, exported: true });
    expect(await trace.end()).toEqual({ ok: true, traceId: trace.traceId, exported: true });
  });

  it('tells the first failure, and rejects never', async () => {
    const tracer = setUp(new CollectingExporter(), { export: () => Promise.reject(new Error('no route')) });
    const trace = tracer.trace('run');
    expect(await trace.end()).toEqual({ ok: false, traceId: trace.traceId, error: 'no route' });
  });

  it('says that a trace which was sampled out was not exported', async () => {
    const tracer = createTracer({ mode: 'memory', sampleRate: 0 });
    const trace = tracer.trace('run');
    expect(await trace.end()).toEqual({ ok: true, traceId: trace.traceId, exported: false });
  });

  it('is answered within five seconds though an exporter hangs', async () => {
    const tracer = setUp(hanging);
    const trace = tracer.trace('run');
    const end = trace.end();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await end).toEqual({ ok: false, traceId: trace.traceId, error: 'not exported within 5000 ms' });
  });

  it('waits for spans that are still open', async () => {
    const exporter = new CollectingExporter();
    const tracer = setUp(exporter);
    const trace = tracer.trace('run');
    const late = trace.span('late');
    const answer = vi.fn<(result: unknown) => void>();
    const end = trace.end().then(answer);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(answer).not.toHaveBeenCalled();
    late.end();
    await end;
    expect(answer).toHaveBeenCalledExactlyOnceWith({ ok: true, traceId: trace.traceId, exported: true });
    expect(exporter.traces.map(({ spans }) => spans.length)).toEqual([2]);
  });

  it('is good though a child is never ended, when the rest was exported', async () => {
    const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const exporter = { export: vi.fn<() => Promise<void>>(nextTurn) };
    const tracer = setUp(exporter);
    const trace = tracer.trace('run');
    trace.span('forgotten');
    const end = trace.end();
    await vi.advanceTimersByTimeAsync(4_500);
    await nextTurn();
    await vi.advanceTimersByTimeAsync(500);
    expect(await end).toEqual({ ok: true, traceId: trace.traceId, exported: true });
    expect(exporter.export).toHaveBeenCalledOnce();
  });
});

describe('Shutdown', () => {
  it('answers at its deadline though an exporter hangs', async () => {
    const tracer = setUp(hanging);
    tracer.trace('run');
    const closed = tracer.shutdown({ timeoutMs: 50 });
    await vi.advanceTimersByTimeAsync(50);
    expect(await closed).toEqual({ sent: 0, dropped: 0, pending: 1, reasons: {} });
  });

  it('flushes and closes each exporter, and makes later calls nothing', async () => {
    const calls: string[] = [];
    const exporter: TraceExporter = {
      export: ({ name }) => void calls.push(name),
      flush: async () => void calls.push('flush'),
      shutdown: async () => void calls.push('shutdown'),
    };
    const tracer = setUp(exporter);
    tracer.trace('open');
    await tracer.shutdown();
    expect(calls).toEqual(['open', 'flush', 'shutdown']);
    expect(tracer.isRecording).toBe(false);
    expect(tracer.trace('later', () => 'value')).toBe('value');
    const handle = tracer.span('later');
    handle.event('nothing');
    handle.end();
    expect(await tracer.trace('later').end()).toMatchObject({ ok: true, exported: false });
    expect(calls).toEqual(['open', 'flush', 'shutdown']);
  });
});
