import type OpenAI from 'openai';
import { field, listOf, parseJson, textOf } from '../json-value.ts';
import type { Message, ToolCall } from '../model.ts';
import { type Answer, Refusal, type Wire, type WireRequest, words } from './wire.ts';

type Completion = OpenAI.Chat.Completions.ChatCompletion;
type Chunk = OpenAI.Chat.Completions.ChatCompletionChunk;
type Delta = Chunk['choices'][number]['delta'];

/** `POST /v1/chat/completions` */
export const openaiWire: Wire = {
  path: '/v1/chat/completions',
  authorized: (headers) => /^Bearer \S+/.test(headers.authorization ?? ''),
  read,
  whole,
  frames,
  refused: ({ status, message, param }) => ({
    error: {
      message,
      type: status === 500 ? 'server_error' : 'invalid_request_error',
      param,
      code: status === 401 ? 'invalid_api_key' : null,
    },
  }),
};

function read(body: unknown): WireRequest {
  const model = textOf(field(body, 'model'));
  if (!model) throw new Refusal(400, 'you must provide a model parameter');
  const messages = listOf(field(body, 'messages'));
  if (messages.length === 0) throw new Refusal(400, "Missing required parameter: 'messages'.", 'messages');
  const system = messages.flatMap((message) =>
    field(message, 'role') === 'system' ? [textOf(field(message, 'content'))] : [],
  );
  return {
    model,
    stream: field(body, 'stream') === true,
    includeUsage: field(field(body, 'stream_options'), 'include_usage') === true,
    prefix: system.join('\n'),
    conversation: {
      system: system.join('\n'),
      messages: messages.flatMap(toMessage),
      tools: listOf(field(body, 'tools')).map((tool) => textOf(field(field(tool, 'function'), 'name'))),
    },
  };
}

function toMessage(message: unknown): Message[] {
  const text = textOf(field(message, 'content'));
  switch (field(message, 'role')) {
    case 'user':
      return [{ role: 'user', text }];
    case 'tool':
      return [{ role: 'tool', callId: textOf(field(message, 'tool_call_id')), text, failed: false }];
    case 'assistant':
      return [{ role: 'assistant', text, toolCalls: listOf(field(message, 'tool_calls')).map(toToolCall) }];
    default:
      return [];
  }
}

function toToolCall(call: unknown): ToolCall {
  const called = field(call, 'function');
  return {
    id: textOf(field(call, 'id')),
    name: textOf(field(called, 'name')),
    arguments: parseJson(textOf(field(called, 'arguments'))),
  };
}

function whole({ model }: WireRequest, answer: Answer): Completion {
  const { id, text } = answer;
  const tool_calls = toolCalls(answer);
  return {
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: now(),
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text || null,
          refusal: null,
          ...(tool_calls.length > 0 && { tool_calls }),
        },
        logprobs: null,
        finish_reason: tool_calls.length > 0 ? 'tool_calls' : 'stop',
      },
    ],
    usage: usage(answer),
  };
}

function frames({ model, includeUsage }: WireRequest, answer: Answer): string[] {
  const head = { id: `chatcmpl-${answer.id}`, object: 'chat.completion.chunk' as const, created: now(), model };
  const calls = toolCalls(answer);
  const deltas: Delta[] = [
    { role: 'assistant', content: '' },
    ...words(answer.text).map((content) => ({ content })),
    ...calls.map((call, index) => ({ tool_calls: [{ index, ...call }] })),
  ];
  const chunks: Chunk[] = deltas.map((delta) => ({ ...head, choices: [{ index: 0, delta, finish_reason: null }] }));
  const finish_reason = calls.length > 0 ? 'tool_calls' : 'stop';
  chunks.push({ ...head, choices: [{ index: 0, delta: {}, finish_reason }] });
  if (includeUsage) chunks.push({ ...head, choices: [], usage: usage(answer) });
  return [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), 'data: [DONE]\n\n'];
}

function toolCalls({ id, calls }: Answer) {
  return calls.map(({ name, input }, index) => ({
    id: `call_${id}_${index}`,
    type: 'function' as const,
    function: { name, arguments: JSON.stringify(input) },
  }));
}

/** The cached tokens are part of the prompt's. */
function usage({ tokens, cached }: Answer): OpenAI.CompletionUsage {
  const prompt_tokens = tokens.prefix + tokens.rest;
  return {
    prompt_tokens,
    completion_tokens: tokens.output,
    total_tokens: prompt_tokens + tokens.output,
    prompt_tokens_details: {
      cached_tokens: cached ? tokens.prefix : 0,
      cache_write_tokens: cached ? 0 : tokens.prefix,
      audio_tokens: 0,
    },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
