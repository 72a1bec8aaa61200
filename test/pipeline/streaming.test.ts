import { createTracer, type TracerOptions } from 'clew';
import { describe, expect, it } from 'vitest';
import { CollectingExporter } from '../fixtures/records.ts';

function setUp(options: TracerOptions = {}): CollectingExporter {
  const exporter = new CollectingExporter();
  const tracer = createTracer({ exporter, ...options });
  tracer.trace('run', (trace) => {
    trace.span('good', { input: 'question' }, () => 'answer');
    trace.span('bad').fail('no answer');
  });
  return exporter;
}

describe('Streaming', () => {
  it('shows each span when it starts, as running, and when it has ended, children first', () => {
    const exporter = setUp();
    expect(exporter.started.map(({ name, outcome, endedAt }) => [name, outcome, endedAt])).toEqual([
      ['run', 'running', null],
      ['good', 'running', null],
      ['bad', 'running', null],
    ]);
    expect(exporter.started[1]?.input).toBe('question');
    expect(exporter.ended.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['good', 'ok'],
      ['bad', 'error'],
      ['run', 'ok'],
    ]);
    expect(exporter.ended[0]?.output).toBe('answer');
    expect([...exporter.started, ...exporter.ended].every(Object.isFrozen)).toBe(true);
  });

  it('is for traces that the head keeps: one that a tail rule keeps goes whole', () => {
    const exporter = setUp({ sampleRate: 0, keepErrors: true });
    expect([exporter.started, exporter.ended]).toEqual([[], []]);
    expect(exporter.traces.map(({ sampling, spans }) => [sampling.reason, spans.length])).toEqual([['error', 3]]);
  });

  it('is not for a trace that nothing keeps', () => {
    const exporter = setUp({ sampleRate: 0, keepErrors: false });
    expect([exporter.started, exporter.ended, exporter.traces]).toEqual([[], [], []]);
  });

  it('shows masked records only', () => {
    const exporter = setUp({ masker: (record) => ({ ...record, name: 'hidden', input: null }) });
    expect(
      new Set([...exporter.started, ...exporter.ended].map(({ name, input }) => `${name} ${String(input)}`)),
    ).toEqual(new Set(['hidden null']));
  });
});
