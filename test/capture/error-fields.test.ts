import { createServer } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { createTracer, InMemoryTraceExporter, traced, withTracer, type SpanRecord, type TracerOptions } from 'clew';
import { readTrace } from 'clew/store';
import OpenAI from 'openai';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

interface Failure {
  readonly span: SpanRecord;
  readonly text: string;
}

/** The span of a generation that fails as `work` does. */
async function failing(work: (request: object) => unknown, options: TracerOptions = {}): Promise<Failure> {
  const exporter = new InMemoryTraceExporter();
  const tracer = createTracer({ ...options, exporter });
  const ask = traced({ name: 'ask', type: 'generation' }, async (request: object) => work(request));
  await withTracer(tracer, () => ask({ model: 'gpt-4.1-mini', messages: [] })).catch(() => undefined);
  const [trace] = exporter.traces;
  const span = trace?.rootSpan;
  if (trace === undefined || span === null || span === undefined) throw new Error('nothing was recorded');
  return { span, text: trace.text() };
}

const throwing = (error: unknown) => (): never => {
  throw error;
};

/** A `fetch` that answers with an error of a provider. */
function answering(status: number, body: object, headers: Record<string, string>): typeof fetch {
  return async () =>
    new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

const limited = { message: 'slow down', type: 'requests', param: 'model', code: 'rate_limit_exceeded' };

describe('the record of an error', () => {
  it('of the OpenAI client has status, code, request id and the body, and no headers', async () => {
    const headers = { 'x-request-id': 'req_1', 'set-cookie': 'session=abc' };
    const client = new OpenAI({ apiKey: 'k', maxRetries: 0, fetch: answering(429, { error: limited }, headers) });
    const { span, text } = await failing(() => client.chat.completions.create({ model: 'gpt-4.1-mini', messages: [] }));
    expect(span.exception).toMatchObject({
      type: 'RateLimitError',
      status: 429,
      code: 'rate_limit_exceeded',
      requestId: 'req_1',
      errorType: 'requests',
      param: 'model',
      error: { message: 'slow down', type: 'requests' },
    });
    expect(span).toMatchObject({ model: 'gpt-4.1-mini', provider: 'openai' });
    expect(text).toContain('"request_id":"req_1"');
    expect(text).not.toContain('session=abc');
  });

  it('of the Anthropic client has them too', async () => {
    const body = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const client = new Anthropic({
      apiKey: 'k',
      maxRetries: 0,
      fetch: answering(529, body, { 'request-id': 'req_2' }),
    });
    const request = { model: 'claude-sonnet-4-6', max_tokens: 5, messages: [] };
    const exporter = new InMemoryTraceExporter();
    const ask = traced(
      { type: 'generation', name: 'ask', params: ['client', 'request'] },
      (_: string, given: typeof request) => client.messages.create(given),
    );
    await withTracer(createTracer({ exporter }), () => ask('x', request)).catch(() => undefined);
    expect(exporter.traces[0]?.rootSpan).toMatchObject({
      model: 'claude-sonnet-4-6',
      provider: 'anthropic',
      exception: { status: 529, requestId: 'req_2', error: body },
    });
  });

  it.each<[string, object, object]>([
    [
      'AWS',
      { $fault: 'client', $metadata: { httpStatusCode: 429, requestId: 'aws-1', attempts: 3 } },
      { status: 429, requestId: 'aws-1' },
    ],
    [
      'axios',
      {
        code: 'ERR_BAD_REQUEST',
        config: { headers: { authorization: 'Bearer x' } },
        response: { status: 422, data: { why: 'id' }, headers: { 'x-request-id': 'ax-1' } },
      },
      { status: 422, code: 'ERR_BAD_REQUEST', requestId: 'ax-1', responseData: { why: 'id' } },
    ],
    [
      'a client with a Response',
      { response: new Response('', { status: 404, headers: { 'x-request-id': 'r-1' } }) },
      { status: 404, requestId: 'r-1' },
    ],
    [
      'a client with statusCode',
      { statusCode: 500, isRetryable: true },
      { status: 500, statusCode: 500, isRetryable: true },
    ],
    [
      'Node',
      { code: 'ECONNREFUSED', errno: -111, syscall: 'connect', port: 1 },
      { code: 'ECONNREFUSED', syscall: 'connect', port: 1 },
    ],
  ])('of %s keeps what tells it from others', async (_, fields, expected) => {
    const { span, text } = await failing(throwing(Object.assign(new Error('failed'), fields)));
    expect(span.exception).toMatchObject(expected);
    expect(text).not.toContain('Bearer x');
    expect(readTrace(text)?.rootSpan?.exception).toEqual(span.exception);
  });

  it('of zod has the issues', async () => {
    const { span } = await failing(() => z.object({ id: z.number() }).parse({ id: 'x' }));
    expect(span.exception).toMatchObject({ type: 'ZodError', issues: [{ code: 'invalid_type', path: ['id'] }] });
  });

  it('of a failed fetch has the code in its cause', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    await new Promise((resolve) => server.close(resolve));
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { span } = await failing(() => fetch(`http://127.0.0.1:${port}/`));
    expect(span.exception).toMatchObject({ type: 'TypeError', cause: { code: 'ECONNREFUSED', port } });
  });

  it('has the fields of causes, of collected errors and of thrown objects', async () => {
    const cause = Object.assign(new Error('inner'), { status: 503 });
    const error = new AggregateError([Object.assign(new Error('one'), { code: 'E1' })], 'all', { cause });
    const { span, text } = await failing(throwing(error));
    expect(span.exception).toMatchObject({ cause: { status: 503 }, errors: [{ code: 'E1' }] });
    expect(readTrace(text)?.rootSpan?.exception).toEqual(span.exception);
    const plain = await failing(throwing({ status: 418, code: 7, hint: 'tea' }));
    expect(plain.span.exception).toMatchObject({ type: 'Object', status: 418, code: 7, hint: 'tea' });
  });

  it('masks fields by key and by pattern, and runs no getter', async () => {
    const run = vi.fn<() => never>(() => {
      throw new Error('ran');
    });
    const error = Object.assign(new Error('failed'), {
      apiKey: 'abc',
      contact: 'ada@example.com',
      body: { password: 'x' },
    });
    for (const key of ['lazy', 'status', 'request_id']) {
      Object.defineProperty(error, key, { enumerable: true, get: run });
    }
    const { span } = await failing(throwing(error));
    expect(span.exception).toMatchObject({
      apiKey: '[masked]',
      contact: '[email]',
      body: { password: '[masked]' },
      lazy: { $clew: 'getter' },
    });
    expect(run).not.toHaveBeenCalled();
  });

  it('is bounded, and cannot be changed by a field with the name of one of its own', async () => {
    const fields = JSON.parse('{"__proto__":{"polluted":1},"constructor":1,"requestId":5}');
    const error = Object.assign(new Error('failed'), {
      big: 'word '.repeat(100_000),
      rows: Array.from({ length: 10_000 }, () => 'row'),
    });
    Object.defineProperties(error, Object.getOwnPropertyDescriptors(fields));
    Object.defineProperty(error, '$clew', { enumerable: true, value: 'mine' });
    const { span, text } = await failing(throwing(error));
    expect(text.length).toBeLessThan(40_000);
    expect(span.exception).toMatchObject({ type: 'Error', message: 'failed' });
    expect(() => readTrace(text)).not.toThrow();
  });

  it("with recordExceptions 'type' has status, code and request id, and nothing that may be content", async () => {
    const error = Object.assign(new Error('words'), {
      status: 429,
      code: 'rate_limit',
      request_id: 'req_9',
      type: 'the words of a customer',
      hint: 'words',
    });
    const { span, text } = await failing(throwing(error), { recordExceptions: 'type', includeInputs: false });
    expect(span.exception).toEqual({
      type: 'Error',
      message: '',
      stack: null,
      cause: null,
      errors: [],
      status: 429,
      code: 'rate_limit',
      requestId: 'req_9',
    });
    expect(text).not.toContain('words');
  });
});

describe('a model request that failed', () => {
  it.each<[string, object, object]>([
    ['the input', { model: 'gpt-4.1' }, { model: 'gpt-4.1', provider: 'openai' }],
    ['an argument', { body: { model: 'claude-sonnet-4-6' } }, { model: 'claude-sonnet-4-6', provider: 'anthropic' }],
    [
      "Bedrock's name for it",
      { modelId: 'eu.amazon.nova-lite-v1:0' },
      { model: 'eu.amazon.nova-lite-v1:0', provider: null },
    ],
    ['a model that many serve', { model: 'llama-3.3-70b' }, { model: 'llama-3.3-70b', provider: null }],
    ['a model with a tag', { model: 'deepseek-r1:7b' }, { model: 'deepseek-r1:7b', provider: null }],
    ['no model', { prompt: 'x' }, { model: null, provider: null }],
  ])('is of the model of %s, and of a provider only where it is known', async (_, input, expected) => {
    const exporter = new InMemoryTraceExporter();
    const ask = traced({ type: 'generation', name: 'ask' }, (_given: object) => {
      throw new Error('failed');
    });
    expect(() => withTracer(createTracer({ exporter }), () => ask(input))).toThrow('failed');
    expect(exporter.traces[0]?.rootSpan).toMatchObject(expected);
  });

  it('keeps the model and provider that were named by hand', () => {
    const exporter = new InMemoryTraceExporter();
    const tracer = createTracer({ exporter });
    tracer.generation('g', { model: 'mine', provider: 'house', input: { model: 'gpt-4.1' } }).fail(new Error('x'));
    tracer.span('s', { input: { model: 'gpt-4.1' } }).fail(new Error('x'));
    expect(exporter.traces.map(({ rootSpan }) => rootSpan?.model)).toEqual(['mine', null]);
    expect(exporter.traces[0]?.rootSpan?.provider).toBe('house');
  });
});
