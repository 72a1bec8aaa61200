import OpenAI from 'openai';
import { serverSentEvents } from '../../fixtures/scripted-server.ts';
import { question, type ProviderCase } from './provider.ts';

/** https://platform.openai.com/docs/api-reference/chat/object */
const usage = {
  prompt_tokens: 1000,
  completion_tokens: 60,
  total_tokens: 1060,
  prompt_tokens_details: { cached_tokens: 400, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: 20,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
};
const head = { id: 'chatcmpl-B9MBs8C', created: 1741569952, model: 'gpt-4.1-mini-2025-04-14' };
const call = { id: 'call_abc', type: 'function', function: { name: 'lookup', arguments: '{"id":7}' } };
const message = { role: 'assistant', content: 'Let me look.', tool_calls: [call], refusal: null };

/** https://platform.openai.com/docs/api-reference/chat-streaming */
function chunk(delta: object, finish: string | null = null): object {
  return {
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: finish }],
    usage: null,
  };
}
const chunks = [
  chunk({ role: 'assistant', content: '', refusal: null }),
  chunk({ content: 'Let me' }),
  chunk({ content: ' look.' }),
  chunk({ tool_calls: [{ index: 0, id: 'call_abc', type: 'function', function: { name: 'lookup', arguments: '' } }] }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '{"id"' } }] }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: ':7}' } }] }),
  chunk({}, 'tool_calls'),
  { ...head, object: 'chat.completion.chunk', choices: [], usage },
];

const request = { model: 'gpt-4.1-mini', messages: [{ role: 'user' as const, content: question }] };

function client(baseUrl: string): OpenAI {
  return new OpenAI({ apiKey: 'test', baseURL: `${baseUrl}/v1` });
}

export const openAiChat: ProviderCase = {
  name: 'OpenAI chat',
  script: (_, body) =>
    body.includes('"stream":true')
      ? { stream: serverSentEvents(chunks, 'data: [DONE]\n\n') }
      : {
          json: {
            ...head,
            object: 'chat.completion',
            choices: [{ index: 0, message, finish_reason: 'tool_calls' }],
            usage,
          },
        },
  call: (baseUrl) => client(baseUrl).chat.completions.create(request),
  stream: (baseUrl) =>
    client(baseUrl).chat.completions.create({ ...request, stream: true, stream_options: { include_usage: true } }),
  expected: {
    usage: {
      inputTokens: 1000,
      outputTokens: 60,
      totalTokens: 1060,
      cacheReadTokens: 400,
      reasoningTokens: 20,
      inputAudioTokens: 0,
      outputAudioTokens: 0,
    },
    model: 'gpt-4.1-mini-2025-04-14',
    responseId: 'chatcmpl-B9MBs8C',
    toolCalls: [{ id: 'call_abc', name: 'lookup', arguments: { id: 7 } }],
    // 600 × $0.40 + 400 × $0.10 + 60 × $1.60, for a million.
    costUsd: 0.000376,
  },
  message: {
    role: 'assistant',
    content: 'Let me look.',
    tool_calls: [{ id: 'call_abc', name: 'lookup', arguments: { id: 7 } }],
  },
};
