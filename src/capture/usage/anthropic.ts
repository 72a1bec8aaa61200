import type { Answer, AnswerFormat, Assembly } from './format.ts';
import { FragmentedCalls, joined } from './fragments.ts';
import { readToolCalls, toolCall, type ToolCall } from './tool-call.ts';
import {
  completeUsage,
  readCount,
  readObject,
  readServiceTier,
  readText,
  setCounts,
  type MutableUsage,
} from './usage.ts';

/**
 * Anthropic's messages, whole or as the events of a stream.
 *
 * Source: https://docs.anthropic.com/en/api/messages, https://docs.anthropic.com/en/api/messages-streaming
 */
export const anthropic: AnswerFormat = {
  answerKeys: ['type'],
  usageKeys: ['cache_read_input_tokens', 'cache_creation_input_tokens'],
  readUsage: readAnthropicUsage,

  readAnswer(value) {
    if (!('type' in value)) return undefined;
    if (value.type === 'message') return readMessage(value);
    if (value.type === 'message_start') return readMessage(readObject(value, 'message') ?? {});
    if (value.type !== 'message_delta') return undefined;
    const usage = readObject(value, 'usage');
    return { usage: completeUsage(usage && readPartUsage(usage)) };
  },

  stream: { begins: (part) => 'type' in part && part.type === 'message_start', assembly: () => new MessageAssembly() },
};

function readMessage(message: object): Answer {
  const usage = readObject(message, 'usage');
  return {
    usage: completeUsage(usage && readPartUsage(usage)),
    model: readText(message, 'model'),
    responseId: readText(message, 'id'),
    serviceTier: usage && readServiceTier(usage),
    toolCalls: readToolCalls(Reflect.get(message, 'content'), readToolUse),
  };
}

function readToolUse(block: object): ToolCall | undefined {
  if (Reflect.get(block, 'type') !== 'tool_use') return undefined;
  return toolCall(Reflect.get(block, 'id'), Reflect.get(block, 'name'), Reflect.get(block, 'input'));
}

/** The cache keys are what tells this shape from others with `input_tokens`; without them all of them say the same. */
function readAnthropicUsage(usage: object): MutableUsage | undefined {
  if (!('cache_read_input_tokens' in usage) && !('cache_creation_input_tokens' in usage)) return undefined;
  return readPartUsage(usage);
}

/** `input_tokens` leaves cached tokens out, ours counts them in. */
function readPartUsage(usage: object): MutableUsage {
  const cacheReadTokens = readCount(usage, 'cache_read_input_tokens');
  const cacheWriteTokens = readCount(usage, 'cache_creation_input_tokens');
  const details = readObject(usage, 'output_tokens_details');
  const fresh = readCount(usage, 'input_tokens');
  return setCounts(
    {},
    {
      inputTokens: fresh === undefined ? undefined : fresh + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0),
      outputTokens: readCount(usage, 'output_tokens'),
      cacheReadTokens,
      cacheWriteTokens,
      reasoningTokens: details && readCount(details, 'thinking_tokens'),
    },
  );
}

const mostBlocks = 1_000;

class MessageAssembly implements Assembly {
  readonly #blocks = new Map<unknown, Record<string, unknown>>();
  readonly #calls = new FragmentedCalls();
  #stopReason: string | undefined;

  add(part: object): boolean {
    const place: unknown = Reflect.get(part, 'index');
    switch (Reflect.get(part, 'type')) {
      case 'content_block_start':
        this.#start(place, readObject(part, 'content_block'));
        return true;
      case 'content_block_delta':
        this.#addDelta(place, readObject(part, 'delta'));
        return true;
      case 'message_delta':
        this.#stopReason = readText(readObject(part, 'delta') ?? {}, 'stop_reason') ?? this.#stopReason;
        return true;
      case 'message_start':
      case 'content_block_stop':
      case 'message_stop':
      case 'ping':
        return true;
      default:
        return false;
    }
  }

  message(): unknown {
    const inputs = new Map(this.#calls.toolCalls().map((call) => [call.id, call.arguments]));
    const content = [...this.#blocks.values()].map((block) =>
      block['type'] === 'tool_use' ? { ...block, input: inputs.get(String(block['id'])) ?? block['input'] } : block,
    );
    return { role: 'assistant', content, ...(this.#stopReason === undefined ? {} : { stop_reason: this.#stopReason }) };
  }

  toolCalls(): readonly ToolCall[] {
    return this.#calls.toolCalls();
  }

  #start(place: unknown, block: object | undefined): void {
    if (block === undefined || this.#blocks.size >= mostBlocks) return;
    this.#blocks.set(place, { ...block });
    if (Reflect.get(block, 'type') === 'tool_use') {
      this.#calls.add(place, { id: Reflect.get(block, 'id'), name: Reflect.get(block, 'name') });
    }
  }

  #addDelta(place: unknown, delta: object | undefined): void {
    const block = this.#blocks.get(place);
    if (block === undefined || delta === undefined) return;
    for (const key of ['text', 'thinking', 'signature']) {
      const part: unknown = Reflect.get(delta, key);
      if (typeof part === 'string') block[key] = joined(textIn(block, key), part);
    }
    if ('partial_json' in delta) this.#calls.add(place, { text: delta.partial_json });
  }
}

function textIn(block: Readonly<Record<string, unknown>>, key: string): string {
  const text = block[key];
  return typeof text === 'string' ? text : '';
}
