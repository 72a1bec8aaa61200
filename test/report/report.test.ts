import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTracer, FileTraceExporter, SqliteTraceExporter, type TraceRecord } from 'clew';
import { report, type ReportData } from 'clew/store';
import { array, assert, asyncProperty, double, record, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { lineOf, tracesOf, type TraceLine } from './lines.ts';

async function dataOf(...traces: readonly TraceLine[]): Promise<ReportData> {
  return (await report(tracesOf(...traces))).data;
}

describe('the production checklist', () => {
  it('E27 p50, p95 and p99 of a request', async () => {
    const times = Array.from({ length: 100 }, (_, n) => ({ id: `t${n}`, ms: n + 1 }));
    expect((await dataOf(...times)).latency).toEqual({ p50: 50, p95: 95, p99: 99 });
    expect((await dataOf({ id: 'open', outcome: 'no_end' })).latency).toBeNull();
  });

  it('E27 weighs what was sampled by what it stands for', async () => {
    const { latency, requests, traces } = await dataOf({ id: 'a', ms: 10, rate: 0.1 }, { id: 'b', ms: 1_000 });
    expect([traces, requests]).toEqual([2, 11]);
    expect(latency).toEqual({ p50: 10, p95: 1_000, p99: 1_000 });
  });

  it('E28 tokens and dollars of the average request, and in all', async () => {
    const usage = { input_tokens: 90, output_tokens: 10, total_tokens: 100 };
    const { consumption } = await dataOf(
      { id: 'a', usage, costUsd: 0.3 },
      { id: 'b', unpriced: ['our-own'] },
      { id: 'c', usage, costUsd: 0.1, rate: 0.5 },
    );
    expect(consumption).toEqual({
      inputTokens: expect.closeTo(67.5),
      outputTokens: expect.closeTo(7.5),
      totalTokens: expect.closeTo(75),
      costUsd: expect.closeTo(0.125),
      totalCostUsd: expect.closeTo(0.5),
      unpriced: ['our-own'],
    });
  });

  it('E29 the steps, the slowest first', async () => {
    const { steps } = await dataOf(
      {
        id: 'a',
        spans: [
          { name: 'search', ms: 5 },
          { name: 'answer', ms: 80, kind: 'llm' },
        ],
      },
      { id: 'b', spans: [{ name: 'search', ms: 15, error: 'no' }] },
    );
    expect(steps).toEqual([
      { name: 'answer', kind: 'llm', count: 1, p50: 80, p95: 80, p99: 80, totalMs: 80, errorRate: 0 },
      { name: 'search', kind: 'custom', count: 2, p50: 5, p95: 15, p99: 15, totalMs: 20, errorRate: 0.5 },
    ]);
  });

  it('E30 the error rate, and the most common error whatever ids and numbers it names', async () => {
    const { errors } = await dataOf(
      { id: 'a', failed: true, spans: [{ name: 's', error: 'order 17 of "anna" not found', errorType: 'NotFound' }] },
      { id: 'b', failed: true, spans: [{ name: 's', error: 'order 4 of "ben" not found', errorType: 'NotFound' }] },
      { id: 'c', spans: [{ name: 's', error: 'timeout after 30 s' }] },
      { id: 'd' },
      { id: 'e', outcome: 'no_end' },
    );
    expect(errors).toEqual({
      rate: 0.5,
      handledRate: 0.25,
      groups: [
        { type: 'NotFound', message: 'order <n> of <text> not found', traces: 2, traceId: 'a' },
        { type: 'Error', message: 'timeout after <n> s', traces: 1, traceId: 'c' },
      ],
    });
  });

  it('E31 how often trying again helped', async () => {
    const { retries } = await dataOf(
      {
        id: 'a',
        spans: [
          { name: 'pay', error: 'no' },
          { name: 'pay', attempt: 2 },
        ],
      },
      {
        id: 'b',
        spans: [
          { name: 'pay', error: 'no' },
          { name: 'pay', attempt: 2, error: 'no' },
          { name: 'pay', attempt: 3, error: 'no' },
        ],
      },
      { id: 'c', spans: [{ name: 'pay' }, { name: 'pay' }] },
    );
    expect(retries).toEqual({ operations: 2, retries: 3, successRate: 0.5 });
  });

  it('E32 the cost of a request, by month', async () => {
    const { months } = await dataOf(
      { id: 'a', at: '2026-11-20T10:00:00.000000Z', costUsd: 0.2 },
      { id: 'b', at: '2026-10-01T00:00:00.000000Z' },
      { id: 'c', at: '2026-11-01T00:00:00.000000Z', costUsd: 0.4 },
    );
    expect(months).toEqual([
      { month: '2026-10', requests: 1, costUsd: null, costPerRequestUsd: null },
      { month: '2026-11', requests: 2, costUsd: expect.closeTo(0.6), costPerRequestUsd: expect.closeTo(0.3) },
    ]);
  });

  it('E33 the requests that evaluations call wrong', async () => {
    const evaluation = (label: string | null, score: number | null = null) => [
      { name: 'correctness', score, label, comment: 'why' },
    ];
    const { wrong, evaluated } = await dataOf(
      { id: 'a', evaluations: evaluation('wrong'), input: { question: 'Where?' } },
      { id: 'b', evaluations: evaluation('pass') },
      { id: 'c', evaluations: evaluation(null, 0) },
      { id: 'd' },
    );
    expect(evaluated).toBe(3);
    expect(wrong.map(({ traceId }) => traceId)).toEqual(['a', 'c']);
    expect(wrong[0]).toEqual({
      traceId: 'a',
      name: 'handle',
      startTime: '2026-11-20T10:00:00.000000Z',
      evaluation: 'correctness',
      comment: 'why',
      input: '{"question":"Where?"}',
    });
  });

  it('E34 says what cannot be answered, and what to do', async () => {
    const text = (await report(tracesOf({ id: 'a' }))).text();
    expect(text).toBe(`1 request from 2026-11-20 10:00 to 2026-11-20 10:00

Latency  p50 100 ms   p95 100 ms   p99 100 ms
Errors   0 % of requests failed, 0 % had an error and went on

Not answered
  which step is slowest: no request has steps; wrap the functions it is made of
  tokens: no generation has usage; give its span type "generation"
  cost: no generation has a price; name its model, or give prices of your own
  retries: nothing was tried again
  wrong answers: no request was evaluated; trace.evaluate() does it`);
    expect((await report([])).text()).toBe('No traces.');
  });
});

describe('a report', () => {
  it('is text in aligned columns', async () => {
    const usage = { input_tokens: 1_000, output_tokens: 20, total_tokens: 1_020 };
    const answers = await report(
      tracesOf(
        {
          id: 'a',
          ms: 1_500,
          usage,
          costUsd: 0.0004,
          spans: [
            { name: 'answer', kind: 'llm', ms: 1_200 },
            { name: 'pay', ms: 40, error: 'refused' },
            { name: 'pay', ms: 60, attempt: 2 },
          ],
        },
        { id: 'b', ms: 90_000, evaluations: [{ name: 'tone', label: 'bad' }], unpriced: ['own-7b'] },
      ),
    );
    expect(answers.text()).toBe(`2 requests from 2026-11-20 10:00 to 2026-11-20 10:00

Latency       p50 1.5 s   p95 1m 30s   p99 1m 30s
Tokens        510 a request: 500 in, 10 out
Cost          $0.0002 a request, $0.0004 in all; without own-7b, which has no price
Slowest step  answer, p95 1.2 s
Errors        0 % of requests failed, 50 % had an error and went on
Retries       100 % of what was tried again (1) succeeded in the end

Step    kind    count    p50    p95    p99  failed
answer  llm         1  1.2 s  1.2 s  1.2 s     0 %  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
pay     custom      2  40 ms  60 ms  60 ms    50 %  ▇

Most common errors  requests  for instance
Error: refused             1  a

Month    requests     cost  a request
2026-11         2  $0.0004    $0.0002

Wrong answers: 1 of 1 that were evaluated
  handle  2026-11-20 10:00  tone    b`);
    expect(JSON.parse(JSON.stringify(answers))).toEqual(answers.data);
  });

  it('reads an NDJSON file, and leaves out what is no trace', async () => {
    const path = join(temporaryFolder(), 'traces.ndjson');
    writeFileSync(path, `${lineOf({ id: 'a' })}\nnonsense\n\n${lineOf({ id: 'b' })}\n{"trace_id":"c`);
    expect((await report(path)).data.traces).toBe(2);
  });

  it('counts a trace with what amends it once', async () => {
    const path = join(temporaryFolder(), 'traces.ndjson');
    const tracer = createTracer({ exporter: new FileTraceExporter(path), lateSpanMs: 0 });
    const trace = tracer.trace('run');
    const late = trace.span('late');
    await trace.end();
    late.end();
    trace.evaluate('correctness', 0, 'wrong');
    await tracer.shutdown();
    const { traces, steps, wrong } = (await report(path)).data;
    expect([traces, steps.map(({ name }) => name), wrong.length]).toEqual([1, ['late'], 1]);
  });

  it('says the same of a database as of a file', async () => {
    const folder = temporaryFolder();
    const [file, database] = [join(folder, 'traces.ndjson'), join(folder, 'clew.db')];
    const exporters = [new FileTraceExporter(file), new SqliteTraceExporter(database)];
    const tracer = createTracer({ exporters });
    for (let n = 0; n < 450; n += 1) {
      tracer.trace('run', (trace) =>
        trace.generation('answer', { model: 'gpt-4.1-mini', usage: { inputTokens: n } }).end(),
      );
    }
    await tracer.shutdown();
    const [ofFile, ofDatabase] = [(await report(file)).data, (await report(database)).data];
    expect(ofFile.traces).toBe(450);
    expect(ofDatabase).toEqual({ ...ofFile, consumption: expect.anything(), months: expect.anything() });
    expect(ofDatabase.consumption.totalCostUsd).toBeCloseTo(ofFile.consumption.totalCostUsd ?? 0, 9);
  });

  it('of a file that is not there tells so', async () => {
    await expect(report(join(temporaryFolder(), 'none'))).rejects.toThrow('ENOENT');
    const empty = join(temporaryFolder(), 'empty');
    appendFileSync(empty, '');
    expect((await report(empty)).data.traces).toBe(0);
  });

  it('is made of any traces', async () => {
    const odd = record({
      id: string({ minLength: 1 }).map((text) => encodeURIComponent(text).replaceAll(/\W/g, '_')),
      ms: double({ min: 0, noNaN: true }),
      at: string(),
      rate: double(),
      costUsd: double({ min: 0, noNaN: true, noDefaultInfinity: true }),
      spans: array(record({ name: string(), ms: double(), error: string(), attempt: double() })),
    });
    await assert(
      asyncProperty(array(odd), async (lines) => {
        const traces: readonly TraceRecord[] = tracesOf(...lines);
        const answers = await report(traces);
        expect(typeof answers.text()).toBe('string');
        expect(answers.data.traces).toBeLessThanOrEqual(traces.length);
      }),
    );
  });
});
