import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chooseProvider, type Provider, scriptedProvider } from './provider.ts';
import { startScriptedProvider } from './scripted-provider/server.ts';
import { SupportAgent } from './support-agent.ts';
import { tickets } from './tickets.ts';

let provider: Provider;

beforeAll(async () => {
  provider = await scriptedProvider({ hurry: true });
});

afterAll(() => provider.close());

it.each(['planner', 'writer'] as const)('one provider alone can play both parts: %s', async (part) => {
  const agent = new SupportAgent({ planner: provider[part], writer: provider[part] });
  const replies: string[] = [];
  for (const ticket of tickets) replies.push(await text(agent.handle(ticket)));
  expect(replies).toEqual([
    expect.stringContaining('Hi Mara, a link'),
    expect.stringContaining('it did not go through'),
    expect.stringContaining('Billing > Invoices > Export'),
  ]);
});

it.each([
  [{ OPENAI_API_KEY: 'x', ANTHROPIC_API_KEY: 'x' }, 'openai gpt-4.1-mini', 'anthropic claude-sonnet-4-6'],
  [{ OPENAI_API_KEY: 'x', OPENAI_MODEL: 'gpt-5.4' }, 'openai gpt-5.4', 'openai gpt-5.4'],
  [
    { ANTHROPIC_API_KEY: 'x', OLLAMA_HOST: 'localhost:11434' },
    'anthropic claude-sonnet-4-6',
    'anthropic claude-sonnet-4-6',
  ],
  [{ OLLAMA_HOST: 'localhost:11434', OLLAMA_MODEL: 'qwen3' }, 'ollama qwen3', 'ollama qwen3'],
])('the environment decides who talks: %o', async (env, planner, writer) => {
  const chosen = await chooseProvider(env);
  expect([chosen.planner.label, chosen.writer.label]).toEqual([planner, writer]);
});

it('Ollama is spoken to at its own address, with or without a scheme', async () => {
  const ollama = await startScriptedProvider({ hurry: true });
  for (const host of [`${ollama.url}/`, new URL(ollama.url).host]) {
    const { planner } = await chooseProvider({ OLLAMA_HOST: host });
    const reply = await planner.complete({
      system: 'Answer with one word.',
      messages: [{ role: 'user', text: 'refund' }],
    });
    expect(reply).toEqual({ text: 'billing', toolCalls: [] });
  }
  await ollama.close();
});
