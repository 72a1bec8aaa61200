import { createTracer, InMemoryTraceExporter, Span, type TraceRecord } from 'clew';
import { describe, expect, it } from 'vitest';

/** Design section 4, in its order: the spelling is the contract. */
const traceKeys = [
  'v rev trace_id run_id name kind service environment version tenant_id sdk session_id session_name user_id tags',
  'metadata links start_time duration_ms level outcome status_message error_count input output usage cost_usd',
  'unpriced evaluations sampling dropped_spans amends voice spans',
].flatMap((keys) => keys.split(' '));
const spanKeys = [
  'span_id parent_id type kind name start_time started_at ended_at duration_ms level outcome status_message error',
  'exception attempt input output metadata links events model provider model_parameters usage usage_scope cost_usd',
  'ttft_ms response_id tool_calls voice',
].flatMap((keys) => keys.split(' '));
const isoMicroseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

type Wire = Readonly<Record<string, unknown>>;

function parseTrace(trace: TraceRecord | undefined): { readonly head: Wire; readonly spans: readonly Wire[] } {
  const head: Wire & { readonly spans: readonly Wire[] } = JSON.parse(trace?.text() ?? '');
  return { head, spans: head.spans };
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function richTrace(): TraceRecord {
  const exporter = new InMemoryTraceExporter();
  const tracer = createTracer({
    exporter,
    name: 'support',
    version: '1.2.3',
    environment: 'test',
    tenantId: 7,
    tags: ['a'],
  });
  const root = tracer.trace('root', {
    userId: 'u1',
    session: { id: 's1', name: 'Session' },
    tags: ['b'],
    runId: 'run-1',
    metadata: { deep: { n: 1 } },
    input: { question: 'why?' },
  });
  root.event('cache:hit', { key: 1 }, 'DEBUG');
  const answer = root.generation('answer', {
    model: 'gpt-4.1',
    provider: 'openai',
    modelParameters: { temperature: 0 },
    attempt: 2,
  });
  answer.link({ traceId: 'f'.repeat(32), spanId: 'e'.repeat(16) });
  answer.end({
    output: 'because',
    usage: { input_tokens: 50, output_tokens: 12 },
    costUsd: 0.0125,
    ttftMs: 12.3456,
    responseId: 'r1',
    toolCalls: [
      {
        id: 't1',
        name: 'lookup',
        arguments: {},
      },
    ],
  });
  root.span('failing', { kind: 'tool' }).fail(new TypeError('kaboom', { cause: 'x' }));
  void root.end({ output: 'done' });
  const [trace] = exporter.traces;
  if (trace === undefined) throw new Error('nothing was recorded');
  return trace;
}

describe('wire records', () => {
  it('have every key of the contract, in its spelling and order', () => {
    const { head, spans } = parseTrace(richTrace());
    expect(Object.keys(head)).toEqual(traceKeys);
    expect(spans).toHaveLength(3);
    for (const span of spans) expect(Object.keys(span)).toEqual(spanKeys);
  });

  it('have every key when nothing is known [A61]', () => {
    const exporter = new InMemoryTraceExporter();
    void createTracer({ exporter }).trace('bare').end();
    const { head, spans } = parseTrace(exporter.traces[0]);
    expect(Object.keys(head)).toEqual(traceKeys);
    expect(head).toMatchObject({
      v: 1,
      rev: 1,
      name: 'bare',
      kind: 'text',
      environment: null,
      version: null,
      tenant_id: 0,
      session_id: null,
      session_name: null,
      user_id: null,
      tags: [],
      metadata: {},
      links: [],
      status_message: null,
      error_count: 0,
      input: null,
      output: null,
      usage: null,
      cost_usd: null,
      unpriced: [],
      evaluations: [],
      dropped_spans: 0,
      amends: false,
      voice: null,
      sampling: { rate: 1, reason: 'head' },
      level: 'DEFAULT',
      outcome: 'ok',
    });
    expect(head['sdk']).toEqual({ name: 'clew', version: expect.any(String) });
    expect(head['run_id']).toBe(head['trace_id']);
    const [span] = spans;
    expect(Object.keys(span ?? {})).toEqual(spanKeys);
    expect(span).toMatchObject({
      parent_id: null,
      type: 'span',
      kind: 'custom',
      error: null,
      exception: null,
      attempt: 1,
      metadata: {},
      events: [],
      model: null,
      provider: null,
      model_parameters: null,
      usage: null,
      usage_scope: 'self',
      cost_usd: null,
      ttft_ms: null,
      response_id: null,
      tool_calls: [],
      voice: null,
    });
  });

  it('say what was told', () => {
    const wire = richTrace().toJSON();
    expect(wire).toMatchObject({
      service: 'support',
      version: '1.2.3',
      environment: 'test',
      tenant_id: 7,
      run_id: 'run-1',
      user_id: 'u1',
      session_id: 's1',
      session_name: 'Session',
      tags: ['a', 'b'],
      metadata: { deep: { n: 1 } },
      error_count: 1,
      input: { question: 'why?' },
      output: 'done',
      cost_usd: 0.0125,
      unpriced: [],
      usage: { input_tokens: 50, output_tokens: 12, total_tokens: 62 },
      spans: [
        {
          name: 'root',
          events: [
            {
              name: 'cache:hit',
              level: 'DEBUG',
              input: { key: 1 },
            },
          ],
        },
        {
          name: 'answer',
          type: 'generation',
          kind: 'llm',
          model: 'gpt-4.1',
          provider: 'openai',
          attempt: 2,
          model_parameters: { temperature: 0 },
          ttft_ms: 12.346,
          response_id: 'r1',
          output: 'because',
          links: [{ trace_id: 'f'.repeat(32), span_id: 'e'.repeat(16) }],
          tool_calls: [
            {
              id: 't1',
              name: 'lookup',
              arguments: {},
            },
          ],
        },
        {
          name: 'failing',
          kind: 'tool',
          level: 'ERROR',
          outcome: 'error',
          error: 'kaboom',
          status_message: 'kaboom',
        },
      ],
    });
  });

  it('write ids in hexadecimal and an exception with its five keys', () => {
    const { head, spans } = parseTrace(richTrace());
    expect(head['trace_id']).toMatch(/^[0-9a-f]{32}$/);
    for (const span of spans) expect(span['span_id']).toMatch(/^[0-9a-f]{16}$/);
    expect(spans[1]?.['parent_id']).toBe(spans[0]?.['span_id']);
    expect(keysOf(spans[2]?.['exception'])).toEqual(['type', 'message', 'stack', 'cause', 'errors']);
  });

  it('write times as ISO 8601 with microseconds', () => {
    const { head, spans } = parseTrace(richTrace());
    const starts = [head, ...spans].map((wire) => String(wire['start_time']));
    for (const start of starts) expect(start).toMatch(isoMicroseconds);
    expect(starts[1]).toBe(starts[0]);
    expect(starts).toEqual(starts.toSorted());
    expect(Math.abs(Date.parse(starts[0] ?? '') - Date.now())).toBeLessThan(60_000);
    expect(richTrace().rootSpan?.events[0]?.time).toMatch(isoMicroseconds);
  });

  it('stay JSON whatever a time is said to be', () => {
    for (const ttftMs of [1e305, 1.797693134862316e305, Number.MAX_VALUE, 5e-324]) {
      const span = new Span({ name: 'odd', ttftMs });
      expect(() => void JSON.parse(span.toRecord().text())).not.toThrow();
    }
  });

  it('write durations and monotonic times with three decimals at most', () => {
    const { head, spans } = parseTrace(richTrace());
    const times = spans.flatMap((span) => [span['duration_ms'], span['started_at'], span['ended_at']]);
    for (const ms of [head['duration_ms'], ...times].map(Number)) {
      expect(ms).toBe(Math.round(ms * 1000) / 1000);
      expect(ms).toBeGreaterThanOrEqual(0);
    }
  });

  it('are one line each', () => {
    expect(richTrace().text()).not.toMatch(/[\r\n]/);
  });

  it('are new data at each toJSON(), free to change', () => {
    const trace = richTrace();
    const wire = trace.toJSON();
    expect(wire).toEqual(trace.toJSON());
    expect(wire).not.toBe(trace.toJSON());
    expect(Object.isFrozen(wire)).toBe(false);
    expect(JSON.parse(JSON.stringify(trace))).toEqual(wire);
  });

  it('are frozen as records', () => {
    const trace = richTrace();
    expect(Object.isFrozen(trace)).toBe(true);
    expect(Object.isFrozen(trace.rootSpan)).toBe(true);
    expect(Object.isFrozen(trace.spans)).toBe(true);
  });

  it('of an open span have no end', () => {
    const wire = new Span({ name: 'open' }).toRecord().toJSON();
    expect(Object.keys(wire)).toEqual(spanKeys);
    expect(wire).toMatchObject({ ended_at: null, duration_ms: null, outcome: 'running' });
  });
});
