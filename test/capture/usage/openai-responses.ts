import OpenAI from 'openai';
import { serverSentEvents } from '../../fixtures/scripted-server.ts';
import { question, type ProviderCase } from './provider.ts';

/** https://platform.openai.com/docs/api-reference/responses/object */
const text = { type: 'output_text', text: 'Let me look.', annotations: [] };
const output = [
  { type: 'message', id: 'msg_67', status: 'completed', role: 'assistant', content: [text] },
  {
    type: 'function_call',
    id: 'fc_1',
    call_id: 'call_abc',
    name: 'lookup',
    arguments: '{"id":7}',
    status: 'completed',
  },
];
const usage = {
  input_tokens: 1000,
  input_tokens_details: { cached_tokens: 400 },
  output_tokens: 60,
  output_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 1060,
};
const head = {
  id: 'resp_67ccd2bed1ec8190',
  object: 'response',
  created_at: 1741476542,
  model: 'gpt-4.1-mini-2025-04-14',
};
const response = { ...head, status: 'completed', output, usage };

/** https://platform.openai.com/docs/api-reference/responses-streaming */
const events = [
  { type: 'response.created', response: { ...head, status: 'in_progress', output: [], usage: null } },
  { type: 'response.output_item.added', output_index: 0, item: { ...output[0], content: [] } },
  { type: 'response.output_text.delta', output_index: 0, content_index: 0, item_id: 'msg_67', delta: 'Let me' },
  { type: 'response.output_text.delta', output_index: 0, content_index: 0, item_id: 'msg_67', delta: ' look.' },
  { type: 'response.output_item.added', output_index: 1, item: { ...output[1], arguments: '' } },
  { type: 'response.function_call_arguments.delta', output_index: 1, item_id: 'fc_1', delta: '{"id":7}' },
  { type: 'response.completed', response },
];

const request = { model: 'gpt-4.1-mini', input: question };

function client(baseUrl: string): OpenAI {
  return new OpenAI({ apiKey: 'test', baseURL: `${baseUrl}/v1` });
}

export const openAiResponses: ProviderCase = {
  name: 'OpenAI responses',
  script: (_, body) => (body.includes('"stream":true') ? { stream: serverSentEvents(events) } : { json: response }),
  call: (baseUrl) => client(baseUrl).responses.create(request),
  stream: (baseUrl) => client(baseUrl).responses.create({ ...request, stream: true }),
  expected: {
    usage: { inputTokens: 1000, outputTokens: 60, totalTokens: 1060, cacheReadTokens: 400, reasoningTokens: 20 },
    model: 'gpt-4.1-mini-2025-04-14',
    responseId: 'resp_67ccd2bed1ec8190',
    toolCalls: [{ id: 'call_abc', name: 'lookup', arguments: { id: 7 } }],
    costUsd: 0.000376,
  },
  message: output,
};
