import { type Trace, traced, type TraceOptions, withTracer } from 'clew';
import { describe, expect, it } from 'vitest';
import { only, startRecording, treesOf } from './recording.ts';
import { call } from './untyped-call.ts';

describe('a wrong call of a trace or tracer is kept in a sensible form, and told once at debug level', () => {
  it.each<[string, string, unknown, object]>([
    ['tags that are no list', 'wrong-tags', { tags: 'prod' }, { tags: ['prod'] }],
    ['tags that are no texts', '', { tags: [5, 'b'] }, { tags: ['5', 'b'] }],
    ['metadata that is no object', 'wrong-metadata', { metadata: 'x' }, { metadata: { value: 'x' } }],
    ['a session that is none', '', { session: 5 }, { sessionId: null }],
    ['a session without an id', '', { session: { name: 'x' } }, { sessionId: null, sessionName: 'x' }],
    ['a user that is a number', '', { userId: 42 }, { userId: '42' }],
    ['a run that is a number', '', { runId: 42 }, { runId: '42' }],
    ['a traceparent that is a list', 'wrong-traceparent', { traceparent: ['00'] }, { name: 'run' }],
  ])('a trace with %s', (_what, code, options, expected) => {
    const { tracer, memory, log } = startRecording();
    const given: TraceOptions = Object(options);
    expect(tracer.trace('run', given, () => 42)).toBe(42);
    expect(
      withTracer(
        tracer,
        traced({ ...given, name: 'run' }, () => 42),
      ),
    ).toBe(42);
    expect(memory.traces[0]).toMatchObject(expected);
    expect(JSON.parse(memory.traces[0]?.text() ?? '')).toMatchObject({ v: 1 });
    expect(log.codes).toEqual(code === '' ? [] : [`debug ${code}`]);
  });

  it.each<[string, string, (trace: Trace) => unknown]>([
    ['update without anything', '', (trace) => call(trace, 'update')],
    ['update with tags that are no list', 'wrong-tags', (trace) => call(trace, 'update', { tags: 'x' })],
    ['update with null for a session', '', (trace) => call(trace, 'update', { session: null })],
    ['end with null', '', (trace) => call(trace, 'end', null)],
    ['an event without a name', 'wrong-name', (trace) => call(trace, 'event')],
    ['a span without a name', 'wrong-name', (trace) => call(call(trace, 'span') ?? {}, 'end')],
  ])('a trace’s %s', async (_what, code, use) => {
    const { tracer, memory, log } = startRecording();
    const trace = tracer.trace('run');
    use(trace);
    await trace.end();
    expect(only(memory.traces).outcome).toBe('ok');
    expect(log.codes.filter((line) => line !== 'debug end-after-end')).toEqual(code === '' ? [] : [`debug ${code}`]);
  });

  it('a trace that is told something after its end', async () => {
    const { tracer, memory, log } = startRecording();
    const trace = tracer.trace('run');
    await trace.end();
    trace.update({ tags: ['too late'] });
    trace.event('too late');
    expect(await trace.end()).toMatchObject({ ok: true, exported: true });
    expect(only(memory.traces).tags).toEqual([]);
    expect(log.codes).toEqual(['debug trace-update-after-end', 'debug event-after-end', 'debug end-after-end']);
  });

  it('a span or trace without a name', () => {
    const { tracer, memory, log } = startRecording();
    tracer.trace('', (trace) => trace.span('', () => {}));
    expect(treesOf(memory)).toBe('(unnamed)\n  (unnamed)');
    expect(log.codes).toEqual(['debug wrong-name']);
  });

  it('flush and shutdown with nonsense for a time', async () => {
    const { tracer } = startRecording();
    for (const options of [null, { timeoutMs: Number.NaN }, { timeoutMs: 'soon' }, { timeoutMs: -1 }]) {
      expect(await call(tracer, 'flush', options)).toMatchObject({ pending: 0 });
    }
    expect(await call(tracer, 'shutdown', null)).toMatchObject({ pending: 0 });
  });
});
