import {
  ClewConfigError,
  getTracer,
  getTraceStore,
  InMemoryTraceExporter,
  setTraceStore,
  Span,
  span,
  Trace,
  traced,
  TraceStore,
  withTracer,
} from 'clew';
import { afterEach, describe, expect, it } from 'vitest';
import { only, spanNamed, startRecording, treesOf } from './recording.ts';

afterEach(() => setTraceStore(undefined));

describe('spans and traces by hand', () => {
  it('T1, T2 finish sets the end and the duration, null before', () => {
    const step = new Span({ name: 'step' });
    expect([step.endedAt, step.durationMs]).toEqual([null, null]);
    step.finish();
    expect(step.endedAt).not.toBeNull();
    expect(step.durationMs).toBeGreaterThanOrEqual(0);
  });

  it('T3 finish keeps outputs or an error; without any, outputs stay null', () => {
    const [full, failed, bare] = ['full', 'failed', 'bare'].map((name) => new Span({ name }));
    full?.finish({ outputs: { result: 1 } });
    failed?.finish({ error: 'kaboom' });
    bare?.finish();
    expect([full?.outputs, failed?.error, bare?.outputs]).toEqual([{ result: 1 }, 'kaboom', null]);
  });

  it('T4, T8 ids of spans and traces are unique', () => {
    expect(new Span({ name: 'a' }).spanId).not.toBe(new Span({ name: 'a' }).spanId);
    expect(new Trace().traceId).not.toBe(new Trace().traceId);
  });

  it('T5 a span is custom and without metadata by default', () => {
    expect(new Span({ name: 'step' })).toMatchObject({ kind: 'custom', metadata: {} });
  });

  it('T6 the root is the first span without a parent, null where there is none', () => {
    const trace = new Trace();
    expect(trace.rootSpan).toBeNull();
    const root = new Span({ name: 'root' });
    trace.spans = [new Span({ name: 'child', parentId: root.spanId }), root];
    expect(trace.rootSpan).toBe(root);
  });

  it('T7 the tree has names, milliseconds and errors', () => {
    const trace = new Trace();
    expect(trace.asTree()).toBe('(empty trace)');
    const root = new Span({ name: 'agent.run' });
    const child = new Span({ name: 'llm.complete', parentId: root.spanId });
    child.finish({ error: 'rate limited' });
    root.finish();
    trace.spans = [root, child];
    expect(trace.asTree()).toMatch(/^agent\.run {2}\[\d+ms\]\n {2}llm\.complete {2}\[\d+ms\] {2}ERROR: rate limited$/);
  });
});

describe('the store and the in-memory exporter', () => {
  it('T9 gives back the same object, null for an unknown id', async () => {
    const { tracer, memory } = startRecording();
    tracer.trace('run', () => {});
    const store = new TraceStore();
    const recorded = only(memory.traces);
    store.add(recorded);
    expect(await store.get(recorded.traceId)).toBe(recorded);
    expect(await store.get('unknown')).toBeNull();
  });

  it('T10, T11, T12 lists a run, gives the newest first, and stays within its bound', async () => {
    const store = new TraceStore({ maxTraces: 3 });
    const { tracer } = startRecording({ store });
    for (const runId of ['old', 'old', 'a', 'b', 'a']) tracer.trace(runId, { runId }, () => {});
    expect(store.size).toBe(3);
    expect(await store.list('a')).toHaveLength(2);
    expect(await store.list('unknown')).toEqual([]);
    expect((await store.last(2)).map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('T13 keeps what it is given, spans too, until it is cleared', () => {
    const { tracer, memory } = startRecording();
    for (let turn = 0; turn < 5; turn += 1) tracer.trace('run', (trace) => trace.span('step', () => {}));
    expect([memory.traces.length, memory.spans.length]).toEqual([5, 10]);
    const again = new InMemoryTraceExporter();
    for (const trace of memory.traces) again.export(trace);
    expect(again.traces.every((trace, index) => trace === memory.traces[index])).toBe(true);
    memory.clear();
    expect([memory.traces, memory.spans]).toEqual([[], []]);
  });

  it('T19 is global where setTraceStore names one; the last one set wins', async () => {
    expect(getTraceStore()).toBeUndefined();
    const [first, second] = [new TraceStore(), new TraceStore()];
    setTraceStore(first);
    setTraceStore(second);
    expect(getTraceStore()).toBe(second);
    const { tracer } = startRecording();
    tracer.trace('run', () => {});
    expect([first.size, second.size]).toEqual([0, 1]);
    setTraceStore(undefined);
    tracer.trace('unseen', () => {});
    expect(second.size).toBe(1);
  });

  it('T20 records traced functions, and traced functions work without it', async () => {
    const store = new TraceStore();
    const { tracer } = startRecording();
    const fails = traced({ name: 'fails' }, async () => Promise.reject(new Error('kaboom')));
    await expect(withTracer(tracer, fails)).rejects.toThrow('kaboom');
    setTraceStore(store);
    await expect(withTracer(tracer, fails)).rejects.toThrow('kaboom');
    expect(store.size).toBe(1);
    const [trace] = await store.last(1);
    expect(only(trace?.spans ?? [])).toMatchObject({ name: 'fails', error: 'kaboom' });
  });
});

describe('traced and its configuration', () => {
  it('T14 is off by default, samples everything, keeps inputs and outputs', () => {
    expect(getTracer().isRecording).toBe(false);
    const { tracer, memory } = startRecording();
    withTracer(tracer, () => traced('echo', (value: number) => value)(7));
    expect(only(memory.traces).sampling).toEqual({ rate: 1, reason: 'head' });
    expect(only(only(memory.traces).spans)).toMatchObject({ input: { value: 7 }, output: 7 });
  });

  it('T15 passes results and exceptions through', async () => {
    const { tracer } = startRecording();
    await withTracer(tracer, async () => {
      expect(await traced('ok', async () => 'value')()).toBe('value');
      const fails = traced('fails', async () => Promise.reject(new RangeError('too far')));
      await expect(fails()).rejects.toThrow(new RangeError('too far'));
    });
  });

  it('T16 takes kind, metadata and name; the name is the function’s by default, and stays on the wrapper', () => {
    const { tracer, memory } = startRecording();
    const find = traced({ kind: 'tool', metadata: { shard: 1 } }, function lookUp() {});
    withTracer(tracer, find);
    withTracer(tracer, find);
    expect(find.name).toBe('lookUp');
    expect(memory.traces.map((trace) => only(trace.spans))).toMatchObject([
      { name: 'lookUp', kind: 'tool', metadata: { shard: 1 } },
      { name: 'lookUp', kind: 'tool', metadata: { shard: 1 } },
    ]);
  });

  it('T17 (superseded by L55) works bare, with parentheses and with a name', () => {
    class Tools {
      @traced
      bare(): void {}

      @traced()
      called(): void {}

      @traced('renamed')
      named(): void {}

      @span
      bareSpan(): void {}
    }
    const { tracer, memory } = startRecording();
    const tools = new Tools();
    withTracer(tracer, () => [tools.bare(), tools.called(), tools.named(), tools.bareSpan()]);
    expect(treesOf(memory)).toBe('bare\n\ncalled\n\nrenamed\n\nbareSpan');
  });

  it('T18 has an error of its own for wrong configuration', () => {
    const error = new ClewConfigError('mode', 'x', 'y');
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'ClewConfigError',
      option: 'mode',
      message: 'clew: option "mode" is a text of 1 character; allowed: y.',
    });
  });

  it('T21 exports nothing at a sample rate of 0', () => {
    const { tracer, memory } = startRecording({ sampleRate: 0 });
    withTracer(tracer, () => traced('run', () => {})());
    expect([memory.traces, memory.spans]).toEqual([[], []]);
  });
});

describe('what a run tells', () => {
  it('T22 the model’s span ends before the run’s, with its tokens; two runs are two sets; without a tracer it works', () => {
    const complete = traced({ name: 'llm', kind: 'llm' }, () => ({ usage: { input_tokens: 42, output_tokens: 7 } }));
    const run = traced('run', () => complete().usage.output_tokens);
    expect(run()).toBe(7);
    const { tracer, memory } = startRecording();
    withTracer(tracer, run);
    withTracer(tracer, run);
    expect(memory.spans.map(({ name }) => name)).toEqual(['llm', 'run', 'llm', 'run']);
    expect(memory.traces.map((trace) => spanNamed(trace, 'llm').usage)).toMatchObject([
      { inputTokens: 42, outputTokens: 7 },
      { inputTokens: 42, outputTokens: 7 },
    ]);
  });

  it('T23 tokens and cost start at nothing, add up, and can be told apart by model', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('empty', () => {});
    tracer.trace('run', (trace) => {
      for (const [model, costUsd] of [
        ['small', 0.25],
        ['large', 1],
        ['small', 0.25],
      ] as const) {
        trace.generation('call', { model }).end({ usage: { input_tokens: 10, output_tokens: 1 }, costUsd });
      }
    });
    const [empty, run] = memory.traces;
    expect(empty).toMatchObject({ usage: null, costUsd: null });
    expect(run).toMatchObject({ usage: { inputTokens: 30, outputTokens: 3 }, costUsd: 1.5 });
    const byModel = Map.groupBy(run?.spans.slice(1) ?? [], ({ model }) => model);
    expect([...byModel].map(([model, spans]) => [model, spans.length])).toEqual([
      ['small', 2],
      ['large', 1],
    ]);
  });
});
