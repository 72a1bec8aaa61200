import { Ollama } from 'ollama';
import { question, type ProviderCase } from './provider.ts';

/** https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion */
const head = { model: 'qwen2.5:3b', created_at: '2026-11-20T10:00:00.000Z' };
const numbers = {
  total_duration: 5_191_566_416,
  load_duration: 2_154_458,
  prompt_eval_count: 1000,
  prompt_eval_duration: 383_809_000,
  eval_count: 60,
  eval_duration: 4_799_921_000,
};
const call = { function: { name: 'lookup', arguments: { id: 7 } } };
const whole = {
  ...head,
  message: { role: 'assistant', content: 'Let me look.', tool_calls: [call] },
  done_reason: 'stop',
  done: true,
  ...numbers,
};
const parts = [
  { ...head, message: { role: 'assistant', content: 'Let me' }, done: false },
  { ...head, message: { role: 'assistant', content: ' look.' }, done: false },
  { ...head, message: { role: 'assistant', content: '', tool_calls: [call] }, done: false },
  { ...head, message: { role: 'assistant', content: '' }, done_reason: 'stop', done: true, ...numbers },
];

const request = { model: 'qwen2.5:3b', messages: [{ role: 'user', content: question }] };

export const ollama: ProviderCase = {
  name: 'Ollama',
  script: (_, body) =>
    body.includes('"stream":true')
      ? { stream: parts.map((part) => `${JSON.stringify(part)}\n`).join(''), type: 'application/x-ndjson' }
      : { json: whole },
  call: (baseUrl) => new Ollama({ host: baseUrl }).chat(request),
  stream: (baseUrl) => new Ollama({ host: baseUrl }).chat({ ...request, stream: true }),
  expected: {
    usage: { inputTokens: 1000, outputTokens: 60, totalTokens: 1060 },
    model: 'qwen2.5:3b',
    responseId: null,
    toolCalls: [{ id: null, name: 'lookup', arguments: { id: 7 } }],
    costUsd: 0,
  },
  message: { role: 'assistant', content: 'Let me look.', tool_calls: [call] },
};
