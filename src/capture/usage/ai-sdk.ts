import type { AnswerFormat, Assembly } from './format.ts';
import { joined } from './fragments.ts';
import { mostToolCalls, readToolCalls, toolCall, type ToolCall } from './tool-call.ts';
import { completeUsage, readCount, readObject, readText, setCounts, type MutableUsage } from './usage.ts';

/**
 * The Vercel AI SDK: the result of `generateText` and `generateObject`, and the parts of `fullStream`. The result of
 * `streamText` is left alone: to read its `usage` would consume the user's stream.
 *
 * Source: https://ai-sdk.dev/docs/reference/ai-sdk-core/generate-text, https://ai-sdk.dev/docs/reference/ai-sdk-core/stream-text
 */
export const aiSdk: AnswerFormat = {
  answerKeys: ['fullStream', 'textStream', 'partialObjectStream', 'finishReason', 'type'],
  usageKeys: ['tokens', 'inputTokenDetails', 'cachedInputTokens', 'outputTokenDetails'],
  readUsage: readSdkUsage,

  readAnswer(value) {
    if (isStreamResult(value)) return {};
    const isStep = 'type' in value && value.type === 'finish-step';
    const source = usageOf(value);
    const usage = source && readSdkUsage(source);
    if (usage === undefined && !isStep) return undefined;
    const response = readObject(value, 'response');
    return {
      usage: completeUsage(usage),
      model: response && readText(response, 'modelId'),
      responseId: response && readText(response, 'id'),
      toolCalls: readToolCalls('toolCalls' in value ? value.toolCalls : undefined, readSdkCall),
    };
  },

  stream: { begins: (part) => 'type' in part && firstParts.has(part.type), assembly: () => new SdkAssembly() },
};

const firstParts: ReadonlySet<unknown> = new Set(['start', 'start-step', 'text-start']);

function isStreamResult(value: object): boolean {
  return 'fullStream' in value || 'textStream' in value || 'partialObjectStream' in value;
}

/** Of all steps where there are several. A step's own usage comes with `finish-step`, and again in the sum of `finish`. */
function usageOf(value: object): object | undefined {
  if ('finishReason' in value && 'usage' in value) return readObject(value, 'totalUsage') ?? readObject(value, 'usage');
  return 'type' in value && value.type === 'finish' ? readObject(value, 'totalUsage') : undefined;
}

function readSdkCall(call: object): ToolCall | undefined {
  const given: unknown = 'input' in call ? call.input : Reflect.get(call, 'args');
  return toolCall(Reflect.get(call, 'toolCallId'), Reflect.get(call, 'toolName'), given);
}

/** Since version 6 there are details, version 5 has two more numbers beside the three; embeddings have one. */
function readSdkUsage(usage: object): MutableUsage | undefined {
  if ('tokens' in usage && typeof usage.tokens === 'number') {
    return setCounts({}, { inputTokens: readCount(usage, 'tokens'), totalTokens: readCount(usage, 'tokens') });
  }
  if (!('inputTokenDetails' in usage) && !('cachedInputTokens' in usage) && !('outputTokenDetails' in usage)) {
    return undefined;
  }
  const input = readObject(usage, 'inputTokenDetails');
  const output = readObject(usage, 'outputTokenDetails');
  return setCounts(
    {},
    {
      inputTokens: readCount(usage, 'inputTokens'),
      outputTokens: readCount(usage, 'outputTokens'),
      totalTokens: readCount(usage, 'totalTokens'),
      cacheReadTokens: (input && readCount(input, 'cacheReadTokens')) ?? readCount(usage, 'cachedInputTokens'),
      cacheWriteTokens: input && readCount(input, 'cacheWriteTokens'),
      reasoningTokens: (output && readCount(output, 'reasoningTokens')) ?? readCount(usage, 'reasoningTokens'),
    },
  );
}

class SdkAssembly implements Assembly {
  #text = '';
  #reasoning = '';
  #calls: readonly ToolCall[] = [];

  add(part: object): boolean {
    const type = readText(part, 'type');
    if (type === undefined) return false;
    if (type === 'text-delta') this.#text = joined(this.#text, deltaOf(part));
    else if (type === 'reasoning-delta') this.#reasoning = joined(this.#reasoning, deltaOf(part));
    else if (type === 'tool-call') this.#addCalls(readToolCalls([part], readSdkCall));
    return true;
  }

  message(): unknown {
    return {
      role: 'assistant',
      content: this.#text,
      ...(this.#reasoning === '' ? {} : { reasoning: this.#reasoning }),
      ...(this.#calls.length === 0 ? {} : { tool_calls: this.#calls }),
    };
  }

  toolCalls(): readonly ToolCall[] {
    return this.#calls;
  }

  #addCalls(calls: readonly ToolCall[]): void {
    this.#calls = [...this.#calls, ...calls].slice(0, mostToolCalls);
  }
}

/** `text` since version 5, `textDelta` before. */
function deltaOf(part: object): unknown {
  return Reflect.get(part, 'text') ?? Reflect.get(part, 'delta') ?? Reflect.get(part, 'textDelta');
}
