import { createTracer, InMemoryTraceExporter, type Limits, type Span, type Tracer } from 'clew';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RecordingLogger } from '../fixtures/recording-logger.ts';

interface Setup {
  readonly memory: InMemoryTraceExporter;
  readonly tracer: Tracer;
  readonly logger: RecordingLogger;
}

function setUp(limits: Partial<Limits> = {}): Setup {
  const memory = new InMemoryTraceExporter();
  const logger = new RecordingLogger();
  return { memory, logger, tracer: createTracer({ exporter: memory, logger, limits }) };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('The bound on spans of one trace', () => {
  it('is 10,000: of more, the oldest go, the newest stay, and one warning says so', () => {
    const { memory, tracer, logger } = setUp();
    const trace = tracer.trace('long');
    for (let index = 0; index < 10_001; index += 1) trace.span(`step ${index}`).end();
    void trace.end();
    const [record] = memory.traces;
    const names = record?.spans.map(({ name }) => name) ?? [];
    expect(names).toHaveLength(10_000);
    expect([names[0], names[1], names.at(-1)]).toEqual(['long', 'step 2', 'step 10000']);
    expect(record?.droppedSpans).toBe(2);
    expect(logger.warnings('trace-spans').map(({ message }) => message)).toEqual([
      'clew: the trace "long" has more than 10000 spans; the oldest are dropped',
    ]);
    expect(tracer.stats()).toMatchObject({ spans: { droppedSpans: 2 }, reports: { 'trace-spans': 2 } });
  });

  it('is the user’s to set', () => {
    const { memory, tracer } = setUp({ traceSpans: 2 });
    tracer.trace('run', (trace) => {
      for (const name of ['one', 'two', 'three']) trace.span(name, () => 1);
    });
    expect(memory.traces[0]?.spans.map(({ name }) => name)).toEqual(['run', 'three']);
  });
});

describe('The bound on open traces', () => {
  it('is 1,000: of more, the oldest is closed as no_end, and one warning says so', () => {
    const { memory, tracer, logger } = setUp();
    const open = Array.from({ length: 1_002 }, (_, index) => tracer.trace(`trace ${index}`));
    expect(memory.traces.map(({ name, outcome, level }) => [name, outcome, level])).toEqual([
      ['trace 0', 'no_end', 'DEFAULT'],
      ['trace 1', 'no_end', 'DEFAULT'],
    ]);
    expect(tracer.stats().spans.openTraces).toBe(1_000);
    expect(logger.warnings('open-traces')).toHaveLength(1);
    for (const trace of open) void trace.end();
    expect(memory.traces).toHaveLength(1_002);
    expect(tracer.stats().spans.openTraces).toBe(0);
  });

  it('closes the children of the oldest with it, and takes their later ends as late', () => {
    const { memory, tracer } = setUp({ openTraces: 1 });
    const first = tracer.trace('first');
    const child = first.span('child');
    tracer.trace('second');
    child.end({ output: 'too late' });
    expect(memory.traces[0]?.spans.map(({ name, outcome, output }) => [name, outcome, output])).toEqual([
      ['first', 'no_end', null],
      ['child', 'no_end', null],
    ]);
  });
});

describe('The bound on text in open traces', () => {
  it('closes the oldest trace when it is passed', () => {
    const { memory, tracer } = setUp({ openBytes: 20_000 });
    const old = tracer.trace('old');
    old.span('small').end({ output: 'x'.repeat(1_000) });
    const young = tracer.trace('young');
    young.span('large').end({ output: 'x'.repeat(10_000) });
    expect(memory.traces).toEqual([]);
    young.span('larger').end({ output: 'x'.repeat(8_000) });
    expect(memory.traces.map(({ name, outcome }) => [name, outcome])).toEqual([['old', 'no_end']]);
  });

  it('stands when one trace alone passes it with very many spans open', () => {
    const { memory, tracer } = setUp({ openBytes: 20_000, traceSpans: 100_000 });
    const trace = tracer.trace('wide');
    const spans: Span[] = [];
    for (let index = 0; index < 10_000; index += 1) spans.push(trace.span(`span ${index}`));
    expect(() => spans[5_000]?.end({ output: 'x'.repeat(15_000) })).not.toThrow();
    expect(() => spans[5_001]?.end({ output: 'x'.repeat(15_000) })).not.toThrow();
    expect(memory.traces).toHaveLength(1);
    expect(memory.traces[0]?.spans).toHaveLength(10_001);
    expect(memory.traces[0]?.spans.filter(({ outcome }) => outcome === 'no_end')).toHaveLength(9_999);
  });

  it('lets go of what was exported', () => {
    const { memory, tracer } = setUp({ openBytes: 20_000 });
    tracer.trace('open');
    for (let index = 0; index < 50; index += 1) tracer.trace('done', { root: true }, () => 'x'.repeat(10_000));
    expect(memory.traces.every(({ outcome }) => outcome === 'ok')).toBe(true);
  });
});

describe('The bound on idle traces', () => {
  it('closes a trace in which nothing ended for an hour, when the next one begins', () => {
    const { memory, tracer } = setUp();
    let now = 1_000_000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    tracer.trace('idle').span('idle child');
    const busy = tracer.trace('busy');
    now += 3_000_000;
    busy.span('step').end();
    now += 700_000;
    tracer.trace('next', () => 1);
    expect(memory.traces.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['idle', 'no_end'],
      ['next', 'ok'],
    ]);
    expect(tracer.stats().spans.openTraces).toBe(1);
  });
});
