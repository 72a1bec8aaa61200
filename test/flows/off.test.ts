import { createTracer, currentSpan, currentTrace, getTracer, pinoMixin, span, trace, traced, withTracer } from 'clew';
import { describe, expect, it } from 'vitest';
import { startRecording } from './recording.ts';

class Agent {
  @trace
  run(value: number): number {
    return this.step(value) + 1;
  }

  @span
  step(value: number): number {
    return value * 2;
  }
}

describe.each([
  ['before init', () => getTracer()],
  ['with enabled: false', () => createTracer({ mode: 'memory', enabled: false })],
  ['in mode off', () => createTracer({ mode: 'off' })],
])('tracing off, %s', (_how, make) => {
  it('runs decorated and wrapped code as if it were neither', () => {
    const tracer = make();
    const seen: unknown[] = [];
    const look = traced('look', () => seen.push(currentSpan(), currentTrace()));
    expect(withTracer(tracer, () => (look(), new Agent().run(3)))).toBe(7);
    expect(seen).toEqual([undefined, undefined]);
  });

  it('gives handles of the same kinds, on which every call works', async () => {
    const tracer = make();
    const open = tracer.trace('run', { session: 's', userId: 'u', tags: ['t'], traceparent: 'x' });
    const step = open.span('step', { input: 1 });
    const model = step.generation('model', { model: 'm' });
    model.end({ output: 1, usage: { input_tokens: 1 }, costUsd: -1 });
    model.end();
    step.event('noted', {}, 'ERROR');
    step.update({ output: 1 });
    step.link({ traceId: 'a', spanId: 'b' });
    step.fail(new Error('no'));
    open.update({ userId: 'v', tags: ['x'], output: 1 });
    open.event('noted');
    expect([step.isRecording, step.input, step.output, step.metadata]).toEqual([false, null, null, {}]);
    expect(open.asTree()).toBe('(empty trace)');
    expect(await open.end({ output: 1 })).toMatchObject({ ok: true, exported: false });
    tracer.event('noted');
    expect(tracer.span('s', (inner) => inner.run(() => 42))).toBe(42);
    expect(await tracer.generation('g', async (inner) => inner.span('x', () => 42))).toBe(42);
    expect(await tracer.flush()).toEqual({ sent: 0, dropped: 0, pending: 0, reasons: {} });
    expect(tracer.stats().spans).toMatchObject({ startedSpans: 0, openTraces: 0 });
    expect(tracer.exporters).toEqual([]);
  });

  it('throws what the code throws, and nothing else', async () => {
    const tracer = make();
    const failure = new Error('mine');
    const fail = (): never => {
      throw failure;
    };
    expect(() => tracer.trace('run', fail)).toThrow(failure);
    expect(() => tracer.span('step', (step) => step.span('inner', fail))).toThrow(failure);
    await expect(withTracer(tracer, () => traced('x', async () => fail())())).rejects.toBe(failure);
  });

  it('works with using', async () => {
    const tracer = make();
    await using open = tracer.trace('run');
    using step = open.span('step');
    expect(step.span('inner', () => 1)).toBe(1);
  });

  it('puts nothing on log lines', () => {
    expect(withTracer(make(), () => pinoMixin())).toEqual({});
  });
});

it('a tracer that is off inside one that is on keeps its part out of the record', () => {
  const { tracer, memory } = startRecording();
  const off = createTracer({ mode: 'off' });
  const quiet = traced('quiet', () => 'value');
  tracer.trace('run', (open) => {
    expect(withTracer(off, quiet)).toBe('value');
    open.span('seen', () => {});
  });
  expect(memory.traces[0]?.spans.map(({ name }) => name)).toEqual(['run', 'seen']);
});
