import { Mistral } from '@mistralai/mistralai';
import { serverSentEvents } from '../../fixtures/scripted-server.ts';
import { question, type ProviderCase } from './provider.ts';

/** https://docs.mistral.ai/api/#tag/chat */
const usage = { prompt_tokens: 1000, completion_tokens: 60, total_tokens: 1060 };
const head = { id: 'cmpl-e5cc70bb28c444948073e77776eb30ef', created: 1702256327, model: 'mistral-small-latest' };
const call = { id: 'D681PevKs', type: 'function', function: { name: 'lookup', arguments: '{"id": 7}' }, index: 0 };

function chunk(delta: object, rest: object = {}): object {
  return { ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: null }], ...rest };
}
const chunks = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'Let me' }),
  chunk({ content: ' look.' }),
  chunk({ content: '', tool_calls: [call] }, { usage }),
];
const whole = {
  ...head,
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'Let me look.', tool_calls: [call] },
      finish_reason: 'tool_calls',
    },
  ],
  usage,
};

const request = { model: 'mistral-small-latest', messages: [{ role: 'user' as const, content: question }] };

function chat(baseUrl: string): Mistral['chat'] {
  return new Mistral({ apiKey: 'test', serverURL: baseUrl }).chat;
}

export const mistral: ProviderCase = {
  name: 'Mistral',
  script: (_, body) =>
    body.includes('"stream":true') ? { stream: serverSentEvents(chunks, 'data: [DONE]\n\n') } : { json: whole },
  call: (baseUrl) => chat(baseUrl).complete(request),
  // Its stream is a class of its own, which is left as it is: what reads it is followed.
  async *stream(baseUrl) {
    yield* await chat(baseUrl).stream(request);
  },
  expected: {
    usage: { inputTokens: 1000, outputTokens: 60, totalTokens: 1060 },
    model: 'mistral-small-latest',
    responseId: 'cmpl-e5cc70bb28c444948073e77776eb30ef',
    toolCalls: [{ id: 'D681PevKs', name: 'lookup', arguments: { id: 7 } }],
    // 1000 × $0.10 + 60 × $0.30, for a million.
    costUsd: 0.000118,
  },
  message: {
    role: 'assistant',
    content: 'Let me look.',
    tool_calls: [{ id: 'D681PevKs', name: 'lookup', arguments: { id: 7 } }],
  },
};
