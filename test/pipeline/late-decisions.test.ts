import { performance } from 'node:perf_hooks';
import {
  createTracer,
  InMemoryTraceExporter,
  traced,
  type Span,
  type Tracer,
  type TraceRecord,
  type TracerOptions,
  withTracer,
} from 'clew';
import { assert, array, boolean, integer, property } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CollectingExporter } from '../fixtures/records.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';

vi.mock('../../src/base/timers.ts', () => import('../fixtures/stoppable-timers.ts'));

interface Setup {
  readonly memory: InMemoryTraceExporter;
  readonly patient: CollectingExporter;
  readonly tracer: Tracer;
  readonly log: RecordingLogger;
}

function setUp(options: TracerOptions = {}): Setup {
  const memory = new InMemoryTraceExporter();
  const patient = new CollectingExporter();
  const log = new RecordingLogger();
  return {
    memory,
    patient,
    log,
    tracer: createTracer({ exporters: [memory, patient], sampleRate: 0, logger: log, ...options }),
  };
}

/** A trace whose root has ended and whose span is open. */
function openSpan(tracer: Tracer, name = 'late'): Span {
  const trace = tracer.trace('run', { userId: 'u1' });
  trace.span('early', () => 1);
  const late = trace.span(name);
  void trace.end({ output: 'answer' });
  return late;
}

function inShort({ traces }: { readonly traces: readonly TraceRecord[] }): readonly unknown[] {
  return traces.map(({ sampling, amends, spans }) => [sampling.reason, amends, spans.map(({ name }) => name)]);
}

async function readAll(parts: AsyncIterable<string>): Promise<void> {
  for await (const part of parts) expect(part).toBe('part');
}

let now = 0;

/** Time passes for clocks and timers alike. */
function pass(ms: number): void {
  now += ms;
  vi.advanceTimersByTime(ms);
}

beforeEach(() => {
  now = performance.now();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 0.001));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('A trace that no rule keeps at its root’s end', () => {
  it('is kept whole by an error that comes later, at once where that is possible', () => {
    const { memory, patient, tracer } = setUp();
    const other = openSpan(tracer, 'other');
    const late = other.span('late');
    expect([memory.traces, patient.traces]).toEqual([[], []]);
    pass(4_000);
    late.fail('no answer');
    expect(inShort(memory)).toEqual([['error', false, ['run', 'early', 'late']]]);
    expect(memory.traces[0]).toMatchObject({ sampling: { rate: 1 }, userId: 'u1', output: 'answer', errorCount: 1 });
    expect(patient.traces).toEqual([]);
    other.end();
    expect(inShort(patient)).toEqual([['error', false, ['run', 'early', 'other', 'late']]]);
    expect(inShort(memory)).toEqual([['error', false, ['run', 'early', 'other', 'late']]]);
    expect(memory.spans.map(({ name }) => name)).toEqual(['run', 'early', 'late', 'other']);
  });

  it('is not kept when all of it has ended well', () => {
    const { memory, patient, tracer } = setUp();
    openSpan(tracer).end();
    pass(60_000);
    expect([memory.traces, patient.traces]).toEqual([[], []]);
    expect(tracer.stats().spans).toMatchObject({ openTraces: 0, sampledOutTraces: 1 });
  });

  it('is not kept by an error that comes when the time for late spans is over', () => {
    const { memory, tracer } = setUp({ lateSpanMs: 1_000 });
    const late = openSpan(tracer);
    pass(1_001);
    late.fail('no answer');
    expect(memory.traces).toEqual([]);
    expect(tracer.stats().spans).toMatchObject({ openTraces: 0, sampledOutTraces: 1 });
  });

  it('is kept by an event of level ERROR of a span that ends later, or is open when the time is over', () => {
    const { memory, patient, tracer } = setUp();
    const ending = openSpan(tracer, 'ending');
    ending.event('guardrail', undefined, 'ERROR');
    ending.end();
    const open = openSpan(tracer, 'open');
    open.event('guardrail', undefined, 'ERROR');
    pass(5_000);
    expect(inShort(memory)).toEqual([
      ['error', false, ['run', 'early', 'ending']],
      ['error', false, ['run', 'early']],
    ]);
    expect(inShort(patient)).toEqual(inShort(memory));
    open.end();
    expect(inShort(memory)[1]).toEqual(['error', false, ['run', 'early', 'open']]);
    expect(inShort(patient)[2]).toEqual(['error', true, ['open']]);
  });

  it('is kept when its last span ends too late after its start, and when one is open too long', () => {
    const { memory, tracer } = setUp({ keepErrors: false, keepSlowerThanMs: 2_000 });
    const quick = openSpan(tracer, 'quick');
    pass(1_000);
    quick.end();
    const slow = openSpan(tracer, 'slow');
    pass(2_001);
    slow.end();
    openSpan(tracer, 'endless');
    pass(5_000);
    expect(inShort(memory)).toEqual([
      ['slow', false, ['run', 'early', 'slow']],
      ['slow', false, ['run', 'early']],
    ]);
  });

  it('is kept when late spans make it costly; what repeats the cost of others counts once', () => {
    const { memory, tracer } = setUp({ keepErrors: false, keepCostlierThanUsd: 0.5 });
    const usage = { input_tokens: 1 };
    const above = openSpan(tracer, 'above');
    above.generation('model').end({ costUsd: 0.3, usage });
    above.end({ costUsd: 0.3, usage });
    expect(memory.traces).toEqual([]);
    const costly = openSpan(tracer, 'costly');
    costly.generation('model').end({ costUsd: 0.3, usage });
    costly.generation('model').end({ costUsd: 0.3, usage });
    expect(inShort(memory)).toEqual([['costly', false, ['run', 'early', 'model', 'model']]]);
  });

  it('is shown to the sampler again when it is whole', () => {
    const seen: number[] = [];
    const sampler = ({ spans, errorCount }: TraceRecord): boolean => {
      seen.push(spans.length);
      return errorCount > 0;
    };
    const { memory, tracer } = setUp({ sampleRate: 1, sampler });
    const late = openSpan(tracer);
    late.span('deeper').fail('handled');
    expect(memory.traces).toEqual([]);
    late.end();
    expect(seen).toEqual([2, 4]);
    expect(memory.traces.map(({ spans }) => spans.length)).toEqual([4]);
  });

  it('is kept at a flush where a rule can tell by then; else it goes on waiting', async () => {
    const { memory, patient, tracer } = setUp();
    const open = openSpan(tracer, 'open');
    expect(await tracer.flush()).toEqual({ sent: 0, dropped: 0, pending: 0, reasons: {} });
    open.event('guardrail', undefined, 'ERROR');
    await tracer.flush();
    expect(inShort(memory)).toEqual([['error', false, ['run', 'early']]]);
    expect(inShort(patient)).toEqual(inShort(memory));
  });

  it('is decided about at shutdown', async () => {
    const { memory, tracer } = setUp();
    openSpan(tracer, 'quiet');
    openSpan(tracer, 'failed').event('guardrail', undefined, 'ERROR');
    await tracer.shutdown();
    expect(inShort(memory)).toEqual([['error', false, ['run', 'early', 'failed']]]);
    expect(tracer.stats().spans).toMatchObject({ openTraces: 0, sampledOutTraces: 1 });
  });

  it('has what was thought of it while it waited, masked as everything is', () => {
    const masked = [{ name: 'judge', label: 'pass', comment: '***' }];
    const { memory, tracer } = setUp({
      masker: (record) => ('span_id' in record ? record : { ...record, evaluations: masked }),
    });
    const trace = tracer.trace('run');
    const late = trace.span('late');
    void trace.end();
    trace.evaluate('judge', 1, 'pass', 'secret');
    late.fail('no answer');
    expect(memory.traces[0]?.evaluations).toEqual([{ name: 'judge', score: 1, label: 'pass', comment: '***' }]);
  });

  it('lets its end say what came of it', async () => {
    vi.useRealTimers();
    const { tracer } = setUp();
    const [kept, left] = [tracer.trace('kept'), tracer.trace('left')];
    const [failing, fine] = [kept.span('late'), left.span('late')];
    const ends = Promise.all([kept.end(), left.end()]);
    failing.fail('no answer');
    fine.end();
    expect(await ends).toEqual([
      { ok: true, traceId: kept.traceId, exported: true },
      { ok: true, traceId: left.traceId, exported: false },
    ]);
  });
});

describe('The end of a trace that waits for what may keep it', () => {
  it('answers in time that it was not exported, and decides nothing', async () => {
    const { memory, patient, tracer } = setUp({ lateSpanMs: 60_000 });
    const trace = tracer.trace('run');
    const late = trace.span('late');
    const end = trace.end();
    pass(4_500);
    expect(await end).toEqual({ ok: true, traceId: trace.traceId, exported: false });
    expect([memory.traces, patient.traces]).toEqual([[], []]);
    late.fail('no answer');
    expect(inShort(patient)).toEqual([['error', false, ['run', 'late']]]);
  });
});

describe('A generator that is called in a trace and read after its end', () => {
  const failing = traced('answer', async function* () {
    yield 'part';
    throw new Error('no more');
  });

  it('keeps the whole trace by its error', async () => {
    const { memory, tracer } = setUp();
    const parts = await withTracer(tracer, () => tracer.trace('run', async () => ({ parts: failing() })));
    expect(memory.traces).toEqual([]);
    await expect(readAll(parts.parts)).rejects.toThrow('no more');
    expect(inShort(memory)).toEqual([['error', false, ['run', 'answer']]]);
  });

  it('is waited for no longer than other late spans', () => {
    const { memory, tracer } = setUp();
    withTracer(tracer, () => tracer.trace('run', () => ({ parts: failing() })));
    expect(tracer.stats().spans).toMatchObject({ openTraces: 1, sampledOutTraces: 0 });
    pass(5_000);
    expect(tracer.stats().spans).toMatchObject({ openTraces: 0, sampledOutTraces: 1 });
    expect(memory.traces).toEqual([]);
  });
});

describe('What comes late by hand to a trace that was not kept', () => {
  it('is kept by its error without what was before, and the trace says how much is missing', () => {
    const { memory, tracer } = setUp();
    const trace = tracer.trace('run', { userId: 'u1' });
    trace.span('early', () => 1);
    void trace.end();
    trace.span('fine', () => 1);
    trace.span('failed').fail('no answer');
    trace.span('after', () => 1);
    expect(inShort(memory)).toEqual([['error', false, ['failed', 'after']]]);
    expect(memory.traces[0]).toMatchObject({ traceId: trace.traceId, userId: 'u1', outcome: 'ok', droppedSpans: 3 });
    expect(tracer.stats().spans).toMatchObject({ openTraces: 0, sampledOutTraces: 0 });
  });
});

describe('A trace that the head keeps', () => {
  it('is exported at its end, and stands for itself alone once a late error would have kept it anyway', () => {
    const { memory, patient, tracer } = setUp({ sampleRate: 0.999_999 });
    const late = openSpan(tracer);
    expect(memory.traces.map(({ sampling }) => sampling)).toEqual([{ rate: 0.999_999, reason: 'head' }]);
    late.fail('no answer');
    expect(memory.traces.map(({ sampling }) => sampling)).toEqual([{ rate: 1, reason: 'head' }]);
    expect(patient.traces.map(({ sampling }) => sampling)).toEqual([{ rate: 1, reason: 'head' }]);
  });
});

describe('Traces that wait for what may keep them', () => {
  it('let go of their spans, the oldest first, before a trace is closed for lack of room', () => {
    const { memory, log, tracer } = setUp({ limits: { openBytes: 35_000 } });
    const wide = (): Span => {
      const trace = tracer.trace('run');
      trace.span('wide').end({ output: 'x'.repeat(9_000) });
      const late = trace.span('late');
      void trace.end();
      return late;
    };
    const running = tracer.trace('running');
    const [oldest, ...others] = [wide(), wide(), wide(), wide()];
    oldest?.fail('no answer');
    expect(inShort(memory)).toEqual([['error', false, ['late']]]);
    expect(memory.traces[0]?.droppedSpans).toBe(2);
    expect(log.codes).toEqual(['warn undecided-traces']);
    for (const late of others) late.fail('no answer');
    expect(memory.traces.slice(1).map(({ spans }) => spans.length)).toEqual([3, 3, 3]);
    void running.end({ error: 'mine' });
    expect(memory.traces.at(-1)).toMatchObject({ name: 'running', outcome: 'error' });
  });

  it('hold no more than the bound, however many there are', () => {
    const { tracer } = setUp({ limits: { openTraces: 10 } });
    for (let index = 0; index < 1_000; index += 1) openSpan(tracer);
    expect(tracer.stats().spans.openTraces).toBeLessThanOrEqual(10);
  });
});

it('Whatever ends in whatever order, a trace is kept if and only if something failed in time', () => {
  const spans = array(boolean(), { minLength: 1, maxLength: 6 });
  assert(
    property(spans, integer({ min: 0, max: 6 }), (failures, endedBefore) => {
      const { memory, patient, tracer } = setUp();
      const trace = tracer.trace('run');
      const open = failures.map((fails, index) => ({ span: trace.span(`span ${index}`), fails }));
      const end = ({ span, fails }: (typeof open)[number]): void => (fails ? span.fail('no') : span.end());
      open.slice(0, endedBefore).forEach(end);
      void trace.end();
      open.slice(endedBefore).toReversed().forEach(end);
      const expected = failures.includes(true) ? [failures.length + 1] : [];
      expect(memory.traces.map((record) => record.spans.length)).toEqual(expected);
      expect(patient.traces.map((record) => record.spans.length)).toEqual(expected);
      expect(tracer.stats().spans.openTraces).toBe(0);
    }),
  );
});
