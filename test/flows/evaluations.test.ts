import { createTracer, getTracer, InMemoryTraceExporter, Trace } from 'clew';
import { readTrace } from 'clew/store';
import { describe, expect, it } from 'vitest';
import { CollectingExporter } from '../fixtures/records.ts';
import { only, startRecording } from './recording.ts';

const wrong = { name: 'correctness', score: 0, label: 'wrong', comment: 'named the wrong city' };

describe('E33, E47 an evaluation of a trace', () => {
  it('is on its record, and survives the wire', () => {
    const { tracer, memory } = startRecording();
    const trace = tracer.trace('run');
    trace.evaluate('correctness', 0, 'wrong', 'named the wrong city');
    trace.evaluate('tone', 0.8);
    void trace.end();
    const record = only(memory.traces);
    expect(record.evaluations).toEqual([wrong, { name: 'tone', score: 0.8, label: null, comment: null }]);
    expect(readTrace(record.text())?.evaluations).toEqual(record.evaluations);
  });

  it('that comes after the end amends the trace, in memory and for whoever has had it', async () => {
    const [memory, patient] = [new InMemoryTraceExporter(), new CollectingExporter()];
    const tracer = createTracer({ exporters: [memory, patient] });
    const trace = tracer.trace('run', { input: 'Where?' });
    await trace.end({ output: 'There.' });
    trace.evaluate('correctness', 0, 'wrong', 'named the wrong city');
    expect(only(memory.traces)).toMatchObject({ rev: 2, input: 'Where?', output: 'There.', evaluations: [wrong] });
    expect(only(memory.traces).spans).toHaveLength(1);
    expect(
      patient.traces.map(({ amends, rev, spans, evaluations }) => [amends, rev, spans.length, evaluations]),
    ).toEqual([
      [false, 1, 1, []],
      [true, 2, 0, [wrong]],
    ]);
    expect(await trace.end()).toMatchObject({ ok: true, exported: true });
  });

  it('that comes while late spans are waited for goes out with them', async () => {
    const patient = new CollectingExporter();
    const trace = createTracer({ exporter: patient }).trace('run');
    const late = trace.span('late');
    void trace.end();
    trace.evaluate('correctness', 1, 'pass');
    late.end();
    expect(only(patient.traces).evaluations).toEqual([{ name: 'correctness', score: 1, label: 'pass', comment: null }]);
  });

  it('is masked, kept to a hundred, and makes sense of nonsense', () => {
    const { tracer, memory, log } = startRecording();
    const trace = tracer.trace('run');
    trace.evaluate('contact', Number.NaN, null, 'wrote to anna@example.com');
    for (let n = 0; n < 200; n += 1) trace.evaluate('more', n);
    void trace.end();
    const { evaluations } = only(memory.traces);
    expect(evaluations).toHaveLength(100);
    expect(evaluations[0]).toEqual({ name: 'contact', score: null, label: null, comment: 'wrote to [email]' });
    expect(log.codes).toEqual(['debug wrong-score']);
  });

  it('goes through a masking function', () => {
    const { tracer, memory } = startRecording({
      masker: (record) => ({ ...record, evaluations: [{ name: 'a', label: 'b', comment: null }] }),
    });
    const trace = tracer.trace('run');
    trace.evaluate('correctness', 0.5, 'wrong', 'secret');
    void trace.end();
    expect(only(memory.traces).evaluations).toEqual([{ name: 'a', score: 0.5, label: 'b', comment: null }]);
  });

  it('of a trace that is sampled out, off or built by hand goes nowhere and harms nobody', () => {
    const { tracer, memory } = startRecording({ sampleRate: 0, keepErrors: false });
    const trace = tracer.trace('run');
    trace.evaluate('a');
    void trace.end();
    trace.evaluate('b');
    expect(memory.traces).toEqual([]);
    getTracer().trace('off').evaluate('c');
    new Trace({ runId: 'r' }).evaluate('d');
  });
});
