import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTracer, traced, type TraceExporter, type Tracer, withTracer } from 'clew';
import { afterEach, describe, expect, it } from 'vitest';

const timers: NodeJS.Timeout[] = [];

afterEach(() => {
  for (const timer of timers.splice(0)) clearInterval(timer);
});

/** Collects garbage until nothing is left of the objects, or it is clear that something holds them. */
async function survivors(references: readonly WeakRef<object>[]): Promise<number> {
  for (let turn = 0; turn < 20 && references.some((reference) => reference.deref() !== undefined); turn += 1) {
    await nextTurn();
    globalThis.gc?.();
  }
  return references.filter((reference) => reference.deref() !== undefined).length;
}

/** A background timer that is started inside a trace and outlives it, as pools and caches do. */
function startForEver(): void {
  timers.push(setInterval(() => {}, 3_600_000).unref());
}

function setUp(exporter: TraceExporter = { export: () => {} }): Tracer {
  return createTracer({ exporter, lateSpanMs: 0 });
}

describe('A timer that was started inside a trace and lives on', () => {
  it('keeps neither records, handles of ancestors, nor the values of the trace', async () => {
    const references: WeakRef<object>[] = [];
    const tracer = setUp({ export: (trace) => void references.push(new WeakRef(trace), ...trace.spans.map(asWeak)) });
    await runOnce(tracer, references);
    expect(references.length).toBeGreaterThan(5);
    // The timer's own scope names the innermost span; that one may live.
    expect(await survivors(references)).toBeLessThanOrEqual(1);
  });

  it('lets memory stay flat over thousands of traces', async () => {
    const tracer = setUp();
    const step = traced('step', async (text: string) => {
      startForEver();
      return text.length;
    });
    const run = async (): Promise<number> => {
      for (let index = 0; index < 1_000; index += 1) {
        await tracer.trace('run', () =>
          tracer.span('outer', { input: 'y'.repeat(2_000) }, () => step('x'.repeat(20_000))),
        );
      }
      await nextTurn();
      globalThis.gc?.();
      return process.memoryUsage().heapUsed;
    };
    await run();
    const before = await run();
    const after = await run();
    // A thousand traces hold 22 MB of text; what a timer and its scope weigh is a few kilobytes.
    expect(after - before).toBeLessThan(8_000_000);
  });
});

describe('A loop that was started inside a trace', () => {
  it('keeps nothing of the turns before, though each turn starts the next', async () => {
    const references: WeakRef<object>[] = [];
    const tracer = setUp({ export: (trace) => void references.push(new WeakRef(trace), ...trace.spans.map(asWeak)) });
    const done = Promise.withResolvers<void>();
    const turn = traced('turn', async (count: number): Promise<void> => {
      setImmediate(() => {
        if (count === 0) done.resolve();
        else void turn(count - 1);
      });
    });
    await withTracer(tracer, () => turn(200));
    await done.promise;
    await tracer.flush();
    expect(references).toHaveLength(402);
    // What the last turn left is still in the context of this test's own promise.
    expect(await survivors(references)).toBeLessThanOrEqual(4);
  });
});

describe('Spans and traces', () => {
  it('are let go of once they were exported', async () => {
    const tracer = setUp();
    const references: WeakRef<object>[] = [];
    for (let index = 0; index < 100; index += 1) {
      tracer.trace('run', (trace) => {
        references.push(new WeakRef(trace), new WeakRef(trace.span('open and ended')));
        for (const span of trace.spans) references.push(new WeakRef(span));
        trace.span('child', (span) => references.push(new WeakRef(span)));
      });
    }
    await tracer.shutdown();
    expect(await survivors(references)).toBe(0);
  });

  it('are let go of when nothing keeps them', async () => {
    const references: WeakRef<object>[] = [];
    const tracer = createTracer({ mode: 'memory', sampleRate: 0, keepErrors: true });
    for (let index = 0; index < 100; index += 1) {
      tracer.trace('run', (trace) => void references.push(new WeakRef(trace.span('child', (span) => span))));
    }
    expect(await survivors(references)).toBe(0);
    expect(tracer.stats().spans).toMatchObject({ openTraces: 0, sampledOutTraces: 100 });
  });
});

it('A trace that waits for what may keep it is let go of when the time for late spans is over', async () => {
  const references: WeakRef<object>[] = [];
  const tracer = createTracer({ mode: 'memory', sampleRate: 0, lateSpanMs: 1 });
  const open = tracer.trace('run', (trace) => {
    references.push(new WeakRef(trace), new WeakRef(trace.span('ended', { input: 'x' }, (span) => span)));
    return trace.span('open');
  });
  while (tracer.stats().spans.sampledOutTraces === 0) await nextTurn();
  expect(await survivors(references)).toBe(0);
  open.end();
  expect(tracer.stats().spans).toMatchObject({ openTraces: 0, sampledOutTraces: 1 });
});

async function runOnce(tracer: Tracer, references: WeakRef<object>[]): Promise<void> {
  const input = { question: 'why?' };
  references.push(new WeakRef(input));
  await tracer.trace('run', async (trace) => {
    references.push(new WeakRef(trace));
    await trace.span('outer', { input }, async (outer) => {
      references.push(new WeakRef(outer));
      await tracer.span('inner', async (inner) => {
        references.push(new WeakRef(inner));
        startForEver();
        await nextTurn();
      });
    });
  });
}

function asWeak(value: object): WeakRef<object> {
  return new WeakRef(value);
}
