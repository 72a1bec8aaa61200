import { performance } from 'node:perf_hooks';
import { type Trace, type TracerOptions, type TraceRecord, withTracer, traced } from 'clew';
import { array, assert, constantFrom, double, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startRecording } from './recording.ts';

/** Traces one run under the given rules; gives why it was kept, or nothing. */
function kept(options: TracerOptions, run: (trace: Trace) => void): readonly TraceRecord['sampling'][] {
  const { tracer, memory } = startRecording(options);
  tracer.trace('run', run);
  return memory.traces.map(({ sampling }) => sampling);
}

const succeeds = (): void => {};
const fails = (trace: Trace): void => trace.span('tool').end({ error: 'handled' });
const costs =
  (usd: number) =>
  (trace: Trace): void =>
    trace.generation('model').end({ costUsd: usd });
const takesTime = (): void => {
  const begun = performance.now();
  while (performance.now() - begun < 2) {
    // Slow by the clock, without a timer.
  }
};

describe('a trace that the head leaves out', () => {
  it('is kept for an error, a handled one too, at probability 1', () => {
    expect(kept({ sampleRate: 0 }, fails)).toEqual([{ rate: 1, reason: 'error' }]);
    expect(kept({ sampleRate: 0 }, succeeds)).toEqual([]);
  });

  it('is not kept for an error with keepErrors: false', () => {
    expect(kept({ sampleRate: 0, keepErrors: false }, fails)).toEqual([]);
  });

  it('is kept when it was slow', () => {
    const options: TracerOptions = { sampleRate: 0, keepErrors: false, keepSlowerThanMs: 1 };
    expect(kept(options, takesTime)).toEqual([{ rate: 1, reason: 'slow' }]);
    expect(kept({ ...options, keepSlowerThanMs: 60_000 }, takesTime)).toEqual([]);
  });

  it('is kept when it was costly', () => {
    const options: TracerOptions = { sampleRate: 0, keepErrors: false, keepCostlierThanUsd: 0.1 };
    expect(kept(options, costs(0.2))).toEqual([{ rate: 1, reason: 'costly' }]);
    expect(kept(options, costs(0.1))).toEqual([]);
    expect(kept(options, succeeds)).toEqual([]);
  });

  it('is kept whole, with every span that it had, and was not streamed before', () => {
    const seen: string[] = [];
    const { tracer } = startRecording({
      sampleRate: 0,
      exporter: {
        export: ({ spans }) => void seen.push(`trace of ${spans.map(({ name }) => name).join(', ')}`),
        exportStart: ({ name }) => void seen.push(`start of ${name}`),
        exportSpan: ({ name }) => void seen.push(name),
      },
    });
    tracer.trace('run', (trace) => {
      trace.span('first', () => {});
      fails(trace);
    });
    expect(seen).toEqual(['trace of run, first, tool']);
  });

  it('may be told of only once it has ended: end says that nothing was exported', async () => {
    const { tracer } = startRecording({ sampleRate: 0 });
    const trace = tracer.trace('run');
    expect(await trace.end()).toEqual({ ok: true, traceId: trace.traceId, exported: false });
    expect(tracer.stats().spans.sampledOutTraces).toBe(1);
  });
});

describe('a sampler', () => {
  it('keeps with true, drops with false, and leaves it to the other rules with undefined', () => {
    expect(kept({ sampleRate: 0, sampler: () => true }, succeeds)).toEqual([{ rate: 1, reason: 'rule' }]);
    expect(kept({ sampleRate: 1, sampler: () => false }, fails)).toEqual([]);
    expect(kept({ sampleRate: 0, sampler: () => undefined }, fails)).toEqual([{ rate: 1, reason: 'error' }]);
    expect(kept({ sampleRate: 1, sampler: () => undefined }, succeeds)).toEqual([{ rate: 1, reason: 'head' }]);
  });

  it('sees the finished trace', () => {
    const sampler = (trace: TraceRecord): boolean => trace.userId === 'vip' && trace.outcome === 'ok';
    const { tracer, memory } = startRecording({ sampleRate: 0, sampler });
    tracer.trace('one', { userId: 'vip' }, () => {});
    tracer.trace('two', { userId: 'u2' }, () => {});
    expect(memory.traces.map(({ name }) => name)).toEqual(['one']);
  });

  it('that throws is reported, and the other rules decide', () => {
    const { tracer, memory, log } = startRecording({
      sampler: () => {
        throw new Error('my sampler');
      },
    });
    expect(tracer.trace('run', () => 42)).toBe(42);
    expect(memory.traces).toHaveLength(1);
    expect(log.codes).toEqual(['warn sampler-failed']);
  });
});

describe('a trace that was sampled out, where no rule could keep it', () => {
  it('gives twins that record nothing and run everything', async () => {
    const { tracer, memory } = startRecording({ sampleRate: 0, keepErrors: false });
    const inner = traced('inner', async (value: number) => value + 1);
    const result = await withTracer(tracer, () =>
      tracer.trace('run', async (trace) => {
        trace.event('noted');
        trace.update({ userId: 'u1', tags: ['t'], output: 1 });
        const step = trace.span('step', { input: 'never captured' });
        step.update({ output: 1 });
        step.link({ traceId: trace.traceId, spanId: step.spanId });
        expect(step.isRecording).toBe(false);
        expect(step.generation('child', (child) => child.span('grandchild', () => 'value'))).toBe('value');
        step.end({ error: 'unseen' });
        return step.run(() => inner(1));
      }),
    );
    expect(result).toBe(2);
    expect([memory.traces, memory.spans]).toEqual([[], []]);
    expect(tracer.stats().spans.startedSpans).toBe(0);
  });

  it('throws on what the program throws, and tells other services that it is out', () => {
    const { tracer } = startRecording({ sampleRate: 0, keepErrors: false });
    const failure = new Error('mine');
    expect(() =>
      tracer.trace('run', () => {
        throw failure;
      }),
    ).toThrow(failure);
    const trace = tracer.trace('run');
    expect(trace.traceparent).toMatch(new RegExp(`^00-${trace.traceId}-[0-9a-f]{16}-00$`));
  });
});

const hexDigit = constantFrom(...'0123456789abcdef');
const traceIds = array(hexDigit, { minLength: 31, maxLength: 31 }).map((digits) => `1${digits.join('')}`);
const rates = double({ min: 0, max: 1, noNaN: true });

describe('the hash of the trace id', () => {
  function isKept(traceId: string, sampleRate: number): boolean {
    const { tracer, memory } = startRecording({ sampleRate, keepErrors: false });
    tracer.trace('run', { traceparent: `00-${traceId}-00000000000000ff-01` }, () => {});
    return memory.traces.length === 1;
  }

  it('makes every service decide alike, and a higher rate keep what a lower one keeps', () => {
    assert(
      property(traceIds, rates, rates, (traceId, one, other) => {
        const [low, high] = [isKept(traceId, Math.min(one, other)), isKept(traceId, Math.max(one, other))];
        expect(isKept(traceId, Math.min(one, other))).toBe(low);
        expect([low, high]).not.toEqual([true, false]);
      }),
      { numRuns: 100 },
    );
  });

  it('is that of OpenTelemetry: the last 56 bits against the rejection threshold', () => {
    assert(
      property(traceIds, integer({ min: 1, max: 255 }), (traceId, share) => {
        const threshold = BigInt(256 - share) << 48n;
        expect(isKept(traceId, share / 256)).toBe(BigInt(`0x${traceId.slice(-14)}`) >= threshold);
      }),
      { numRuns: 100 },
    );
  });

  it('makes weights that add up: each kept trace stands for the inverse of its rate', () => {
    const { tracer, memory } = startRecording({ sampleRate: 0.25 });
    for (let turn = 0; turn < 2000; turn += 1) tracer.trace('run', succeeds);
    const weight = memory.traces.reduce((sum, { sampling }) => sum + 1 / sampling.rate, 0);
    expect(weight).toBeGreaterThan(1600);
    expect(weight).toBeLessThan(2400);
  });
});
