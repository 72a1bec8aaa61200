import { traced, withTracer, type SpanRecord } from 'clew';
import { streamText } from 'ai';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ScriptedServer } from '../../fixtures/scripted-server.ts';
import { only, startRecording } from '../../flows/recording.ts';
import { aiSdk, options } from './ai-sdk.ts';
import { anthropic } from './anthropic.ts';
import { bedrock } from './bedrock.ts';
import { cohere } from './cohere.ts';
import { gemini } from './gemini.ts';
import { mistral } from './mistral.ts';
import { ollama } from './ollama.ts';
import { openAiChat } from './openai-chat.ts';
import { openAiResponses } from './openai-responses.ts';
import { drain, type ProviderCase } from './provider.ts';

const providers = [openAiChat, openAiResponses, anthropic, gemini, ollama, aiSdk, mistral, cohere, bedrock];

async function recordOf({ script }: ProviderCase, ask: (baseUrl: string) => unknown): Promise<SpanRecord> {
  await using server = await ScriptedServer.start(script);
  const { tracer, memory } = startRecording();
  const generation = traced({ name: 'answer', type: 'generation' }, () => ask(server.baseUrl));
  await withTracer(tracer, async () => {
    await drain(await generation());
  });
  return only(only(memory.traces).spans);
}

function summaryOf({ usage, model, responseId, toolCalls, costUsd }: SpanRecord): unknown {
  return { usage, model, responseId, toolCalls, costUsd: costUsd === null ? null : Number(costUsd.toFixed(9)) };
}

describe.each(providers)('$name', (provider) => {
  it('tells usage, model, id, tool calls and cost in what its client returns [G19, G20, G45, G57, A27]', async () => {
    const record = await recordOf(provider, provider.call);
    expect(summaryOf(record)).toEqual(provider.expected);
  });

  it.skipIf(provider.stream === undefined)(
    'tells the same in a stream, whose parts make one message [A30]',
    async () => {
      const record = await recordOf(provider, provider.stream ?? provider.call);
      expect(summaryOf(record)).toEqual({ ...provider.expected, ...provider.expectedOfStream });
      expect(record.output).toEqual(provider.message);
      expect(record.ttftMs).toBeGreaterThan(0);
      expect(record.metadata).toMatchObject({ stream: { longest_gap_ms: expect.any(Number) } });
    },
  );

  it('is found inside what a function builds around it', async () => {
    const record = await recordOf(provider, async (baseUrl) => ({
      question: 'Where?',
      raw: await provider.call(baseUrl),
    }));
    expect(summaryOf(record)).toEqual(provider.expected);
  });
});

it('the result of the AI SDK’s streamText is followed: nobody consumes it but its caller', async () => {
  await using server = await ScriptedServer.start(aiSdk.script);
  const bare = streamText(options(server.baseUrl));
  await bare.text;
  const consume = vi.spyOn(Object.getPrototypeOf(bare), 'consumeStream');
  onTestFinished(() => consume.mockRestore());
  const { tracer, memory } = startRecording();
  const generation = traced({ name: 'answer', type: 'generation' }, () => streamText(options(server.baseUrl)));
  const result = withTracer(tracer, () => generation());
  expect(consume).not.toHaveBeenCalled();
  let text = '';
  for await (const part of result.textStream) text += part;
  expect(text).toBe('Let me look.');
  const trace = only(memory.traces);
  expect(trace.outcome).toBe('ok');
  expect(trace.usage).toMatchObject({ inputTokens: expect.any(Number), outputTokens: expect.any(Number) });
});
