import { SpanKind, traced, withTracer } from 'clew';
import { describe, expect, it } from 'vitest';
import { only, startRecording, treesOf } from './recording.ts';

describe('traced', () => {
  it('L7 takes a name and a kind', async () => {
    const { tracer, memory } = startRecording();
    const fetchDocument = traced({ name: 'fetch_document', kind: SpanKind.TOOL }, async (url: string) => `from ${url}`);
    await withTracer(tracer, () => fetchDocument('x.txt'));
    expect(only(only(memory.traces).spans)).toMatchObject({ name: 'fetch_document', kind: 'tool' });
  });

  it('L8 records start, end and output, and finishes the span', async () => {
    const { tracer, memory } = startRecording();
    const before = performance.now();
    await withTracer(tracer, () => traced('add', async (a: number, b: number) => a + b)(2, 3));
    const span = only(only(memory.traces).spans);
    expect(span).toMatchObject({ input: { a: 2, b: 3 }, output: 5, outcome: 'ok', level: 'DEFAULT', error: null });
    expect(span.startedAt).toBeGreaterThanOrEqual(before);
    expect(span.endedAt).toBeLessThanOrEqual(performance.now());
    expect(span.durationMs).toBeCloseTo((span.endedAt ?? 0) - span.startedAt, 2);
  });

  it('L9 wraps any function: asynchronous, synchronous, a method, an arrow', async () => {
    const { tracer, memory } = startRecording();
    const counter = {
      value: 1,
      next: traced(function next(this: { value: number }) {
        return (this.value += 1);
      }),
    };
    await withTracer(tracer, async () => {
      expect(await traced('late', async () => 'late')()).toBe('late');
      expect(traced('now', () => 'now')()).toBe('now');
      expect(counter.next()).toBe(2);
    });
    expect(treesOf(memory)).toBe(`\
late

now

next`);
  });

  it('L10 records the message of an exception and throws the same object on', async () => {
    const { tracer, memory } = startRecording();
    const failure = new TypeError('kaboom');
    const fails = traced('fails', async () => {
      throw failure;
    });
    await expect(withTracer(tracer, fails)).rejects.toBe(failure);
    expect(treesOf(memory)).toBe('fails  ERROR: kaboom');
    expect(only(only(memory.traces).spans)).toMatchObject({
      error: 'kaboom',
      statusMessage: 'kaboom',
      level: 'ERROR',
      outcome: 'error',
      exception: { type: 'TypeError', message: 'kaboom' },
    });
  });

  it.each([
    ['a string', 'oops', 'oops'],
    ['an object', { code: 7 }, '{"code":7}'],
    ['undefined', undefined, 'undefined'],
  ])('L10 throws %s on as it is', (_what, thrown: unknown, message) => {
    const { tracer, memory } = startRecording();
    const fails = traced('fails', () => {
      throw thrown;
    });
    let caught: unknown = 'nothing';
    try {
      withTracer(tracer, fails);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBe(thrown);
    expect(only(only(memory.traces).spans).error).toBe(message);
  });

  it('L10 tells which of several steps failed and which of them only passed it on', async () => {
    const { tracer, memory } = startRecording();
    const tool = traced('tool', async () => Promise.reject(new Error('no such file')));
    const agent = traced('agent', async () => tool());
    await expect(withTracer(tracer, agent)).rejects.toThrow('no such file');
    expect(treesOf(memory)).toBe(`\
agent  ERROR: no such file
  tool  ERROR: no such file`);
    expect(only(memory.traces)).toMatchObject({ level: 'ERROR', errorCount: 2, statusMessage: 'no such file' });
  });
});
