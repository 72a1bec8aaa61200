import {
  createTracer,
  currentSpan,
  currentTrace,
  getTracer,
  init,
  InMemoryTraceExporter,
  traced,
  withTracer,
} from 'clew';
import { describe, expect, it } from 'vitest';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { only, startRecording, treesOf } from './recording.ts';

const step = traced('step', (value: number) => value + 1);

describe('init', () => {
  it('makes the tracer that the whole process shares', async () => {
    const memory = new InMemoryTraceExporter();
    const clew = init({ name: 'support', version: '1.2.0', environment: 'test', tenantId: 7, exporter: memory });
    expect(getTracer()).toBe(clew);
    expect(clew.exporters).toEqual([memory]);
    step(1);
    await clew.shutdown();
    expect(only(memory.traces).toJSON()).toMatchObject({
      service: 'support',
      version: '1.2.0',
      environment: 'test',
      tenant_id: 7,
      sdk: { name: 'clew' },
    });
  });

  it('after shutdown everything runs on, untraced', async () => {
    const memory = new InMemoryTraceExporter();
    const log = new RecordingLogger();
    const clew = init({ exporter: memory, logger: log });
    await clew.shutdown();
    expect(clew.isRecording).toBe(false);
    expect(step(1)).toBe(2);
    expect(clew.trace('late', (trace) => trace.span('inner', () => 'value'))).toBe('value');
    expect(await clew.trace('late').end()).toMatchObject({ ok: true, exported: false });
    expect(await clew.shutdown()).toEqual({
      sent: 0,
      dropped: 2,
      pending: 0,
      reasons: { 'the tracer was shut down': 2 },
    });
    expect(only(log.lines)).toMatchObject({ level: 'warn', code: 'after-shutdown' });
    expect(clew.stats()).toMatchObject({ spans: { refusedSpans: 2 }, reports: { 'after-shutdown': 2 } });
    expect(memory.traces).toEqual([]);
    expect(getTracer()).not.toBe(clew);
  });
});

describe('tracers of one’s own', () => {
  it('withTracer scopes one for whatever is called and awaited', async () => {
    const [one, other] = [startRecording(), startRecording()];
    await Promise.all([
      withTracer(one.tracer, async () => {
        await Promise.resolve();
        expect(getTracer()).toBe(one.tracer);
        step(1);
      }),
      withTracer(other.tracer, async () => {
        await Promise.resolve();
        step(2);
      }),
    ]);
    expect([treesOf(one.memory), treesOf(other.memory)]).toEqual(['step', 'step']);
    expect(only(only(other.memory.traces).spans).input).toEqual({ value: 2 });
  });

  it('take no span of another tracer for a parent', () => {
    const [one, other] = [startRecording(), startRecording()];
    withTracer(one.tracer, () =>
      one.tracer.trace('outer', () => {
        withTracer(other.tracer, () => step(1));
        other.tracer.span('direct', () => {});
        withTracer(one.tracer, () => step(2));
      }),
    );
    expect(treesOf(one.memory)).toBe('outer\n  step');
    expect(treesOf(other.memory)).toBe('step\n\ndirect');
  });

  it('go back to the surrounding one when the scope is over', () => {
    const [one, other] = [startRecording(), startRecording()];
    withTracer(one.tracer, () => {
      withTracer(other.tracer, () => {});
      expect(getTracer()).toBe(one.tracer);
    });
    expect(getTracer().isRecording).toBe(false);
  });
});

describe('currentSpan and currentTrace', () => {
  it('are what is active, and undefined outside', async () => {
    const { tracer } = startRecording();
    expect([currentSpan(), currentTrace()]).toEqual([undefined, undefined]);
    await tracer.trace('turn', { userId: 'u1' }, async (trace) => {
      await Promise.resolve();
      expect(currentSpan()?.name).toBe('turn');
      await trace.span('step', async () => {
        await Promise.resolve();
        expect(currentSpan()?.name).toBe('step');
        expect(currentTrace()).toMatchObject({ traceId: trace.traceId, name: 'turn', userId: 'u1' });
      });
      expect(currentSpan()?.name).toBe('turn');
    });
    expect(currentSpan()).toBeUndefined();
  });

  it('can be told things by code that has no handle', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', () => {
      currentTrace()?.update({ userId: 'u1', tags: ['late'], metadata: { arm: 'B' } });
      currentSpan()?.update({ metadata: { here: true } });
    });
    expect(only(memory.traces)).toMatchObject({ userId: 'u1', tags: ['late'], metadata: { arm: 'B' } });
    expect(only(only(memory.traces).spans).metadata).toEqual({ here: true });
  });

  it('are not changed by an open handle', () => {
    const { tracer } = startRecording();
    const trace = tracer.trace('open');
    const span = trace.span('open, too');
    expect(currentSpan()).toBeUndefined();
    expect(span.run(() => currentSpan()?.name)).toBe('open, too');
    expect(trace.run(() => currentSpan()?.name)).toBe('open');
    span.end();
    void trace.end();
  });
});

it('a tracer counts what it did, what became of it, and what went wrong', async () => {
  const { tracer } = startRecording();
  tracer.trace('turn', (trace) => trace.span('step', () => {}));
  const open = tracer.trace('open');
  expect(tracer.stats()).toEqual({
    spans: { startedSpans: 3, endedSpans: 2, droppedSpans: 0, openTraces: 1, sampledOutTraces: 0, refusedSpans: 0 },
    exporters: [{ exporter: 'InMemoryTraceExporter', sent: 2, dropped: 0, pending: 0, reasons: {} }],
    reports: {},
  });
  await open.end();
  expect(tracer.stats().spans).toMatchObject({ endedSpans: 3, openTraces: 0 });
});

it('createTracer leaves the shared tracer alone', async () => {
  const tracer = createTracer({ mode: 'memory' });
  expect(getTracer()).not.toBe(tracer);
  await tracer.shutdown();
});
