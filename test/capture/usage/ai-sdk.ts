import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, streamText, type ToolSet } from 'ai';
import { openAiChat } from './openai-chat.ts';
import { question, type ProviderCase } from './provider.ts';

export function options(baseUrl: string) {
  const model = createOpenAI({ apiKey: 'test', baseURL: `${baseUrl}/v1` }).chat('gpt-4.1-mini');
  const tools: ToolSet = { lookup: { inputSchema: jsonSchema({ type: 'object' }) } };
  return { model, prompt: question, tools };
}

/** The AI SDK over OpenAI's own answers. */
export const aiSdk: ProviderCase = {
  name: 'AI SDK',
  script: openAiChat.script,
  call: (baseUrl) => generateText(options(baseUrl)),
  async *stream(baseUrl) {
    yield* streamText(options(baseUrl)).fullStream;
  },
  expected: {
    usage: { inputTokens: 1000, outputTokens: 60, totalTokens: 1060, cacheReadTokens: 400, reasoningTokens: 20 },
    model: 'gpt-4.1-mini-2025-04-14',
    responseId: 'chatcmpl-B9MBs8C',
    toolCalls: [{ id: 'call_abc', name: 'lookup', arguments: { id: 7 } }],
    costUsd: 0.000376,
  },
  message: {
    role: 'assistant',
    content: 'Let me look.',
    tool_calls: [{ id: 'call_abc', name: 'lookup', arguments: { id: 7 } }],
  },
};
