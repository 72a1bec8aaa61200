import {
  createTracer,
  currentSpan,
  InMemoryTraceExporter,
  span,
  traced,
  withTracer,
  type Span,
  type Trace,
  type Tracer,
} from 'clew';
import { AsyncLocalStorage } from 'node:async_hooks';
import { webcrypto } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { Capturer } from '../../src/capture/capturer.ts';
import { Lanes } from '../../src/pipeline/lanes.ts';
import { Pipeline } from '../../src/pipeline/pipeline.ts';
import { Sampling } from '../../src/pipeline/sampling.ts';
import { SpanRecord } from '../../src/span/record.ts';
import { SpanWriter } from '../../src/span/span-writer.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';

const fault = (): never => {
  throw new Error('a fault of ours');
};

/** What clew stands on, each made to throw in turn. */
const faults: Readonly<Record<string, () => void>> = {
  'the monotonic clock': () => void vi.spyOn(systemClock, 'now').mockImplementation(fault),
  'the wall clock': () => void vi.spyOn(Date, 'now').mockImplementation(fault),
  'random numbers': () => void vi.spyOn(webcrypto, 'getRandomValues').mockImplementation(fault),
  'capturing a value': () => void vi.spyOn(Capturer.prototype, 'capture').mockImplementation(fault),
  'the text of a value': () => void vi.spyOn(Capturer.prototype, 'text').mockImplementation(fault),
  'writing fields': () => void vi.spyOn(SpanWriter.prototype, 'name').mockImplementation(fault),
  'reading the context': () => void vi.spyOn(AsyncLocalStorage.prototype, 'getStore').mockImplementation(fault),
  'entering the context': () => void vi.spyOn(AsyncLocalStorage.prototype, 'run').mockImplementation(fault),
  'the start of a span': () => void vi.spyOn(Pipeline.prototype, 'started').mockImplementation(fault),
  'the end of a span': () => void vi.spyOn(Pipeline.prototype, 'ended').mockImplementation(fault),
  'the record of a span': () => void vi.spyOn(SpanRecord.prototype, 'text').mockImplementation(fault),
  sampling: () => void vi.spyOn(Sampling.prototype, 'decide').mockImplementation(fault),
  'the head decision': () => void vi.spyOn(Sampling.prototype, 'keepsHead').mockImplementation(fault),
  'the way to the exporters': () => void vi.spyOn(Lanes.prototype, 'exportNow').mockImplementation(fault),
  'a flush of the exporters': () => void vi.spyOn(Lanes.prototype, 'flush').mockImplementation(fault),
  'a shutdown of the exporters': () => void vi.spyOn(Lanes.prototype, 'shutdown').mockImplementation(fault),
  'what came of it': () => void vi.spyOn(Lanes.prototype, 'stats').mockImplementation(fault),
};

afterEach(() => {
  vi.restoreAllMocks();
});

class Agent {
  @span
  greet(name: string): string {
    return `hello ${name}`;
  }
}

async function* count(to: number): AsyncGenerator<number> {
  for (let n = 1; n <= to; n += 1) yield n;
}

async function collect(source: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const parts: unknown[] = [];
  for await (const part of source) parts.push(part);
  return parts;
}

function webStream(): ReadableStream<string> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue('one');
      controller.enqueue('two');
      controller.close();
    },
  });
}

const boom = new Error('the program itself');
/** A program, in every way in which work can be traced; what it comes to says what the work came to. */
const programs: Readonly<Record<string, () => unknown>> = {
  'a function': () => traced((n: number) => n + 1)(1),
  'a function that throws': () => outcome(() => traced(() => fail())()),
  'an asynchronous function': () => traced(async (n: number) => n + 1)(1),
  'an asynchronous function that rejects': () => outcome(() => traced(async () => fail())()),
  'a decorated method': () => new Agent().greet('Ada'),
  'a generator': () => [
    ...traced(function* numbers() {
      yield 1;
      yield 2;
    })(),
  ],
  'an asynchronous generator': () => collect(traced(count)(3)),
  'a web stream': () => collect(traced(webStream)()),
  'a Node stream': () => collect(traced(() => Readable.from(['a', 'b']))()),
  'work in work': () => traced(async () => [await traced(async () => 1)(), currentSpan() === null])(),
};

function fail(): never {
  throw boom;
}

async function outcome(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return { thrown: error };
  }
}

/** The same by hand, with each method of each handle. */
async function byHand(tracer: Tracer): Promise<unknown> {
  const results: unknown[] = [
    tracer.trace('one', () => 1),
    await tracer.trace('two', async (trace) => trace.span('child', async (child) => child.run(() => 2))),
    await outcome(() => tracer.trace('throws', () => fail())),
    await outcome(() => tracer.span('rejects', async () => fail())),
    tracer.generation('three', (generation) => useSpan(generation, 3)),
  ];
  const trace = tracer.trace('open');
  results.push(useTrace(trace, 4));
  tracer.event('alone');
  const { ok } = await trace.end();
  await tracer.flush({ timeoutMs: 50 });
  tracer.stats();
  return [...results, typeof ok];
}

function useSpan(handle: Span, result: number): number {
  handle.event('seen', { result });
  handle.update({ metadata: { result } });
  handle.link({ traceId: handle.traceId, spanId: handle.spanId });
  handle.span('child').end({ output: result });
  handle.generation('child').fail(new Error('of a child'));
  handle.finish({ outputs: result });
  handle.end();
  return handle.run(() => result);
}

function useTrace(trace: Trace, result: number): number {
  trace.event('seen');
  trace.update({ tags: ['one'] });
  trace.evaluate('good', 1);
  trace.asTree();
  trace.span('child').end();
  expect([typeof trace.traceId, typeof trace.traceparent]).toEqual(['string', 'string']);
  return trace.run(() => useSpan(trace.generation('inner'), result));
}

function setUp(): Tracer {
  return createTracer({ exporter: new InMemoryTraceExporter(), logger: new RecordingLogger() });
}

describe.each(Object.keys(faults))('When %s fails', (name) => {
  it.each(Object.keys(programs))('%s comes to what it would untraced', async (program) => {
    const expected = await programs[program]?.();
    const tracer = setUp();
    faults[name]?.();
    expect(await withTracer(tracer, () => programs[program]?.())).toEqual(expected);
  });

  it('no method of a handle throws or rejects, and work in it comes to what it would untraced', async () => {
    const tracer = setUp();
    faults[name]?.();
    expect(await byHand(tracer)).toEqual([1, 2, { thrown: boom }, { thrown: boom }, 3, 4, 'boolean']);
  });

  it('the failure is counted and reported, or costs no record', async () => {
    const logger = new RecordingLogger();
    const exporter = new InMemoryTraceExporter();
    const tracer = createTracer({ exporter, logger });
    faults[name]?.();
    withTracer(tracer, () => traced('work', (text: string) => text)('in'));
    await tracer.shutdown({ timeoutMs: 50 });
    vi.restoreAllMocks();
    const { reports } = tracer.stats();
    const isWhole = exporter.traces[0]?.spans[0]?.output === 'in';
    expect(isWhole || Object.values(reports).some((count) => count > 0)).toBe(true);
    expect(logger.lines.length > 0 || isWhole).toBe(true);
  });
});

describe('With nothing broken', () => {
  it('the same programs are recorded, and nothing is reported', async () => {
    const exporter = new InMemoryTraceExporter();
    const tracer = createTracer({ exporter, logger: new RecordingLogger() });
    for (const program of Object.values(programs)) await withTracer(tracer, async () => program());
    expect(exporter.traces).toHaveLength(10);
    expect(tracer.stats().reports).not.toHaveProperty('own-failure');
  });
});
