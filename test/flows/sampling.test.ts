import { performance } from 'node:perf_hooks';
import { type Trace, type TraceOptions, type TracerOptions, type TraceRecord, withTracer, traced } from 'clew';
import { describe, expect, it } from 'vitest';
import { startRecording } from './recording.ts';

type SamplingReason = TraceRecord['sampling']['reason'];

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

  it('is kept for an event of level ERROR, which is no ERROR span', () => {
    const { tracer, memory } = startRecording({ sampleRate: 0 });
    tracer.trace('run', (trace) => trace.event('guardrail', { toxic: true }, 'ERROR'));
    tracer.trace('run', (trace) => trace.span('step', (step) => step.event('guardrail', undefined, 'ERROR')));
    tracer.trace('run', (trace) => trace.event('guardrail', undefined, 'WARNING'));
    expect(memory.traces.map(({ sampling, errorCount }) => [sampling, errorCount])).toEqual([
      [{ rate: 1, reason: 'error' }, 0],
      [{ rate: 1, reason: 'error' }, 0],
    ]);
  });

  it('is kept for an error whose span went because the trace had too many', () => {
    const { tracer, memory } = startRecording({ sampleRate: 0, limits: { traceSpans: 3 } });
    tracer.trace('run', (trace) => {
      fails(trace);
      for (let index = 0; index < 5; index += 1) trace.span('step', () => {});
    });
    expect(memory.traces.map(({ sampling }) => sampling.reason)).toEqual(['error']);
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

/** The ids of so many traces, and which of them were kept. */
function sampled(sampleRate: number, count: number): { readonly ids: readonly string[]; readonly kept: Set<string> } {
  const { tracer, memory } = startRecording({ sampleRate, keepErrors: false });
  const ids = Array.from({ length: count }, () => tracer.trace('run', (trace) => trace.traceId));
  return { ids, kept: new Set(memory.traces.map(({ traceId }) => traceId)) };
}

describe('the head', () => {
  it.each([0.003, 0.1, 1 / 3, 0.5, 0.997])('keeps the ids whose last 56 bits reach the threshold of %d', (rate) => {
    const { ids, kept } = sampled(rate, 2_000);
    const threshold = 2n ** 56n - BigInt(Math.round(rate * 2 ** 56));
    expect([...kept]).toEqual(ids.filter((id) => BigInt(`0x${id.slice(-14)}`) >= threshold));
    expect(kept.size).toBeGreaterThan(0);
  });

  it.each([
    [0, 0],
    [Number.MIN_VALUE, 0],
    [1, 500],
  ])('at a rate of %d keeps %d of 500', (rate, count) => {
    expect(sampled(rate, 500).kept.size).toBe(count);
  });

  it('makes weights that add up: each kept trace stands for the inverse of its rate', () => {
    const { tracer, memory } = startRecording({ sampleRate: 0.25 });
    for (let turn = 0; turn < 2000; turn += 1) tracer.trace('run', succeeds);
    const weight = memory.traces.reduce((sum, { sampling }) => sum + 1 / sampling.rate, 0);
    expect(weight).toBeGreaterThan(1600);
    expect(weight).toBeLessThan(2400);
  });
});

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const wanted = `00-${traceId}-${spanId}-01`;
const unwanted = `00-${traceId}-${spanId}-00`;

describe('a trace that goes on from another service', () => {
  function continued(
    options: TracerOptions,
    headers: TraceOptions,
    run: (trace: Trace) => void,
  ): readonly TraceRecord[] {
    const { tracer, memory } = startRecording(options);
    tracer.trace('server', headers, run);
    return memory.traces;
  }

  it.each([0, 0.01, 1])('is kept where the flag says so, whatever the rate is (%d)', (sampleRate) => {
    const ids = Array.from({ length: 200 }, (_, index) => (index + 1).toString(16).padStart(32, '0'));
    for (const id of ids) {
      const options: TracerOptions = { sampleRate, keepErrors: false };
      expect(continued(options, { traceparent: `00-${id}-${spanId}-01` }, succeeds)).toHaveLength(1);
    }
  });

  it('is not kept where the flag says so, whatever the rate is, and tells others that', () => {
    const headers: string[] = [];
    const run = (trace: Trace): void => void headers.push(trace.traceparent, trace.span('call').traceparent);
    expect(continued({ sampleRate: 1, keepErrors: false }, { traceparent: unwanted }, run)).toEqual([]);
    expect(continued({ sampleRate: 1 }, { traceparent: unwanted }, run)).toEqual([]);
    expect(headers.map((header) => header.slice(-3))).toEqual(['-00', '-00', '-00', '-00']);
  });

  it.each<[SamplingReason, TracerOptions, (trace: Trace) => void]>([
    ['error', {}, fails],
    ['slow', { keepSlowerThanMs: 1 }, takesTime],
    ['costly', { keepCostlierThanUsd: 0.1 }, costs(0.2)],
    ['rule', { sampler: () => true }, succeeds],
  ])('is kept here alone by a tail rule (%s), and others are still told that it is not', (reason, options, run) => {
    let header = '';
    const traces = continued({ sampleRate: 1, ...options }, { traceparent: unwanted }, (trace) => {
      header = trace.traceparent;
      run(trace);
    });
    expect(traces.map(({ sampling }) => sampling)).toEqual([{ rate: 1, reason }]);
    expect(header).toMatch(/-00$/);
  });

  it('stands for as many as the caller kept it for, where the caller says so; else for itself', () => {
    const rateOf = (tracestate: string | undefined): readonly number[] =>
      continued({ sampleRate: 0.5 }, { traceparent: wanted, tracestate }, succeeds).map(
        ({ sampling }) => sampling.rate,
      );
    expect(rateOf('ot=th:8')).toEqual([0.5]);
    expect(rateOf('vendor=1,ot=th:a3')).toEqual([93 / 256]);
    expect(rateOf('ot=th:0')).toEqual([1]);
    expect(rateOf(undefined)).toEqual([1]);
    expect(rateOf('vendor=1')).toEqual([1]);
    expect(rateOf('ot=th:nonsense')).toEqual([1]);
    // The id is below this threshold, so that the flag cannot come from it.
    expect(rateOf('ot=th:f')).toEqual([1]);
    // With these random bits it can.
    expect(rateOf('ot=th:f;rv:ffffffffffffff')).toEqual([1 / 16]);
  });
});
