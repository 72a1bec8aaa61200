import { isObject } from '../../base/object.ts';
import type { AnswerFormat, Assembly } from './format.ts';
import { FragmentedCalls, joined } from './fragments.ts';
import { readFunctionCall, readToolCalls, type ToolCall } from './tool-call.ts';
import {
  completeUsage,
  readCount,
  readList,
  readObject,
  readServiceTier,
  readText,
  setCounts,
  type MutableUsage,
} from './usage.ts';

/**
 * OpenAI's chat completions, and those who speak them: Groq, Together, DeepSeek, xAI, Mistral, and the compatible
 * endpoints of Gemini and Ollama. Mistral's own client spells the same in camelCase, and wraps each streamed event.
 *
 * Source: https://platform.openai.com/docs/api-reference/chat
 */
export const openAiChat: AnswerFormat = {
  answerKeys: ['choices', 'data'],
  usageKeys: [
    'prompt_tokens',
    'promptTokens',
    'completion_tokens',
    'completionTokens',
    'prompt_tokens_details',
    'promptTokensDetails',
    'completion_tokens_details',
    'completionTokensDetails',
  ],
  readUsage: readChatUsage,

  readAnswer(value) {
    const body = bodyOf(value);
    if (body === undefined) return undefined;
    const groq = readObject(body, 'x_groq');
    const usage = readObject(body, 'usage') ?? (groq && readObject(groq, 'usage'));
    return {
      usage: completeUsage(usage && readChatUsage(usage)),
      model: readText(body, 'model'),
      responseId: readText(body, 'id'),
      provider: groq && 'groq',
      serviceTier: readServiceTier(body),
      toolCalls: choicesOf(body).flatMap((choice) => toolCallsOf(readObject(choice, 'message'))),
    };
  },

  stream: { begins: (part) => bodyOf(part) !== undefined, assembly: () => new ChatAssembly() },
};

function bodyOf(value: object): object | undefined {
  if ('choices' in value) return value;
  if (!('data' in value) || !isObject(value.data) || !('choices' in value.data)) return undefined;
  return value.data;
}

function choicesOf(body: object): readonly object[] {
  return readList(body, 'choices').filter(isObject);
}

function toolCallsOf(message: object | undefined): readonly ToolCall[] {
  if (message === undefined) return [];
  return readToolCalls(Reflect.get(message, 'tool_calls') ?? Reflect.get(message, 'toolCalls'), readFunctionCall);
}

/** `prompt_tokens`, with the details of OpenAI, or with those of DeepSeek and xAI. */
function readChatUsage(usage: object): MutableUsage | undefined {
  const inputTokens = readCount(usage, 'prompt_tokens') ?? readCount(usage, 'promptTokens');
  const outputTokens = readCount(usage, 'completion_tokens') ?? readCount(usage, 'completionTokens');
  const input = readObject(usage, 'prompt_tokens_details') ?? readObject(usage, 'promptTokensDetails');
  const output = readObject(usage, 'completion_tokens_details') ?? readObject(usage, 'completionTokensDetails');
  if (inputTokens === undefined && outputTokens === undefined && input === undefined && output === undefined) {
    return undefined;
  }
  const totalTokens = readCount(usage, 'total_tokens') ?? readCount(usage, 'totalTokens');
  const reasoningTokens = output && readCount(output, 'reasoning_tokens');
  return setCounts(
    {},
    {
      inputTokens,
      outputTokens: withReasoning(inputTokens, outputTokens, reasoningTokens, totalTokens),
      totalTokens,
      cacheReadTokens:
        (input && (readCount(input, 'cached_tokens') ?? readCount(input, 'cachedTokens'))) ??
        readCount(usage, 'prompt_cache_hit_tokens') ??
        readCount(usage, 'cached_tokens'),
      cacheWriteTokens: input && readCount(input, 'cache_write_tokens'),
      inputAudioTokens: input && readCount(input, 'audio_tokens'),
      reasoningTokens,
      outputAudioTokens: output && readCount(output, 'audio_tokens'),
    },
  );
}

/** xAI leaves reasoning out of `completion_tokens`, as only its total tells; ours counts it in, as OpenAI's does. */
function withReasoning(
  input: number | undefined,
  output: number | undefined,
  reasoning: number | undefined,
  total: number | undefined,
): number | undefined {
  if (input === undefined || output === undefined || reasoning === undefined) return output;
  return total === input + output + reasoning ? output + reasoning : output;
}

interface Choice {
  role: string;
  content: string;
  reasoning: string;
  refusal: string;
  readonly calls: FragmentedCalls;
}

const mostChoices = 20;

class ChatAssembly implements Assembly {
  readonly #choices = new Map<unknown, Choice>();

  add(part: object): boolean {
    const body = bodyOf(part);
    if (body === undefined) return false;
    for (const choice of choicesOf(body)) {
      const delta = readObject(choice, 'delta') ?? readObject(choice, 'message');
      if (delta !== undefined) this.#addDelta(this.#choiceAt(Reflect.get(choice, 'index')), delta);
    }
    return true;
  }

  message(): unknown {
    const messages = [...this.#choices.values()].map((choice) => ({
      role: choice.role,
      content: choice.content === '' ? null : choice.content,
      ...(choice.reasoning === '' ? {} : { reasoning_content: choice.reasoning }),
      ...(choice.refusal === '' ? {} : { refusal: choice.refusal }),
      ...(choice.calls.isEmpty ? {} : { tool_calls: choice.calls.toolCalls() }),
    }));
    return messages.length === 1 ? messages[0] : messages;
  }

  toolCalls(): readonly ToolCall[] {
    return [...this.#choices.values()].flatMap(({ calls }) => calls.toolCalls());
  }

  #choiceAt(index: unknown): Choice {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const choice: Choice = { role: 'assistant', content: '', reasoning: '', refusal: '', calls: new FragmentedCalls() };
    if (this.#choices.size < mostChoices) this.#choices.set(index, choice);
    return choice;
  }

  #addDelta(choice: Choice, delta: object): void {
    choice.role = readText(delta, 'role') ?? choice.role;
    choice.content = joined(choice.content, textOf(Reflect.get(delta, 'content')));
    choice.reasoning = joined(
      choice.reasoning,
      Reflect.get(delta, 'reasoning_content') ?? Reflect.get(delta, 'reasoning'),
    );
    choice.refusal = joined(choice.refusal, Reflect.get(delta, 'refusal'));
    const calls: unknown = Reflect.get(delta, 'tool_calls') ?? Reflect.get(delta, 'toolCalls');
    if (!Array.isArray(calls)) return;
    for (const [place, call] of calls.entries()) {
      if (!isObject(call)) continue;
      const named = readObject(call, 'function');
      choice.calls.add(Reflect.get(call, 'index') ?? Reflect.get(call, 'id') ?? place, {
        id: Reflect.get(call, 'id'),
        name: named && Reflect.get(named, 'name'),
        text: named && argumentsText(Reflect.get(named, 'arguments')),
      });
    }
  }
}

/** Mistral's reasoning models give a list of texts and thoughts. */
function textOf(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  return content.map((part: unknown) => (isObject(part) ? (readText(part, 'text') ?? '') : '')).join('');
}

/** A client may have parsed them already. */
function argumentsText(given: unknown): unknown {
  return isObject(given) ? JSON.stringify(given) : given;
}
