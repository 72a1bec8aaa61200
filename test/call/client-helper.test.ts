import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { runChild } from './child.ts';
import { collectUntil } from './garbage.ts';
import { Recording } from './recording.ts';

function event(data: { readonly type?: string; readonly [key: string]: unknown }): string {
  return `${data.type === undefined ? '' : `event: ${data.type}\n`}data: ${JSON.stringify(data)}\n\n`;
}

function chunk(delta: unknown, rest: Record<string, unknown> = {}): string {
  const choices = [{ index: 0, delta, finish_reason: null }];
  return event({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4.1-mini', choices, ...rest });
}

const chat = [
  chunk({ role: 'assistant', content: 'Hel' }),
  chunk({ content: 'lo' }),
  chunk({}, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  chunk({}, { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }),
  'data: [DONE]\n\n',
];
const messageStart = {
  id: 'm1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-6',
  content: [],
  stop_reason: null,
  usage: { input_tokens: 3, output_tokens: 1 },
};
const messages = [
  event({ type: 'message_start', message: messageStart }),
  event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } }),
  event({ type: 'content_block_stop', index: 0 }),
  event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } }),
  event({ type: 'message_stop' }),
];

/** Sends one event each time it is asked. */
function answer(url: string): Response {
  const waiting = (url.includes('/messages') ? messages : chat).values();
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const { done, value } = waiting.next();
      if (done) controller.close();
      else controller.enqueue(new TextEncoder().encode(value));
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

const refusal = async () =>
  Response.json({ error: { message: 'no such model', type: 'invalid_request_error' } }, { status: 400 });
const reply = async (url: unknown): Promise<Response> => answer(String(url));

function askClaude(fetch = reply) {
  const client = new Anthropic({ apiKey: 'none', maxRetries: 0, fetch });
  return client.messages.stream({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] });
}

function askGpt(fetch = reply) {
  const client = new OpenAI({ apiKey: 'none', maxRetries: 0, fetch });
  return client.chat.completions.stream({
    model: 'gpt-4.1-mini',
    messages: [{ role: 'user', content: 'hi' }],
    stream_options: { include_usage: true },
  });
}

const claude = traced({ name: 'ask', type: 'generation' }, askClaude);
const gpt = traced({ name: 'ask', type: 'generation' }, askGpt);

const ways: Record<string, () => Promise<unknown>> = {
  'Anthropic, by finalMessage()': () => claude().finalMessage(),
  'Anthropic, by events and done()': () =>
    claude()
      .on('text', () => {})
      .done(),
  'Anthropic, by a loop': async () => {
    for await (const _ of claude());
  },
  'Anthropic, by toReadableStream()': async () => {
    for await (const _ of claude().toReadableStream().values());
  },
  'OpenAI, by finalChatCompletion()': () => gpt().finalChatCompletion(),
  'OpenAI, by events and done()': () =>
    gpt()
      .on('content', () => {})
      .done(),
  'OpenAI, by a loop': async () => {
    for await (const _ of gpt());
  },
  'OpenAI, by toReadableStream()': async () => {
    for await (const _ of gpt().toReadableStream().values());
  },
};

describe('the stream helper of a client', () => {
  it.each(Object.entries(ways))('is recorded with its answer and usage: %s', async (_, read) => {
    const recording = new Recording();
    await recording.run(read);
    await collectUntil(() => recording.ended.length > 0);
    expect(recording.trees).toBe('ask');
    expect(recording.span('ask').usage).toMatchObject({ inputTokens: 3, outputTokens: 2 });
    expect(JSON.stringify(recording.span('ask').output)).toContain('Hello');
  });

  it.each([
    ['Anthropic', claude],
    ['OpenAI', gpt],
  ] as const)('that is aborted ends as cancelled: %s', async (_, ask) => {
    const recording = new Recording();
    const stream: { abort(): void; done(): Promise<void> } = recording.run(() => ask());
    stream.abort();
    await expect(stream.done()).rejects.toThrow('aborted');
    expect(recording.trees).toContain('ask  [cancelled]');
  });

  it.each([
    ['Anthropic', claude],
    ['OpenAI', gpt],
  ] as const)('that the provider refuses fails with the client’s own error: %s', async (_, ask) => {
    const recording = new Recording();
    const stream: { done(): Promise<void> } = recording.run(() => ask(refusal));
    await expect(stream.done()).rejects.toThrow('no such model');
    expect(recording.span('ask').outcome).toBe('error');
  });

  it('whose error nobody handles ends the process as untraced', async () => {
    const program = `
      import Anthropic from '@anthropic-ai/sdk';
      import { createTracer, InMemoryTraceExporter, traced, withTracer } from './src/index.ts';
      const fetch = async () => Response.json({ error: { message: 'no such model' } }, { status: 400 });
      const client = new Anthropic({ apiKey: 'none', maxRetries: 0, fetch });
      const ask = () => client.messages.stream({ model: 'm', max_tokens: 9, messages: [] });
      withTracer(createTracer({ exporter: new InMemoryTraceExporter() }), traced('ask', ask));
    `;
    const { code, stderr } = await runChild(program);
    expect(code).toBe(1);
    expect(stderr).toContain('no such model');
  });
});
