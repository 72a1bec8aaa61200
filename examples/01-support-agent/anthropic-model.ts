import type Anthropic from '@anthropic-ai/sdk';
import { currentSpan } from 'clew';
import type { Message, Model, Prompt, Reply, ToolCall } from './model.ts';

const MAX_TOKENS = 512;

/** Anthropic's messages, with the system prompt marked for its cache. */
export class AnthropicModel implements Model {
  readonly label: string;
  readonly #client: Anthropic;
  readonly #model: string;

  constructor(client: Anthropic, model: string) {
    this.#client = client;
    this.#model = model;
    this.label = `anthropic ${model}`;
  }

  async complete(prompt: Prompt): Promise<Reply> {
    const message = await this.#client.messages.create(this.#request(prompt));
    const toolCalls = message.content.flatMap(fromBlock);
    currentSpan()?.update({ ...described(message), toolCalls });
    const text = message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    return { text, toolCalls };
  }

  async *stream(prompt: Prompt): AsyncGenerator<string> {
    const generation = currentSpan();
    const events = this.#client.messages.stream(this.#request(prompt));
    for await (const event of events) {
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') yield event.delta.text;
    }
    // The start of the stream counts the input, its end the output; the client has put the two together.
    generation?.update(described(await events.finalMessage()));
  }

  #request({ system, messages, tools }: Prompt): Anthropic.MessageCreateParamsNonStreaming {
    return {
      model: this.#model,
      max_tokens: MAX_TOKENS,
      system: [{ type: 'text', text: system, cache_control: { type: 'ephemeral' } }],
      messages: toTurns(messages),
      ...(tools && {
        tools: tools.map(({ name, description, parameters }) => ({
          name,
          description,
          input_schema: { ...parameters },
        })),
      }),
    };
  }
}

function described({ id: responseId, model, usage }: Anthropic.Message) {
  return { provider: 'anthropic', model, responseId, usage, modelParameters: { max_tokens: MAX_TOKENS } };
}

/** The results of one round of tool calls belong into one user turn. */
function toTurns(messages: Message[]): Anthropic.MessageParam[] {
  const turns: Anthropic.MessageParam[] = [];
  let results: Anthropic.ToolResultBlockParam[] = [];
  for (const message of messages) {
    if (message.role !== 'tool') {
      results = [];
      turns.push(toTurn(message));
      continue;
    }
    if (results.length === 0) turns.push({ role: 'user', content: results });
    const { callId, text, failed } = message;
    results.push({ type: 'tool_result', tool_use_id: callId, content: text, is_error: failed });
  }
  return turns;
}

function toTurn(message: Exclude<Message, { role: 'tool' }>): Anthropic.MessageParam {
  if (message.role === 'user') return { role: 'user', content: message.text };
  const text: Anthropic.TextBlockParam[] = message.text ? [{ type: 'text', text: message.text }] : [];
  return { role: 'assistant', content: [...text, ...message.toolCalls.map(toBlock)] };
}

function toBlock(call: ToolCall): Anthropic.ToolUseBlockParam {
  return { type: 'tool_use', id: call.id, name: call.name, input: call.arguments ?? {} };
}

function fromBlock(block: Anthropic.ContentBlock): ToolCall[] {
  return block.type === 'tool_use' ? [{ id: block.id, name: block.name, arguments: block.input }] : [];
}
