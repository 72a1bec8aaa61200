import { Span, SpanKind, traced, withTracer } from 'clew';
import { describe, expect, it } from 'vitest';
import { only, spanNamed, startRecording } from './recording.ts';

describe('a span', () => {
  it('L22 has an id of 16 hexadecimal digits of its own', () => {
    const ids = Array.from({ length: 100 }, () => new Span({ name: 'step' }).spanId);
    expect(ids.every((id) => /^[0-9a-f]{16}$/.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(100);
  });

  it('L23, L24 has a name, and a parent id that is null at the root', () => {
    const root = new Span({ name: 'agent.run' });
    const child = new Span({ name: 'llm.complete', parentId: root.spanId });
    expect([root.name, root.parentId]).toEqual(['agent.run', null]);
    expect([child.name, child.parentId]).toEqual(['llm.complete', root.spanId]);
  });

  it('L25, L35–L40 is an agent, a tool, an llm, a chain, a team, or custom', () => {
    const { AGENT, TOOL, LLM, CHAIN, TEAM, CUSTOM } = SpanKind;
    const kinds = [AGENT, TOOL, LLM, CHAIN, TEAM, CUSTOM];
    expect(kinds).toEqual(['agent', 'tool', 'llm', 'chain', 'team', 'custom']);
    const { tracer, memory } = startRecording();
    for (const kind of kinds) {
      const step = traced({ name: kind, kind }, () => {});
      withTracer(tracer, step);
    }
    expect(memory.traces.map((trace) => only(trace.spans).kind)).toEqual(kinds);
    expect(new Span({ name: 'other' }).kind).toBe('custom');
  });

  it('L26 has inputs that are an object, empty where there were none', () => {
    const { tracer, memory } = startRecording();
    withTracer(tracer, () => traced('none', () => {})());
    withTracer(tracer, () => traced('two', (a: number, b: string) => `${a}${b}`)(1, 'x'));
    expect(memory.traces.map((trace) => only(trace.spans).inputs)).toEqual([{}, { a: 1, b: 'x' }]);
    expect(new Span({ name: 'by hand' }).inputs).toEqual({});
  });

  it('L27 has outputs, null until there are any', () => {
    const span = new Span({ name: 'step' });
    expect(span.outputs).toBeNull();
    span.finish({ outputs: { found: true } });
    expect(span.outputs).toEqual({ found: true });
  });

  it('L28 has an error that is null, or the message', () => {
    const span = new Span({ name: 'step' });
    expect(span.error).toBeNull();
    span.finish({ error: 'timeout' });
    expect(span.error).toBe('timeout');
  });

  it('L29, L30, L32, V112 is timed by the monotonic clock, without an end or a duration while it is open', () => {
    const before = performance.now();
    const span = new Span({ name: 'step' });
    expect(span.startedAt).toBeGreaterThanOrEqual(before);
    expect(span.startedAt).toBeLessThanOrEqual(performance.now());
    expect([span.endedAt, span.durationMs, span.outcome]).toEqual([null, null, 'running']);
    span.finish();
    expect(span.endedAt).toBeGreaterThanOrEqual(span.startedAt);
    expect(span.durationMs).toBeCloseTo((span.endedAt ?? 0) - span.startedAt, 2);
  });

  it('L31 has metadata, empty by default', () => {
    expect(new Span({ name: 'step' }).metadata).toEqual({});
    expect(new Span({ name: 'step', metadata: { shard: 3 } }).metadata).toEqual({ shard: 3 });
  });

  it('L33 is closed by finish, with outputs or without', () => {
    const [full, bare] = [new Span({ name: 'full' }), new Span({ name: 'bare' })];
    full.finish({ outputs: { answer: 42 } });
    bare.finish();
    expect([full.outcome, full.outputs, bare.outcome, bare.outputs]).toEqual(['ok', { answer: 42 }, 'ok', null]);
    expect(bare.endedAt).not.toBeNull();
  });

  it('L33 is closed by finish while a tracer follows it, too', () => {
    const { tracer, memory } = startRecording();
    const trace = tracer.trace('run');
    trace.span('step').finish({ outputs: { answer: 42 } });
    trace.span('broken').finish({ error: new RangeError('too far') });
    void trace.end();
    const recorded = only(memory.traces);
    expect(spanNamed(recorded, 'step').outputs).toEqual({ answer: 42 });
    expect(spanNamed(recorded, 'broken')).toMatchObject({ error: 'too far', exception: { type: 'RangeError' } });
  });

  it('L34 can be built by hand from a name alone, or with a parent', () => {
    const root = new Span({ name: 'agent.run' });
    const child = new Span({ name: 'tool', parentId: root.spanId, kind: SpanKind.TOOL });
    expect(root).toMatchObject({ kind: 'custom', level: 'DEFAULT', attempt: 1, error: null, metadata: {}, inputs: {} });
    expect(child).toMatchObject({ parentId: root.spanId, kind: 'tool' });
  });

  it('L34 ends what it is given to run, as any other span does', async () => {
    const root = new Span({ name: 'agent.run' });
    const ended: Span[] = [];
    expect(root.span('sync', (span) => (ended.push(span), 1))).toBe(1);
    expect(await root.span('async', async (span) => (ended.push(span), 2))).toBe(2);
    const failure = new Error('no');
    await expect(
      root.span('fails', async (span) => {
        ended.push(span);
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(ended.map(({ name, outcome, output, error }) => [name, outcome, output, error])).toEqual([
      ['sync', 'ok', 1, null],
      ['async', 'ok', 2, null],
      ['fails', 'error', null, 'no'],
    ]);
  });
});
