import { isObject } from '../../base/object.ts';
import type { AnswerFormat, Assembly } from './format.ts';
import { FragmentedCalls, joined } from './fragments.ts';
import { readFunctionCall, readToolCalls, type ToolCall } from './tool-call.ts';
import { completeUsage, readCount, readObject, readText, setCounts, type MutableUsage } from './usage.ts';

/**
 * Cohere's chat of version 2, whole or as the events of a stream, as its API spells it and as its client does.
 *
 * Source: https://docs.cohere.com/reference/chat, https://docs.cohere.com/reference/chat-stream
 */
export const cohere: AnswerFormat = {
  answerKeys: ['type', 'usage', 'meta'],
  usageKeys: ['billed_units', 'billedUnits', 'tokens'],
  readUsage: readCohereUsage,

  readAnswer(value) {
    if ('type' in value && value.type === 'message-end') {
      const usage = readObject(readObject(value, 'delta') ?? {}, 'usage');
      return { usage: completeUsage(usage && readCohereUsage(usage)), responseId: readText(value, 'id') };
    }
    const usage = wholeUsageOf(value);
    if (usage === undefined) return undefined;
    const message = readObject(value, 'message');
    return {
      usage: completeUsage(readCohereUsage(usage)),
      responseId: readText(value, 'id'),
      toolCalls: message && readToolCalls(callsIn(message), readFunctionCall),
    };
  },

  stream: { begins: (part) => 'type' in part && part.type === 'message-start', assembly: () => new CohereAssembly() },
};

/** Version 1 and reranking have it under `meta`. */
function wholeUsageOf(value: object): object | undefined {
  if (!('usage' in value) && !('meta' in value)) return undefined;
  const usage = readObject(value, 'usage') ?? readObject(value, 'meta');
  return usage !== undefined && isCohere(usage) ? usage : undefined;
}

function isCohere(usage: object): boolean {
  return 'billed_units' in usage || 'billedUnits' in usage || ('tokens' in usage && typeof usage.tokens === 'object');
}

/** What a prompt came to is under `tokens`; what is paid for, under `billed_units`. */
function readCohereUsage(usage: object): MutableUsage | undefined {
  if (!isCohere(usage)) return undefined;
  const billed = readObject(usage, 'billed_units') ?? readObject(usage, 'billedUnits') ?? {};
  const tokens = readObject(usage, 'tokens') ?? billed;
  return setCounts(
    {},
    {
      inputTokens: readCount(tokens, 'input_tokens') ?? readCount(tokens, 'inputTokens'),
      outputTokens: readCount(tokens, 'output_tokens') ?? readCount(tokens, 'outputTokens'),
      cacheReadTokens: readCount(usage, 'cached_tokens') ?? readCount(usage, 'cachedTokens'),
    },
  );
}

function callsIn(message: object): unknown {
  return Reflect.get(message, 'tool_calls') ?? Reflect.get(message, 'toolCalls');
}

class CohereAssembly implements Assembly {
  #text = '';
  #plan = '';
  readonly #calls = new FragmentedCalls();

  add(part: object): boolean {
    const type = readText(part, 'type');
    if (type === undefined) return false;
    const message = readObject(readObject(part, 'delta') ?? {}, 'message') ?? {};
    const content = readObject(message, 'content') ?? {};
    if (type === 'content-delta') this.#text = joined(this.#text, Reflect.get(content, 'text'));
    else if (type === 'tool-plan-delta') {
      this.#plan = joined(this.#plan, Reflect.get(message, 'tool_plan') ?? Reflect.get(message, 'toolPlan'));
    } else if (type === 'tool-call-start' || type === 'tool-call-delta') {
      this.#addCall(Reflect.get(part, 'index'), callsIn(message));
    }
    return true;
  }

  message(): unknown {
    return {
      role: 'assistant',
      content: this.#text,
      ...(this.#plan === '' ? {} : { tool_plan: this.#plan }),
      ...(this.#calls.isEmpty ? {} : { tool_calls: this.#calls.toolCalls() }),
    };
  }

  toolCalls(): readonly ToolCall[] {
    return this.#calls.toolCalls();
  }

  #addCall(place: unknown, call: unknown): void {
    if (!isObject(call)) return;
    const named = readObject(call, 'function') ?? {};
    this.#calls.add(place, {
      id: Reflect.get(call, 'id'),
      name: Reflect.get(named, 'name'),
      text: Reflect.get(named, 'arguments'),
    });
  }
}
