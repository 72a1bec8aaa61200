import { CohereClientV2 } from 'cohere-ai';
import { serverSentEvents } from '../../fixtures/scripted-server.ts';
import { question, type ProviderCase } from './provider.ts';

/** https://docs.cohere.com/reference/chat */
const usage = {
  billed_units: { input_tokens: 990, output_tokens: 60 },
  tokens: { input_tokens: 1000, output_tokens: 60 },
  cached_tokens: 400,
};
const id = 'c14c80c3-18eb-4519-9460-6c92edd8cfb4';
const call = { id: 'lookup_1', type: 'function', function: { name: 'lookup', arguments: '{"id":7}' } };
const whole = {
  id,
  finish_reason: 'TOOL_CALL',
  message: { role: 'assistant', content: [{ type: 'text', text: 'Let me look.' }], tool_calls: [call] },
  usage,
};

/** https://docs.cohere.com/docs/streaming */
const events = [
  {
    type: 'message-start',
    id,
    delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
  },
  { type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } },
  { type: 'content-delta', index: 0, delta: { message: { content: { text: 'Let me' } } } },
  { type: 'content-delta', index: 0, delta: { message: { content: { text: ' look.' } } } },
  { type: 'content-end', index: 0 },
  {
    type: 'tool-call-start',
    index: 0,
    delta: { message: { tool_calls: { ...call, function: { name: 'lookup', arguments: '' } } } },
  },
  { type: 'tool-call-delta', index: 0, delta: { message: { tool_calls: { function: { arguments: '{"id":7}' } } } } },
  { type: 'tool-call-end', index: 0 },
  { type: 'message-end', id, delta: { finish_reason: 'TOOL_CALL', usage } },
];

const request = { model: 'command-r-plus-08-2024', messages: [{ role: 'user' as const, content: question }] };

function client(baseUrl: string): CohereClientV2 {
  return new CohereClientV2({ token: 'test', environment: baseUrl });
}

export const cohere: ProviderCase = {
  name: 'Cohere',
  script: (_, body) => (body.includes('"stream":true') ? { stream: serverSentEvents(events) } : { json: whole }),
  call: (baseUrl) => client(baseUrl).chat(request),
  stream: (baseUrl) => client(baseUrl).chatStream(request),
  // It does not say which model has answered, so that nothing can be priced unless the caller names it.
  expected: {
    usage: { inputTokens: 1000, outputTokens: 60, totalTokens: 1060, cacheReadTokens: 400 },
    model: null,
    responseId: id,
    toolCalls: [{ id: 'lookup_1', name: 'lookup', arguments: { id: 7 } }],
    costUsd: null,
  },
  message: {
    role: 'assistant',
    content: 'Let me look.',
    tool_calls: [{ id: 'lookup_1', name: 'lookup', arguments: { id: 7 } }],
  },
};
