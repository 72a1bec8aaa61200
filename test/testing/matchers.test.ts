import { traced, type TraceRecord } from 'clew';
import { assertTrace, matchers, RecordedTraces, stable, withTraces, type TraceMatchers } from 'clew/testing';
import { describe, expect, it } from 'vitest';
import { recordsOf } from '../fixtures/records.ts';
import { only } from '../flows/recording.ts';

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends TraceMatchers<R> {}
}
expect.extend(matchers);

const search = traced({ name: 'search', kind: 'tool' }, (query: string) => [query]);
const pay = traced({ name: 'tool:pay' }, (amount: number) => {
  if (amount > 100) throw new RangeError('too much');
  return 'paid';
});
const ask = traced({ name: 'ask', type: 'generation', model: 'gpt-4.1-mini' }, (question: string) => ({
  text: `asked ${question}`,
  usage: { prompt_tokens: 900, completion_tokens: 100 },
}));
const agent = traced('agent', (amount: number) => {
  search('parcel');
  ask('Where?');
  return pay(amount);
});

async function traceOf(run: () => unknown): Promise<TraceRecord> {
  let found: TraceRecord | undefined;
  await withTraces((traces) => {
    run();
    found = traces.only;
  })();
  if (found === undefined) throw new Error('nothing was traced');
  return found;
}

/** What an assertion that must fail says, without durations. */
function failureOf(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replaceAll(/ {2}\[\d+ms\]/g, '');
  }
  throw new Error('it passed');
}

function stackOf(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return error instanceof Error ? (error.stack ?? '') : '';
  }
  return '';
}

describe('matchers', () => {
  it(
    'pass for what is so',
    withTraces((traces) => {
      agent(5);
      expect(traces.only).toHaveSpan('search');
      expect(traces.only).toHaveSpan({ kind: 'tool', input: { query: 'parcel' }, output: ['parcel'] });
      expect(traces.only).toHaveSpan({ name: /^tool:/, durationMs: expect.any(Number), output: 'paid' });
      expect(traces.only).toHaveTraceTree(`
      agent
        search
        ask
        tool:pay
    `);
      expect(traces.only).toHaveCalledTools(['search', 'pay']);
      expect(traces.only).toCostLessThan(0.001);
      expect(traces.only).toUseFewerTokensThan(1_001);
      expect(traces.only).toFinishWithin(60_000);
      expect(traces.only).toHaveNoErrors();
    }),
  );

  it(
    'fail for what is not, the other way round too',
    withTraces((traces) => {
      expect(() => agent(500)).toThrow('too much');
      const trace = traces.only;
      expect(trace).not.toHaveSpan('nothing');
      expect(trace).not.toHaveSpan({ name: 'search', output: ['letter'] });
      expect(trace).not.toHaveSpan({ name: 'search', output: ['parcel', 'more'] });
      expect(trace).not.toHaveTraceTree('agent');
      expect(trace).not.toHaveCalledTools(['pay', 'search']);
      expect(trace).not.toCostLessThan(0.0001);
      expect(trace).not.toUseFewerTokensThan(1_000);
      expect(trace).not.toFinishWithin(-1);
      expect(trace).not.toHaveNoErrors();
      expect(() => expect(trace).not.toHaveSpan('search')).toThrow("expected not to find a span 'search'");
    }),
  );

  it('show the tree, and mark what differs', async () => {
    const trace = await traceOf(() => {
      try {
        agent(500);
      } catch {
        // It is what the test is about.
      }
    });
    const assertion = assertTrace(trace);
    expect(failureOf(() => assertion.toHaveNoErrors())).toBe(`expected no errors

→ agent  ERROR: too much
    search
    ask
→   tool:pay  ERROR: too much`);
    expect(failureOf(() => assertion.toHaveTraceTree('agent\n  search\n  answer\n  tool:pay'))).toBe(
      `expected the tree (-) to be what it is (+)

- agent
+ agent  ERROR: too much
    search
-   answer
-   tool:pay
+   ask
+   tool:pay  ERROR: too much`,
    );
    expect(failureOf(() => assertion.toHaveCalledTools(['search']))).toBe(`expected the tools to be called: search
called:                          search → pay

  agent  ERROR: too much
→   search
    ask
→   tool:pay  ERROR: too much`);
    expect(failureOf(() => assertion.toCostLessThan(0.0001))).toMatch(
      /it cost \$0\.00052.*\n[\s\S]*ask {2}gpt-4\.1-mini {2}1000 tokens {2}\$0\.00052/,
    );
    expect(failureOf(() => assertion.toUseFewerTokensThan(10))).toContain('it used 1000');
    expect(failureOf(() => assertion.toFinishWithin(-1))).toMatch(/within -1 ms; it took [\d.]+ ms/);
    expect(failureOf(() => assertion.toHaveSpan({ name: 'none' }))).toMatch(
      /^expected to find a span { name: 'none' }\n\nagent/,
    );
  });

  it('show what the nearest span contained where none is like the pattern', async () => {
    const lookup = traced({ name: 'lookup', kind: 'tool' }, (id: string, options: object) => ({
      id,
      ...options,
      rows: [1, 2],
    }));
    const trace = await traceOf(
      traced('run', () => {
        search('parcel');
        lookup('a', { plan: 'pro' });
        lookup('b', { plan: 'free' });
      }),
    );
    const failure = (pattern: Record<string, unknown>): string =>
      failureOf(() => assertTrace(trace).toHaveSpan(pattern)).split('\n\n')[1] ?? '';
    expect(failure({ name: 'lookup', input: { id: 'b' }, output: { plan: 'pro', rows: [1] } })).toBe(
      `the nearest is "lookup", in which
  output.plan is 'free', not 'pro'
  output.rows is [ 1, 2 ] (2 items, not 1), not [ 1 ]`,
    );
    expect(failure({ name: 'lookup', output: { rows: [1, 3], plan: /^basic/, id: expect.any(Number) } })).toBe(
      `the nearest is "lookup", in which
  output.rows[1] is 2, not 3
  output.plan is 'pro', not /^basic/
  output.id is 'a', not Any<Number>`,
    );
    expect(failure({ name: 'lokup', kind: 'tool', input: { id: 'b' } })).toBe(
      `the nearest is "lookup", in which\n  name is 'lookup', not 'lokup'`,
    );
    expect(failure({ name: 'lookup', ouput: 1 })).toContain('ouput: a span has no such field');
    expect(failure({ name: 'lookup', error: 'no route' })).toContain("error is null, not 'no route'");
    expect(failureOf(() => assertTrace(trace).toHaveSpan({ name: 'lookup', output: 5n }))).toContain('not 5n');
  });

  it('show a bounded part of it', async () => {
    const big = traced('big', () =>
      Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`key${n}`, 'x'.repeat(900)])),
    );
    const trace = await traceOf(big);
    const output = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`key${n}`, 'y'.repeat(900)]));
    const message = failureOf(() => assertTrace(trace).toHaveSpan({ name: 'big', output }));
    expect(message).toContain('  and 42 more');
    expect(message.length).toBeLessThan(6_000);
  });

  it('mark the span that differs, and not another of its name', async () => {
    const trace = await traceOf(() => {
      const twice = traced('twice', () => {
        try {
          pay(500);
        } catch {
          pay(5);
        }
      });
      twice();
    });
    expect(failureOf(() => assertTrace(trace).toHaveNoErrors())).toBe(`expected no errors

  twice
→   tool:pay  ERROR: too much
    tool:pay`);
  });

  it('point to the line of the test', () => {
    const trace = only(recordsOf((tracer) => tracer.trace('run', () => 1)));
    const stack = stackOf(() => assertTrace(trace).toHaveSpan('none'));
    expect(stack.split('\n').find((line) => line.startsWith('    at '))).toContain('matchers.test.ts');
  });

  it('compare durations only where the text has them', () => {
    const trace = only(recordsOf((tracer) => tracer.trace('run', () => 1)));
    const ms = Math.round(trace.durationMs ?? 0);
    expect(trace).toHaveTraceTree(`run  [${ms}ms]`);
    expect(trace).not.toHaveTraceTree('run  [99999ms]');
  });

  it('say what came where no trace did', () => {
    expect(() => expect(5).toHaveNoErrors()).toThrow('a trace was expected, such as traces.only, not number');
    expect(() => expect(null).toHaveSpan('x')).toThrow('not null');
  });

  it('do not call a cost small that nobody knows', async () => {
    const own = traced({ name: 'own', type: 'generation', model: 'our-own-7b' }, () => ({
      usage: { prompt_tokens: 1, completion_tokens: 1 },
    }));
    const both = traced('both', () => {
      own();
      ask('Where?');
    });
    expect(failureOf(() => assertTrace('no trace').toCostLessThan(1))).toContain('a trace was expected');
    const trace = await traceOf(both);
    expect(failureOf(() => assertTrace(trace).toCostLessThan(1))).toContain('without our-own-7b, which has no price');
    const free = await traceOf(search.bind(undefined, 'x'));
    expect(failureOf(() => assertTrace(free).toCostLessThan(1))).toContain('nobody knows what it cost');
    expect(failureOf(() => assertTrace(free).toUseFewerTokensThan(1))).toContain('no span has usage');
  });
});

describe('withTraces', () => {
  it.concurrent.each([1, 2, 3, 4])('keeps tests apart that run at the same time (%i)', async (n) => {
    await withTraces(async (traces) => {
      for (let step = 0; step < 5; step += 1) {
        await new Promise((done) => setTimeout(done, 1));
        search(`${n}`);
      }
      expect(traces.all.map(({ output }) => output)).toEqual(Array.from({ length: 5 }, () => [`${n}`]));
    })();
  });

  it('gives the test what its runner gives, and lets its failure through', async () => {
    const given: unknown[] = [];
    const test = withTraces((_: RecordedTraces, ...rest: readonly number[]) => void given.push(...rest));
    await test(1, 2);
    expect(given).toEqual([1, 2]);
    await expect(withTraces(() => Promise.reject(new Error('as it should')))()).rejects.toThrow('as it should');
  });

  it(
    'takes options of a tracer',
    withTraces(
      (traces) => {
        search('Where?');
        expect(traces.only).toMatchObject({ tags: ['test'], input: null });
      },
      { tags: ['test'], includeInputs: false },
    ),
  );
});

describe('the traces of a test', () => {
  it(
    'are found by order and by name',
    withTraces((traces) => {
      search('a');
      ask('b');
      expect([traces.last.name, traces.named('search').name, traces.all.length]).toEqual(['ask', 'search', 2]);
      expect(() => traces.only).toThrow(/one trace was expected, there are 2:\n\nsearch/);
      expect(() => traces.named('none')).toThrow('a trace named "none" was expected, there are 2');
    }),
  );

  it('that are missing are missed in words', () => {
    const none = new RecordedTraces(() => []);
    expect(() => none.only).toThrow('and nothing was traced. Has the root ended');
    expect(() => none.last).toThrow('nothing was traced');
  });
});

describe('stable', () => {
  it('is the same for the same run: ids by order, no times, no stacks', async () => {
    const run = (): void => {
      try {
        agent(500);
      } catch {
        // It is what the test is about.
      }
    };
    const [first, second] = [stable(await traceOf(run)), stable(await traceOf(run))];
    expect(first).toEqual(second);
    expect(first).toMatchObject({
      trace_id: '<trace>',
      duration_ms: '<ms>',
      spans: [
        { span_id: '<span 1>', parent_id: null, start_time: '<time>', exception: { stack: '<stack>' } },
        { span_id: '<span 2>', parent_id: '<span 1>' },
        { span_id: '<span 3>', model: 'gpt-4.1-mini', usage: { total_tokens: 1000 } },
        { span_id: '<span 4>' },
      ],
    });
  });
});
