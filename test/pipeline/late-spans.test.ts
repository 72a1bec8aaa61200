import { createTracer, InMemoryTraceExporter, type Tracer } from 'clew';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CollectingExporter } from '../fixtures/records.ts';

// Clew holds its own timers: here the tests hold them.
vi.mock('../../src/base/timers.ts', () => import('../fixtures/stoppable-timers.ts'));

interface Setup {
  readonly memory: InMemoryTraceExporter;
  readonly patient: CollectingExporter;
  readonly tracer: Tracer;
}

function setUp(lateSpanMs = 5_000): Setup {
  const memory = new InMemoryTraceExporter();
  const patient = new CollectingExporter();
  return { memory, patient, tracer: createTracer({ exporters: [memory, patient], lateSpanMs }) };
}

/** What a patient exporter was given, in short. */
function received({ traces }: CollectingExporter): readonly unknown[] {
  return traces.map(({ amends, rev, spans }) => ({ amends, rev, spans: spans.map(({ name }) => name) }));
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('The in-memory exporter', () => {
  it('has the trace when a synchronous root call has returned', () => {
    const { memory, tracer } = setUp();
    tracer.trace('run', () => tracer.span('inner', () => 1));
    expect(memory.traces.map(({ spans }) => spans.map(({ name }) => name))).toEqual([['run', 'inner']]);
  });

  it('has the trace when the promise of a root call has resolved or rejected', async () => {
    const { memory, tracer } = setUp();
    await tracer.trace('good', async () => tracer.span('inner', async () => 1));
    expect(memory.traces).toHaveLength(1);
    await tracer.trace('bad', () => Promise.reject(new Error('no'))).catch(() => {});
    expect(memory.traces.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['good', 'ok'],
      ['bad', 'error'],
    ]);
  });

  it('has the trace at its root end, and what ends later in the same place, in the order of start', () => {
    const { memory, tracer } = setUp();
    const trace = tracer.trace('run');
    const [slow, slower] = [trace.span('slow'), trace.span('slower')];
    void trace.end({ output: 'done' });
    tracer.trace('another', () => 1);
    const [atEnd] = memory.traces;
    slower.end();
    slow.end();
    expect(atEnd?.spans.map(({ name }) => name)).toEqual(['run']);
    expect(memory.traces.map(({ name }) => name)).toEqual(['run', 'another']);
    const [amended] = memory.traces;
    expect(amended?.spans.map(({ name }) => name)).toEqual(['run', 'slow', 'slower']);
    expect(amended).toMatchObject({ amends: false, outcome: 'ok', output: 'done', rev: 3 });
  });

  it('counts the errors of late spans too', () => {
    const { memory, tracer } = setUp();
    const trace = tracer.trace('run');
    const late = trace.span('late');
    void trace.end();
    late.fail('no answer');
    expect(memory.traces[0]).toMatchObject({ errorCount: 1, level: 'DEFAULT' });
  });
});

describe('An exporter that wants a trace once', () => {
  it('gets it at its root end when nothing is open', () => {
    const { patient, tracer } = setUp();
    tracer.trace('run', () => tracer.span('inner', () => 1));
    expect(received(patient)).toEqual([{ amends: false, rev: 1, spans: ['run', 'inner'] }]);
  });

  it('gets it complete when the last span ends in time', () => {
    const { patient, tracer } = setUp();
    const trace = tracer.trace('run');
    const late = trace.span('late');
    void trace.end();
    vi.advanceTimersByTime(4_999);
    expect(patient.traces).toEqual([]);
    late.end();
    expect(received(patient)).toEqual([{ amends: false, rev: 2, spans: ['run', 'late'] }]);
    vi.advanceTimersByTime(60_000);
    expect(patient.traces).toHaveLength(1);
  });

  it('gets it after the time it waits, and then only what is new, with a higher rev', () => {
    const { patient, tracer } = setUp(200);
    const trace = tracer.trace('run');
    const [one, two] = [trace.span('one'), trace.span('two')];
    void trace.end();
    vi.advanceTimersByTime(200);
    one.end();
    vi.advanceTimersByTime(200);
    two.end();
    expect(received(patient)).toEqual([
      { amends: false, rev: 1, spans: ['run'] },
      { amends: true, rev: 2, spans: ['one'] },
      { amends: true, rev: 3, spans: ['two'] },
    ]);
    expect(new Set(patient.traces.map(({ traceId }) => traceId)).size).toBe(1);
  });

  it('gets background work that begins and ends under an ended root as an amendment', () => {
    const { patient, memory, tracer } = setUp();
    const trace = tracer.trace('run');
    void trace.end();
    trace.run(() => tracer.span('background', () => tracer.span('deeper', () => 1)));
    expect(received(patient)).toEqual([
      { amends: false, rev: 1, spans: ['run'] },
      { amends: true, rev: 3, spans: ['background', 'deeper'] },
    ]);
    expect(patient.traces[1]?.spans[0]?.parentId).toBe(patient.traces[0]?.spans[0]?.spanId);
    expect(memory.traces.map(({ spans }) => spans.length)).toEqual([3]);
  });

  it('gets what waits at a flush, which closes no span', async () => {
    const { patient, memory, tracer } = setUp();
    const trace = tracer.trace('run');
    const late = trace.span('late');
    void trace.end();
    const open = tracer.trace('open');
    expect(await tracer.flush()).toEqual({ sent: 2, dropped: 0, pending: 0, reasons: {} });
    expect(received(patient)).toEqual([{ amends: false, rev: 1, spans: ['run'] }]);
    expect([late.outcome, open.rootSpan?.outcome]).toEqual(['running', 'running']);
    late.end();
    void open.end();
    expect(received(patient).slice(1)).toEqual([
      { amends: true, rev: 2, spans: ['late'] },
      { amends: false, rev: 1, spans: ['open'] },
    ]);
    expect(memory.traces.map(({ spans }) => spans.length)).toEqual([2, 1]);
  });

  it('gets open spans as no_end at shutdown, children before parents, and nothing later', async () => {
    const { patient, tracer } = setUp();
    const trace = tracer.trace('run');
    const child = trace.span('child');
    const grandchild = child.span('grandchild');
    const result = await tracer.shutdown();
    expect(result).toMatchObject({ sent: 6, dropped: 0, pending: 0 });
    const [record] = patient.traces;
    expect(record?.outcome).toBe('no_end');
    expect(record?.level).toBe('DEFAULT');
    expect(patient.ended.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['grandchild', 'no_end'],
      ['child', 'no_end'],
      ['run', 'no_end'],
    ]);
    grandchild.end();
    void trace.end();
    tracer.trace('too late', () => 1);
    await tracer.shutdown();
    await tracer.flush();
    expect(patient.traces).toHaveLength(1);
  });

  it('waits for as long as it is told', () => {
    const { patient, tracer } = setUp(2_147_483_647);
    const trace = tracer.trace('run');
    const late = trace.span('late');
    void trace.end();
    vi.advanceTimersByTime(3_600_000);
    expect(patient.traces).toEqual([]);
    late.end();
    expect(received(patient)).toEqual([{ amends: false, rev: 2, spans: ['run', 'late'] }]);
  });
});

describe('What was dropped of a trace', () => {
  it('stays counted when the trace is amended', () => {
    const memory = new InMemoryTraceExporter();
    const tracer = createTracer({ exporter: memory, limits: { traceSpans: 3 }, logger: { debug() {}, warn() {} } });
    const trace = tracer.trace('run');
    for (let index = 0; index < 5; index += 1) trace.span(`step ${index}`).end();
    const late = trace.span('late');
    void trace.end();
    late.end();
    expect(memory.traces[0]).toMatchObject({ droppedSpans: 3 });
  });
});
