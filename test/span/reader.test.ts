import { readTrace } from 'clew/store';
import { assert, constantFrom, json, jsonValue, oneof, property, record, array, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordsOf } from '../fixtures/records.ts';

/** A line with something in every field. */
function richLine(): string {
  const [trace] = recordsOf((tracer) => {
    const options = { userId: 'u1', session: { id: 's1', name: 'Session' }, tags: ['a'], metadata: { plan: 'pro' } };
    const root = tracer.trace('root', options);
    root.event('started', { input: { n: 1 }, level: 'DEBUG' });
    const answer = root.generation('answer', { model: 'm-1', provider: 'p', modelParameters: { temperature: 0 } });
    answer.link({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) });
    answer.end({ output: 'yes', usage: { inputTokens: 3, outputTokens: 1 }, costUsd: 0.5, responseId: 'r-1' });
    const broken = new Error('outer', {
      cause: new AggregateError([new Error('one'), new TypeError('two')], 'several'),
    });
    root.span('tool:broken', { kind: 'tool', input: [1, { a: null }] }).end({ error: broken });
    void root.end({ output: { ok: true } });
  });
  return trace?.text() ?? '';
}

type Path = readonly (string | number)[];

/** The place of every value in a JSON text. */
function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const items: readonly [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : Object.entries(value);
  return [path, ...items.flatMap(([key, item]) => pathsIn(item, [...path, key]))];
}

/** The same text with another value in one place, or nothing. */
function change(text: string, path: Path, value: unknown): string {
  const copy: unknown = JSON.parse(text);
  const key = path.at(-1);
  let holder: unknown = copy;
  for (const step of path.slice(0, -1)) {
    if (typeof holder !== 'object' || holder === null) return text;
    holder = Reflect.get(holder, step);
  }
  if (key === undefined) return JSON.stringify(value ?? null);
  // Another change may have taken away what was here.
  if (typeof holder !== 'object' || holder === null) return text;
  if (value === undefined) Reflect.deleteProperty(holder, key);
  else Reflect.set(holder, key, value);
  return JSON.stringify(copy);
}

describe('readTrace', () => {
  it('gives back what was written, to the last character', () => {
    const line = richLine();
    const trace = readTrace(line);
    expect(trace?.text()).toBe(line);
    expect(trace?.spans[1]?.links).toEqual([{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }]);
    expect(trace?.spans[2]?.exception).toMatchObject({
      message: 'outer',
      cause: { type: 'AggregateError', errors: [{ message: 'one' }, { type: 'TypeError', message: 'two' }] },
    });
  });

  it.each(['', 'nonsense', '5', 'null', '[]', '{}', '{"trace_id":5}', '{"trace_id":"a b"}', '{"trace_id":""}'])(
    'is undefined for what is no trace: %s',
    (text) => {
      expect(readTrace(text)).toBeUndefined();
    },
  );

  it('reads what is missing as nothing', () => {
    expect(JSON.parse(readTrace('{"trace_id":"t1","spans":[{}]}')?.text() ?? '')).toMatchObject({
      rev: 1,
      run_id: 't1',
      name: '',
      kind: 'text',
      tenant_id: 0,
      tags: [],
      metadata: {},
      duration_ms: null,
      level: 'DEFAULT',
      outcome: 'running',
      sampling: { rate: 1, reason: 'head' },
      spans: [{ span_id: '0000000000000000', type: 'span', kind: 'custom', attempt: 1, usage: null, exception: null }],
    });
  });

  it('knows voice traces, number tenants, and reasons of sampling', () => {
    const line = '{"trace_id":"t1","kind":"voice","tenant_id":7,"sampling":{"rate":0.5,"reason":"costly"}}';
    const trace = readTrace(line);
    expect([trace?.kind, trace?.service.tenantId, trace?.sampling]).toEqual([
      'voice',
      7,
      { rate: 0.5, reason: 'costly' },
    ]);
  });

  it('leaves keys of a later version out', () => {
    const line = richLine();
    expect(readTrace(line.replace('{"v":1,', '{"v":2,"colour":"blue",'))?.text()).toBe(line);
  });

  it('reads a line with anything anywhere, and what it gives is written and read as itself', () => {
    const line = richLine();
    const paths = pathsIn(JSON.parse(line));
    const changes = array(
      record({ path: constantFrom(...paths), value: oneof(jsonValue(), constantFrom(undefined)) }),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    assert(
      property(changes, (list) => {
        const text = list.reduce((changed, { path, value }) => change(changed, path, value), line);
        const trace = readTrace(text);
        if (trace === undefined) return;
        const written = trace.text();
        expect(readTrace(written)?.text()).toBe(written);
        expect(typeof trace.asTree()).toBe('string');
      }),
      { numRuns: 300 },
    );
  });

  it('never throws, whatever the text', () => {
    assert(
      property(
        oneof(
          string(),
          json(),
          json().map((text) => text.slice(0, -1)),
        ),
        (text) => {
          readTrace(text);
        },
      ),
    );
  });
});
