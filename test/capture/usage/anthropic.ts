import Anthropic from '@anthropic-ai/sdk';
import { serverSentEvents } from '../../fixtures/scripted-server.ts';
import { question, type ProviderCase } from './provider.ts';

/** https://docs.anthropic.com/en/api/messages */
const usage = {
  input_tokens: 500,
  cache_creation_input_tokens: 100,
  cache_read_input_tokens: 400,
  output_tokens: 60,
  output_tokens_details: { thinking_tokens: 20 },
};
const content = [
  { type: 'text', text: 'Let me look.' },
  { type: 'tool_use', id: 'toolu_01', name: 'lookup', input: { id: 7 } },
];
const message = {
  id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5-20250929',
  content,
  stop_reason: 'tool_use',
  stop_sequence: null,
  usage,
};

/** https://docs.anthropic.com/en/docs/build-with-claude/streaming */
const events = [
  {
    type: 'message_start',
    message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'ping' },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Let me' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ' look.' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'content_block_start',
    index: 1,
    content_block: { type: 'tool_use', id: 'toolu_01', name: 'lookup', input: {} },
  },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"id"' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: ': 7}' } },
  { type: 'content_block_stop', index: 1 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'tool_use', stop_sequence: null },
    usage: { output_tokens: 60, output_tokens_details: { thinking_tokens: 20 } },
  },
  { type: 'message_stop' },
];

const request = {
  model: 'claude-sonnet-4-5',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: question }],
};

function client(baseUrl: string): Anthropic {
  return new Anthropic({ apiKey: 'test', baseURL: baseUrl });
}

export const anthropic: ProviderCase = {
  name: 'Anthropic',
  script: (_, body) => (body.includes('"stream":true') ? { stream: serverSentEvents(events) } : { json: message }),
  call: (baseUrl) => client(baseUrl).messages.create(request),
  stream: (baseUrl) => client(baseUrl).messages.create({ ...request, stream: true }),
  expected: {
    usage: {
      inputTokens: 1000,
      outputTokens: 60,
      totalTokens: 1060,
      cacheReadTokens: 400,
      cacheWriteTokens: 100,
      reasoningTokens: 20,
    },
    model: 'claude-sonnet-4-5-20250929',
    responseId: 'msg_01XFDUDYJgAACzvnptvVoYEL',
    toolCalls: [{ id: 'toolu_01', name: 'lookup', arguments: { id: 7 } }],
    // 500 × $3 + 100 × $3.75 + 400 × $0.30 + 60 × $15, for a million.
    costUsd: 0.002895,
  },
  message: { role: 'assistant', content, stop_reason: 'tool_use' },
};
