import { isObject } from '../../base/object.ts';
import type { AnswerFormat, Assembly } from './format.ts';
import { FragmentedCalls, joined } from './fragments.ts';
import { readToolCalls, toolCall, type ToolCall } from './tool-call.ts';
import { completeUsage, readCount, readObject, setCounts, type MutableUsage } from './usage.ts';

/**
 * Amazon Bedrock's Converse, whole or as the events of a stream. It names no model: that is what you asked for.
 *
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */
export const bedrock: AnswerFormat = {
  answerKeys: ['metadata', 'stopReason'],
  usageKeys: ['cacheReadInputTokens', 'cacheWriteInputTokens'],
  readUsage: readBedrockUsage,

  readAnswer(value) {
    if ('metadata' in value && isMetadata(value.metadata)) return { usage: readWhole(value.metadata) };
    if (!('stopReason' in value && 'output' in value && 'usage' in value)) return undefined;
    const message = readObject(readObject(value, 'output') ?? {}, 'message');
    return {
      usage: readWhole(value),
      toolCalls: message && readToolCalls(Reflect.get(message, 'content'), readToolUse),
    };
  },

  stream: { begins: (part) => 'messageStart' in part, assembly: () => new ConverseAssembly() },
};

/** The last event of a stream. */
function isMetadata(value: unknown): value is object {
  return isObject(value) && 'usage' in value && 'metrics' in value;
}

function readWhole(holder: object): ReturnType<typeof completeUsage> {
  const usage = readObject(holder, 'usage');
  return completeUsage(usage && readCounts(usage));
}

function readToolUse(block: object): ToolCall | undefined {
  const use = readObject(block, 'toolUse');
  return use && toolCall(Reflect.get(use, 'toolUseId'), Reflect.get(use, 'name'), Reflect.get(use, 'input'));
}

/** The cache keys are what tells this shape from our own. */
function readBedrockUsage(usage: object): MutableUsage | undefined {
  return 'cacheReadInputTokens' in usage || 'cacheWriteInputTokens' in usage ? readCounts(usage) : undefined;
}

/** `inputTokens` leaves cached tokens out, ours counts them in. */
function readCounts(usage: object): MutableUsage {
  const cacheReadTokens = readCount(usage, 'cacheReadInputTokens');
  const cacheWriteTokens = readCount(usage, 'cacheWriteInputTokens');
  const fresh = readCount(usage, 'inputTokens');
  return setCounts(
    {},
    {
      inputTokens: fresh === undefined ? undefined : fresh + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0),
      outputTokens: readCount(usage, 'outputTokens'),
      totalTokens: readCount(usage, 'totalTokens'),
      cacheReadTokens,
      cacheWriteTokens,
    },
  );
}

const eventNames = [
  'messageStart',
  'contentBlockStart',
  'contentBlockDelta',
  'contentBlockStop',
  'messageStop',
  'metadata',
];

class ConverseAssembly implements Assembly {
  #text = '';
  #reasoning = '';
  readonly #calls = new FragmentedCalls();

  add(part: object): boolean {
    const start = readObject(part, 'contentBlockStart');
    const delta = readObject(part, 'contentBlockDelta');
    if (start !== undefined) this.#start(start);
    if (delta !== undefined) this.#addDelta(Reflect.get(delta, 'contentBlockIndex'), readObject(delta, 'delta') ?? {});
    return eventNames.some((name) => name in part);
  }

  message(): unknown {
    const uses = this.toolCalls().map(({ id, name, arguments: input }) => ({
      toolUse: { toolUseId: id, name, input },
    }));
    const text = this.#text === '' ? [] : [{ text: this.#text }];
    const reasoning =
      this.#reasoning === '' ? [] : [{ reasoningContent: { reasoningText: { text: this.#reasoning } } }];
    return { role: 'assistant', content: [...reasoning, ...text, ...uses] };
  }

  toolCalls(): readonly ToolCall[] {
    return this.#calls.toolCalls();
  }

  #start(start: object): void {
    const use = readObject(readObject(start, 'start') ?? {}, 'toolUse');
    if (use === undefined) return;
    const place: unknown = Reflect.get(start, 'contentBlockIndex');
    this.#calls.add(place, { id: Reflect.get(use, 'toolUseId'), name: Reflect.get(use, 'name') });
  }

  #addDelta(place: unknown, delta: object): void {
    this.#text = joined(this.#text, Reflect.get(delta, 'text'));
    this.#reasoning = joined(this.#reasoning, Reflect.get(readObject(delta, 'reasoningContent') ?? {}, 'text'));
    const use = readObject(delta, 'toolUse');
    if (use !== undefined) this.#calls.add(place, { text: Reflect.get(use, 'input') });
  }
}
