import { createTracer, InMemoryTraceExporter, type Span, type Trace, type TraceRecord } from 'clew';
import { describe, expect, it } from 'vitest';

function traceOf(work: (trace: Trace) => void): TraceRecord {
  const exporter = new InMemoryTraceExporter();
  const root = createTracer({ exporter }).trace('root');
  work(root);
  void root.end();
  const [trace] = exporter.traces;
  if (trace === undefined) throw new Error('nothing was recorded');
  return trace;
}

function answer(parent: Trace | Span, name: string, options: Parameters<Span['end']>[0]): void {
  parent.generation(name, { model: name }).end(options);
}

const usage = { input_tokens: 10, output_tokens: 5 };

describe("a trace's sums", () => {
  it('are null when no span has usage or cost', () => {
    expect(traceOf(() => undefined)).toMatchObject({ usage: null, costUsd: null, unpriced: [], errorCount: 0 });
  });

  it('add usage and cost of all spans [T23]', () => {
    const trace = traceOf((root) => {
      answer(root, 'one', { usage, costUsd: 0.5 });
      answer(root, 'two', { usage: { ...usage, cache_read_tokens: 3 }, costUsd: 0.25 });
    });
    expect(trace).toMatchObject({
      usage: {
        inputTokens: 20,
        outputTokens: 10,
        totalTokens: 30,
        cacheReadTokens: 3,
      },
      costUsd: 0.75,
      unpriced: [],
    });
  });

  it('leave a number absent that nobody gave [C19]', () => {
    const trace = traceOf((root) => {
      answer(root, 'one', { usage: { output_tokens: 5 } });
      answer(root, 'two', { usage: { output_tokens: 6 } });
    });
    expect(trace.usage).toEqual({ outputTokens: 11 });
  });

  it('count an unpriced stage as nothing and name it, once [C1, C2]', () => {
    const trace = traceOf((root) => {
      answer(root, 'priced', { usage, costUsd: 0.5 });
      answer(root, 'free', { usage, costUsd: 0 });
      answer(root, 'unknown', { usage });
      answer(root, 'unknown', { usage });
    });
    expect(trace).toMatchObject({ costUsd: 0.5, unpriced: ['unknown'] });
    expect(traceOf((root) => answer(root, 'unknown', { usage })).costUsd).toBeNull();
  });

  it('leave out a span above another one with usage, and mark it as an aggregate', () => {
    const trace = traceOf((root) => {
      const agent = root.generation('agent');
      const step = agent.span('step');
      answer(step, 'inner', { usage, costUsd: 0.5 });
      step.end();
      agent.end({ usage, costUsd: 0.5 });
    });
    expect(trace.usage).toMatchObject({ totalTokens: 15 });
    expect(trace.costUsd).toBe(0.5);
    expect(trace.spans.map(({ name, usageScope }) => [name, usageScope])).toEqual([
      ['root', 'self'],
      ['agent', 'aggregate'],
      ['step', 'self'],
      ['inner', 'self'],
    ]);
    expect(trace.toJSON()).toMatchObject({ spans: [{}, { usage_scope: 'aggregate' }, {}, { usage_scope: 'self' }] });
  });

  it('count equal response ids once', () => {
    const trace = traceOf((root) => {
      answer(root, 'client', { usage, costUsd: 0.5, responseId: 'r1' });
      answer(root, 'wrapper', { usage, costUsd: 0.5, responseId: 'r1' });
      answer(root, 'other', { usage, costUsd: 0.5, responseId: 'r2' });
    });
    expect(trace).toMatchObject({ usage: { totalTokens: 30 }, costUsd: 1 });
  });

  it('count every span of level ERROR, handled ones too', () => {
    const trace = traceOf((root) => {
      root.span('failed').fail(new Error('handled'));
      root.span('warned').end({ level: 'WARNING' });
      root.span('said so').end({ level: 'ERROR' });
    });
    expect(trace).toMatchObject({ errorCount: 2, level: 'DEFAULT', outcome: 'ok' });
  });

  it('follow when a span ends after its trace', () => {
    const exporter = new InMemoryTraceExporter();
    const root = createTracer({ exporter }).trace('root', { input: 'q' });
    const late = root.generation('late', { model: 'm' });
    void root.end({ output: 'a' });
    late.end({ usage, costUsd: 0.5, level: 'ERROR' });
    expect(exporter.traces).toHaveLength(1);
    expect(exporter.traces[0]).toMatchObject({ errorCount: 1, costUsd: 0.5, input: 'q', output: 'a', amends: false });
    expect(exporter.traces[0]?.spans.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['root', 'ok'],
      ['late', 'error'],
    ]);
  });

  it('take the root from the spans: the first without a parent among them [L67, T6]', () => {
    const trace = traceOf((root) => root.span('child').end());
    expect(trace.rootSpan?.name).toBe('root');
  });
});

describe('the attempt of a span', () => {
  function attempts(inputs: readonly unknown[]): readonly number[] {
    const trace = traceOf((root) => {
      for (const input of inputs) root.span('lookup', { input }).fail(new Error('try again'));
    });
    return trace.spans.slice(1).map(({ attempt }) => attempt);
  }

  it('counts failed siblings with the same name and input [C17]', () => {
    expect(attempts([{ id: 1 }, { id: 1 }, { id: 2 }, { id: 1 }])).toEqual([1, 2, 1, 3]);
  });

  it.each([
    ['dates', new Date(1), new Date(2)],
    ['BigInts', { id: 1n }, { id: 2n }],
    ['flags beside a date', { at: new Date(1), dry: true }, { at: new Date(1), dry: false }],
    ['secrets', { password: 'one' }, { password: 'two' }],
    ['the cut part of a text', `${'x '.repeat(20_000)}1`, `${'x '.repeat(20_000)}2`],
    ['Map entries', new Map([['a', 1]]), new Map([['a', 2]])],
  ])('tells %s apart, and knows equal ones again [C17]', (_, one, other) => {
    expect(attempts([one, other, one])).toEqual([1, 1, 2]);
  });
});
