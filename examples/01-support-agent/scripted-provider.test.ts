import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScriptedProvider, startScriptedProvider } from './scripted-provider/server.ts';

const TICKET = 'Ticket from mara@example.com:\nI forgot my password.';
const TOOL = { name: 'lookup_account', description: '', parameters: { type: 'object', properties: {} } } as const;

let provider: ScriptedProvider;
let openai: OpenAI;
let anthropic: Anthropic;

beforeAll(async () => {
  provider = await startScriptedProvider({ hurry: true });
  openai = new OpenAI({ apiKey: 'scripted', baseURL: `${provider.url}/v1` });
  anthropic = new Anthropic({ apiKey: 'scripted', baseURL: provider.url });
});

afterAll(() => provider.close());

describe("OpenAI's format", () => {
  const request = {
    model: 'gpt-4.1-mini',
    messages: [
      { role: 'system' as const, content: 'Use the tools (OpenAI).' },
      { role: 'user' as const, content: TICKET },
    ],
    tools: [{ type: 'function' as const, function: { ...TOOL, parameters: { ...TOOL.parameters } } }],
  };

  it('answers whole, with a tool call and its usage', async () => {
    const completion = await openai.chat.completions.create(request);
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: null, tool_calls: [{ function: { arguments: '{"email":"mara@example.com"}' } }] },
    });
    expect(completion.usage).toMatchObject({ prompt_tokens_details: { cached_tokens: 0 } });
  });

  it('streams the same call, and the usage where it was asked for', async () => {
    const stream = openai.chat.completions.stream({ ...request, stream_options: { include_usage: true } });
    const completion = await stream.finalChatCompletion();
    expect(completion.choices[0]?.message.tool_calls).toMatchObject([{ function: { name: 'lookup_account' } }]);
    expect(completion.usage?.prompt_tokens_details).toMatchObject({ cached_tokens: 6 });

    const silent = await openai.chat.completions.stream(request).finalChatCompletion();
    expect(silent.usage).toBeUndefined();
  });

  it('refuses in its own words', async () => {
    await expect(openai.chat.completions.create({ model: 'gpt-4.1-mini', messages: [] })).rejects.toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      param: 'messages',
    });
    const stranger = openai.withOptions({ defaultHeaders: { authorization: null } });
    await expect(stranger.chat.completions.create(request)).rejects.toMatchObject({ code: 'invalid_api_key' });
    await expect(openai.models.list()).rejects.toMatchObject({ status: 404 });
  });
});

describe("Anthropic's format", () => {
  const request = {
    model: 'claude-sonnet-4-6',
    max_tokens: 100,
    system: [{ type: 'text' as const, text: 'Use the tools.', cache_control: { type: 'ephemeral' as const } }],
    messages: [{ role: 'user' as const, content: TICKET }],
  };
  const withTool = { ...request, tools: [{ name: TOOL.name, input_schema: { type: 'object' as const } }] };

  it('answers whole, with a tool call and what went into the cache', async () => {
    const message = await anthropic.messages.create(withTool);
    expect(message).toMatchObject({
      stop_reason: 'tool_use',
      content: [{ type: 'tool_use', name: 'lookup_account', input: { email: 'mara@example.com' } }],
      usage: { cache_creation_input_tokens: 4, cache_read_input_tokens: 0 },
    });
  });

  it('streams the same call, and reads the cache', async () => {
    const message = await anthropic.messages.stream(withTool).finalMessage();
    expect(message).toMatchObject({
      stop_reason: 'tool_use',
      content: [{ type: 'tool_use', name: 'lookup_account', input: { email: 'mara@example.com' } }],
      usage: { cache_creation_input_tokens: 0, cache_read_input_tokens: 4 },
    });
  });

  it('streams text a word at a time', async () => {
    const stream = anthropic.messages.stream(request);
    const deltas: string[] = [];
    stream.on('text', (delta) => deltas.push(delta));
    expect(await stream.finalText()).toBe(deltas.join(''));
    expect(deltas.length).toBeGreaterThan(5);
  });

  it('refuses in its own words', async () => {
    await expect(anthropic.messages.create({ ...request, messages: [] })).rejects.toMatchObject({
      status: 400,
      error: { type: 'error', error: { type: 'invalid_request_error' } },
    });
    await expect(anthropic.messages.create({ ...request, model: '' })).rejects.toThrow('model: Field required');
  });
});
