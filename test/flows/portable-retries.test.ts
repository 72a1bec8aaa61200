import { traced, type TracerOptions, withTracer } from 'clew';
import { describe, expect, it } from 'vitest';
import { only, startRecording } from './recording.ts';

type Call = readonly [name: string, input: unknown, fails: boolean];

/** Makes the calls one after the other under one parent; gives the number of each try. */
function attemptsOf(calls: readonly Call[], options: TracerOptions = {}): readonly number[] {
  const { tracer, memory } = startRecording(options);
  tracer.trace('run', (trace) => {
    for (const [name, input, fails] of calls) trace.span(name, { input }).end(fails ? { error: 'no' } : {});
  });
  return only(memory.traces)
    .spans.slice(1)
    .map(({ attempt }) => attempt);
}

describe('C17: a retry', () => {
  it('is a sibling of the same name and input that failed before', () => {
    expect(
      attemptsOf([
        ['pay', { id: 1 }, true],
        ['pay', { id: 1 }, true],
        ['pay', { id: 1 }, false],
      ]),
    ).toEqual([1, 2, 3]);
  });

  it('is none after one that went well, with another name, or with another input', () => {
    expect(
      attemptsOf([
        ['pay', 1, false],
        ['pay', 1, false],
      ]),
    ).toEqual([1, 1]);
    expect(
      attemptsOf([
        ['pay', 1, true],
        ['refund', 1, false],
      ]),
    ).toEqual([1, 1]);
    expect(
      attemptsOf([
        ['pay', 1, true],
        ['pay', 2, false],
      ]),
    ).toEqual([1, 1]);
  });

  it('is counted for the first thousand calls that failed under one parent', () => {
    const failed = Array.from({ length: 1_001 }, (_, id): Call => ['pay', id, true]);
    const attempts = attemptsOf([
      ...failed,
      ['pay', 0, true],
      ['pay', 0, false],
      ['pay', 999, false],
      ['pay', 1_000, false],
    ]);
    expect(attempts.slice(0, 1_001)).toEqual(failed.map(() => 1));
    expect(attempts.slice(1_001)).toEqual([2, 3, 2, 1]);
  });

  it('is none without an input to compare', () => {
    expect(
      attemptsOf([
        ['poll', undefined, true],
        ['poll', undefined, true],
      ]),
    ).toEqual([1, 1]);
    expect(
      attemptsOf(
        [
          ['pay', 1, true],
          ['pay', 1, true],
        ],
        { includeInputs: false },
      ),
    ).toEqual([1, 1]);
  });

  it('is none where two inputs only look the same once they are masked', () => {
    const [first, second] = [{ password: 'hunter2' }, { password: 'letmein' }];
    expect(
      attemptsOf([
        ['login', first, true],
        ['login', second, true],
        ['login', second, false],
      ]),
    ).toEqual([1, 1, 2]);
  });

  it('is none where two inputs only look the same once they are cut', () => {
    const long = 'word '.repeat(10_000);
    expect(
      attemptsOf([
        ['ask', `${long}A`, true],
        ['ask', `${long}B`, true],
        ['ask', `${long}A`, false],
      ]),
    ).toEqual([1, 1, 2]);
  });

  it('is none where two inputs only look the same because the span has no room for them', () => {
    const calls: readonly Call[] = [
      ['ask', 'a question of mine', true],
      ['ask', 'a question of hers', true],
    ];
    expect(attemptsOf(calls, { limits: { spanBytes: 10 } })).toEqual([1, 1]);
    expect(attemptsOf([...calls, ...calls], { limits: { spanBytes: 10 } })).toEqual([1, 1, 2, 2]);
  });

  it('is what the caller says where the caller says it', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('run', (trace) => {
      trace.span('pay', { input: 1, attempt: 4 }).end({ error: 'no' });
      trace.span('pay', { input: 1 }).end({ error: 'no' });
      const last = trace.span('pay', { input: 1 });
      last.update({ attempt: 9 });
      last.end();
    });
    expect(only(memory.traces).spans.map(({ attempt }) => attempt)).toEqual([1, 4, 2, 9]);
  });

  it('is none under another parent', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('run', (trace) => {
      trace.span('first', (parent) => parent.span('pay', { input: 1 }).end({ error: 'no' }));
      trace.span('second', (parent) => parent.span('pay', { input: 1 }).end());
    });
    expect(only(memory.traces).spans.every(({ attempt }) => attempt === 1)).toBe(true);
  });

  it('is none of two calls that run at the same time', async () => {
    const { tracer, memory } = startRecording();
    const pay = traced('pay', async (id: number) => Promise.reject(new Error(`no ${id}`)));
    await withTracer(tracer, () => tracer.trace('run', () => Promise.allSettled([pay(1), pay(1)])));
    expect(only(memory.traces).spans.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  });

  it('E4 is counted for wrapped functions that are simply called again', async () => {
    const { tracer, memory } = startRecording();
    let calls = 0;
    const flaky = traced('flaky', async (id: string) => {
      calls += 1;
      if (calls < 3) throw new Error(`${id} is busy`);
      return calls;
    });
    const withRetry = traced('retry', async () => {
      for (;;) {
        try {
          return await flaky('db');
        } catch {
          // Again.
        }
      }
    });
    expect(await withTracer(tracer, withRetry)).toBe(3);
    expect(only(memory.traces).spans.map(({ name, attempt, outcome }) => [name, attempt, outcome])).toEqual([
      ['retry', 1, 'ok'],
      ['flaky', 1, 'error'],
      ['flaky', 2, 'error'],
      ['flaky', 3, 'ok'],
    ]);
  });
});
