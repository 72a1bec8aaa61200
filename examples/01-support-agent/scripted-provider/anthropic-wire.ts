import { randomUUID } from 'node:crypto';
import type Anthropic from '@anthropic-ai/sdk';
import { field, listOf, textOf } from '../json-value.ts';
import type { Message, ToolCall } from '../model.ts';
import { type Answer, Refusal, type Wire, type WireRequest, words } from './wire.ts';

/** `POST /v1/messages` */
export const anthropicWire: Wire = {
  path: '/v1/messages',
  // Clients used to send the key as x-api-key; today's send a bearer token.
  authorized: ({ authorization, 'x-api-key': key }) => Boolean(key) || /^Bearer \S+/.test(authorization ?? ''),
  read,
  whole,
  frames,
  refused: ({ status, message }) => ({
    type: 'error',
    error: { type: ERROR_TYPES[status], message },
    request_id: `req_${randomUUID()}`,
  }),
};

const ERROR_TYPES = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  500: 'api_error',
};

function read(body: unknown): WireRequest {
  const model = textOf(field(body, 'model'));
  if (!model) throw new Refusal(400, 'model: Field required');
  if (typeof field(body, 'max_tokens') !== 'number') throw new Refusal(400, 'max_tokens: Field required');
  const messages = listOf(field(body, 'messages'));
  if (messages.length === 0) throw new Refusal(400, 'messages: at least one message is required');
  const system = field(body, 'system');
  return {
    model,
    stream: field(body, 'stream') === true,
    includeUsage: true,
    prefix: listOf(system).some((block) => field(block, 'cache_control')) ? textIn(system) : '',
    conversation: {
      system: textIn(system),
      messages: messages.flatMap(toMessages),
      tools: listOf(field(body, 'tools')).map((tool) => textOf(field(tool, 'name'))),
    },
  };
}

function toMessages(turn: unknown): Message[] {
  const content = field(turn, 'content');
  const text = textIn(content);
  const blocks = listOf(content);
  if (field(turn, 'role') === 'assistant') return [{ role: 'assistant', text, toolCalls: blocks.flatMap(toToolCall) }];
  const results = blocks.flatMap(toResult);
  return text ? [...results, { role: 'user', text }] : results;
}

function toToolCall(block: unknown): ToolCall[] {
  if (field(block, 'type') !== 'tool_use') return [];
  return [{ id: textOf(field(block, 'id')), name: textOf(field(block, 'name')), arguments: field(block, 'input') }];
}

function toResult(block: unknown): Message[] {
  if (field(block, 'type') !== 'tool_result') return [];
  const callId = textOf(field(block, 'tool_use_id'));
  return [{ role: 'tool', callId, text: textIn(field(block, 'content')), failed: field(block, 'is_error') === true }];
}

/** Wherever Anthropic takes text it takes a string or a list of blocks. */
function textIn(content: unknown): string {
  return (
    textOf(content) ||
    listOf(content)
      .map((block) => textOf(field(block, 'text')))
      .join('')
  );
}

function whole({ model }: WireRequest, answer: Answer): Anthropic.Message {
  return {
    id: `msg_${answer.id}`,
    type: 'message',
    role: 'assistant',
    model,
    content: blocks(answer),
    ...ending(answer),
    usage: usage(answer),
    container: null,
    diagnostics: null,
  };
}

function frames(request: WireRequest, answer: Answer): string[] {
  const start: Anthropic.Message = {
    ...whole(request, answer),
    content: [],
    stop_reason: null,
    usage: { ...usage(answer), output_tokens: 1 },
  };
  const events: Anthropic.RawMessageStreamEvent[] = [
    { type: 'message_start', message: start },
    ...blocks(answer).flatMap(blockEvents),
    { type: 'message_delta', delta: { ...ending(answer), container: null }, usage: usage(answer) },
    { type: 'message_stop' },
  ];
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

type Block = Anthropic.TextBlock | Anthropic.ToolUseBlock;

function blockEvents(block: Block, index: number): Anthropic.RawMessageStreamEvent[] {
  const empty: Block = block.type === 'text' ? { ...block, text: '' } : { ...block, input: {} };
  const deltas: Anthropic.RawContentBlockDelta[] =
    block.type === 'text'
      ? words(block.text).map((text) => ({ type: 'text_delta', text }))
      : [{ type: 'input_json_delta', partial_json: JSON.stringify(block.input) }];
  return [
    { type: 'content_block_start', index, content_block: empty },
    ...deltas.map((delta) => ({ type: 'content_block_delta' as const, index, delta })),
    { type: 'content_block_stop', index },
  ];
}

function blocks({ id, text, calls }: Answer): Block[] {
  const said: Block[] = text ? [{ type: 'text', text, citations: null }] : [];
  const asked = calls.map(({ name, input }, index): Block => {
    return { type: 'tool_use', id: `toolu_${id}_${index}`, name, input, caller: { type: 'direct' } };
  });
  return [...said, ...asked];
}

function ending({ calls }: Answer) {
  const stop_reason: Anthropic.StopReason = calls.length > 0 ? 'tool_use' : 'end_turn';
  return { stop_reason, stop_sequence: null, stop_details: null };
}

/** Tokens written to and read from the cache are counted apart from `input_tokens`. */
function usage({ tokens, cached }: Answer): Anthropic.Usage {
  return {
    input_tokens: tokens.rest,
    output_tokens: tokens.output,
    cache_creation_input_tokens: cached ? 0 : tokens.prefix,
    cache_read_input_tokens: cached ? tokens.prefix : 0,
    cache_creation: { ephemeral_5m_input_tokens: cached ? 0 : tokens.prefix, ephemeral_1h_input_tokens: 0 },
    inference_geo: null,
    output_tokens_details: { thinking_tokens: 0 },
    server_tool_use: null,
    service_tier: 'standard',
    speed: null,
  };
}
