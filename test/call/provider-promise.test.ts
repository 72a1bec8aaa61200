import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generation, traced } from 'clew';
import { collectUntil } from './garbage.ts';
import { Recording } from './recording.ts';

const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-4.1-mini',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hello', refusal: null } }],
  usage: { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25 },
};
const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-6',
  content: [{ type: 'text', text: 'hello' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 15, output_tokens: 2 },
};
const chunks = ['hel', 'lo'].map((content) => ({
  id: 'chatcmpl-2',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4.1-mini',
  choices: [{ index: 0, delta: { content }, finish_reason: null }],
}));
const lastChunk = { ...chunks[0], choices: [], usage: completion.usage };

let server: Server;
let requests: string[] = [];
let baseUrl: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      requests.push(request.url ?? '');
      if (body.includes('"stream":true')) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const lines = [...[...chunks, lastChunk].map((chunk) => JSON.stringify(chunk)), '[DONE]'];
        response.end(lines.map((line) => `data: ${line}\n\n`).join(''));
        return;
      }
      const isFailing = body.includes('"fail"');
      response.writeHead(isFailing ? 400 : 200, { 'content-type': 'application/json', 'x-request-id': 'req_1' });
      const answer = request.url?.endsWith('/messages') === true ? message : completion;
      response.end(JSON.stringify(isFailing ? { error: { message: 'no such model' } } : answer));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterAll(() => server.close());
beforeEach(() => (requests = []));

function askOpenAI(model = 'gpt-4.1-mini') {
  const client = new OpenAI({ apiKey: 'none', baseURL: baseUrl, maxRetries: 0 });
  return client.chat.completions.create({ model, messages: [{ role: 'user', content: 'hi' }] });
}

function askAnthropic() {
  const client = new Anthropic({ apiKey: 'none', baseURL: baseUrl, maxRetries: 0 });
  return client.messages.create({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] });
}

describe.each([
  ['OpenAI', askOpenAI, { inputTokens: 20, outputTokens: 5 }, 'chatcmpl-1'],
  ['Anthropic', askAnthropic, { inputTokens: 15, outputTokens: 2 }, 'msg_1'],
] as const)('the promise of the %s client', (_, ask, usage, id) => {
  const ask1: () => ReturnType<typeof askOpenAI> | ReturnType<typeof askAnthropic> = ask;

  it('is the client’s own, and gives the answer; one request is made [T27, T29]', async () => {
    const recording = new Recording();
    const promise = recording.run(traced({ name: 'ask', type: 'generation' }, ask1));
    expect(promise.constructor.name).toBe('APIPromise');
    expect(await promise).toMatchObject({ id });
    expect(requests).toHaveLength(1);
    expect(recording.trees).toBe('ask');
    expect(recording.span('ask')).toMatchObject({ type: 'generation', usage, responseId: id });
  });

  it('gives the raw response by asResponse(), with one request', async () => {
    const recording = new Recording();
    const response = await recording.run(traced('ask', ask1)).asResponse();
    expect(response).toBeInstanceOf(Response);
    expect(await response.json()).toMatchObject({ id });
    expect(requests).toHaveLength(1);
  });

  it('gives both by withResponse(), with one request', async () => {
    const recording = new Recording();
    const { data, response } = await recording.run(traced('ask', ask1)).withResponse();
    expect(data).toMatchObject({ id });
    expect(response.status).toBe(200);
    expect(requests).toHaveLength(1);
  });

  it('gives the answer through then, catch and finally', async () => {
    const recording = new Recording();
    const start = traced('ask', ask1);
    const answers = await recording.run(() =>
      Promise.all([start().then((answer) => answer.id), start().catch(() => null), start().finally(() => undefined)]),
    );
    expect(answers).toMatchObject([id, { id }, { id }]);
    expect(recording.trees).toBe('ask\nask\nask');
  });
});

async function readAll(stream: ReadableStream<unknown>): Promise<unknown[]> {
  const parts: unknown[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

describe('the Anthropic client', () => {
  it('is followed to the body of asResponse()', async () => {
    const recording = new Recording();
    const response = await recording.run(() => traced('ask', askAnthropic)().asResponse());
    expect(recording.trees).toBe('');
    await response.json();
    expect(requests).toHaveLength(1);
    expect(recording.trees).toBe('ask');
    expect(recording.span('ask').responseId).toBe('msg_1');
  });

  it('is followed to the body of a clone of it', async () => {
    const recording = new Recording();
    const response = await recording.run(() => traced('ask', askAnthropic)().asResponse());
    response.clone();
    let turns = 0;
    await collectUntil(() => (turns += 1) > 5);
    expect(recording.trees).toBe('');
    expect(await response.clone().json()).toMatchObject({ id: 'msg_1' });
    expect(recording.trees).toBe('ask');
    expect(recording.span('ask').responseId).toBe('msg_1');
    expect(await response.json()).toMatchObject({ id: 'msg_1' });
  });

  it.each<[string, (response: Response) => Promise<unknown>]>([
    ['read in a loop', async ({ body }) => body && readAll(body)],
    ['passed on', async ({ body, headers }) => new Response(body, { headers }).text()],
    ['piped', async ({ body }) => body && readAll(body.pipeThrough(new TextDecoderStream()))],
    ['looked at', async (response) => response.body && response.json()],
    ['looked at in a clone', async (response) => response.clone().body && response.json()],
  ])('is followed to the stream of that body, which is %s', async (_, read) => {
    const recording = new Recording();
    const response = await recording.run(() => traced('ask', askAnthropic)().asResponse());
    expect(recording.trees).toBe('');
    expect(JSON.stringify(await read(response)).length).toBeGreaterThan(2);
    expect(recording.trees).toBe('ask');
    expect(recording.span('ask')).toMatchObject({ outcome: 'ok', responseId: 'msg_1', output: { id: 'msg_1' } });
  });

  it('is cancelled with the stream of that body', async () => {
    const recording = new Recording();
    const response = await recording.run(() => traced('ask', askAnthropic)().asResponse());
    await response.body?.cancel();
    expect(recording.span('ask').outcome).toBe('cancelled');
  });

  it('is abandoned where nobody reads that body', async () => {
    const recording = new Recording();
    await recording.run(async () => void (await traced('ask', askAnthropic)().asResponse()));
    await collectUntil(() => recording.ended.length > 0);
    expect(recording.trees).toBe('ask  [abandoned]');
  });
});

describe('the OpenAI client', () => {
  it('rejects with its own error, and the span says why', async () => {
    const recording = new Recording();
    await expect(recording.run(() => traced('ask', askOpenAI)('fail'))).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    expect(recording.trees).toBe('ask  ERROR: 400 no such model');
  });

  it('streams as ever, and the span lasts until the stream’s end', async () => {
    const recording = new Recording();
    class Agent {
      @generation
      answer() {
        const client = new OpenAI({ apiKey: 'none', baseURL: baseUrl });
        return client.chat.completions.create({ model: 'm', stream: true, messages: [] });
      }
    }
    const stream = await recording.run(() => new Agent().answer());
    expect(stream.controller).toBeInstanceOf(AbortController);
    expect(recording.trees).toBe('');
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe('hello');
    expect(recording.trees).toBe('answer');
    expect(recording.span('answer')).toMatchObject({
      model: 'gpt-4.1-mini',
      responseId: 'chatcmpl-2',
      usage: { inputTokens: 20, outputTokens: 5 },
    });
  });

  it('streams through tee(), and the span lasts until the stream’s end', async () => {
    const recording = new Recording();
    const client = new OpenAI({ apiKey: 'none', baseURL: baseUrl });
    const ask = traced('ask', () => client.chat.completions.create({ model: 'm', stream: true, messages: [] }));
    const stream = await recording.run(ask);
    const counts = await Promise.all(
      stream.tee().map(async (branch) => {
        let count = 0;
        for await (const _ of branch) count += 1;
        return count;
      }),
    );
    expect(counts).toEqual([3, 3]);
    expect(requests).toHaveLength(1);
  });
});
