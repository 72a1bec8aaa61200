import { createTracer, getTracer, init, InMemoryTraceExporter, traced, type TracerOptions, withTracer } from 'clew';
import { describe, expect, it } from 'vitest';
import { only, startRecording, treesOf } from './recording.ts';

const greet = traced('greet', (name: string) => `hello ${name}`);

describe('tracing configuration', () => {
  it('L16 is off until init is called: decorated code runs as if it were not', () => {
    expect(getTracer().isRecording).toBe(false);
    expect(greet('Ada')).toBe('hello Ada');
  });

  it('L16 has a master switch', () => {
    const { tracer, memory } = startRecording({ enabled: false });
    expect(withTracer(tracer, () => greet('Ada'))).toBe('hello Ada');
    expect(tracer.trace('run', (trace) => trace.span('step', () => 42))).toBe(42);
    expect(memory.traces).toEqual([]);
  });

  it('L17, L21 takes an exporter and leaves everything else at its default', async () => {
    const memory = new InMemoryTraceExporter();
    const tracer = init({ exporter: memory });
    greet('Ada');
    await tracer.shutdown();
    expect(only(only(memory.traces).spans)).toMatchObject({ input: { name: 'Ada' }, output: 'hello Ada' });
    expect(only(memory.traces).sampling).toEqual({ rate: 1, reason: 'head' });
  });

  it('L17 keeps recent traces in memory where no exporter is named', async () => {
    const tracer = createTracer({ mode: 'memory' });
    withTracer(tracer, () => greet('Ada'));
    expect((await tracer.store?.last(1))?.map(({ name }) => name)).toEqual(['greet']);
    await tracer.shutdown();
  });

  it('L18 samples whole traces: all spans of one are exported, or none', () => {
    const { tracer, memory } = startRecording({ sampleRate: 0.5, keepErrors: false });
    for (let turn = 0; turn < 200; turn += 1) tracer.trace('run', (trace) => trace.span('step', () => {}));
    expect(memory.traces.length).toBeGreaterThan(50);
    expect(memory.traces.length).toBeLessThan(150);
    expect(new Set(memory.traces.map((trace) => trace.spans.length))).toEqual(new Set([2]));
  });

  it('L18 exports nothing at a rate of 0, everything at 1', () => {
    const rates: readonly TracerOptions[] = [{ sampleRate: 0 }, { sampleRate: 1 }];
    const counts = rates.map((options) => {
      const { tracer, memory } = startRecording(options);
      for (let turn = 0; turn < 20; turn += 1) withTracer(tracer, () => greet('Ada'));
      return memory.traces.length;
    });
    expect(counts).toEqual([0, 20]);
  });

  it.each<[string, TracerOptions, unknown]>([
    ['both by default', {}, { input: { name: 'Ada' }, output: 'hello Ada' }],
    ['L19 no inputs with includeInputs: false', { includeInputs: false }, { input: null, output: 'hello Ada' }],
    ['L20 no outputs with includeOutputs: false', { includeOutputs: false }, { input: { name: 'Ada' }, output: null }],
  ])('L19, L20 records %s', (_what, options, expected) => {
    const { tracer, memory } = startRecording(options);
    withTracer(tracer, () => greet('Ada'));
    expect(only(only(memory.traces).spans)).toMatchObject({ ...Object(expected), name: 'greet' });
  });

  it('L19, L20 leaves out what is told by hand as well', () => {
    const { tracer, memory } = startRecording({ includeInputs: false, includeOutputs: false });
    const trace = tracer.trace('run', { input: 'secret question' });
    const step = trace.span('step', { input: 'secret question' });
    step.update({ input: 'secret question', output: 'secret answer' });
    step.end({ input: 'secret question', output: 'secret answer' });
    trace.span('other').finish({ outputs: 'secret answer' });
    trace.update({ input: 'secret question', output: 'secret answer' });
    void trace.end({ output: 'secret answer' });
    expect(treesOf(memory)).toBe('run\n  step\n  other');
    expect(only(memory.traces).text()).not.toContain('secret');
  });

  it('L19, L20 can be said of one function', () => {
    const { tracer, memory } = startRecording();
    const quiet = traced({ name: 'quiet', includeInput: false, includeOutput: false }, (key: string) => key);
    withTracer(tracer, () => quiet('private'));
    expect(only(only(memory.traces).spans)).toMatchObject({ input: null, output: null });
  });
});
