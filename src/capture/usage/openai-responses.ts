import { isObject } from '../../base/object.ts';
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
 * OpenAI's responses, whole or as the events of a stream.
 *
 * Source: https://platform.openai.com/docs/api-reference/responses
 */
export const openAiResponses: AnswerFormat = {
  answerKeys: ['object', 'type'],
  usageKeys: ['input_tokens_details', 'output_tokens_details'],
  readUsage: readResponsesUsage,

  readAnswer(value) {
    const response = responseOf(value);
    return response && readResponse(response);
  },

  stream: { begins: isEvent, assembly: () => new ResponsesAssembly() },
};

/** The response itself, or the one that an event tells of. */
function responseOf(value: object): object | undefined {
  if ('object' in value && value.object === 'response') return value;
  return isEvent(value) ? readObject(value, 'response') : undefined;
}

function isEvent(value: object): boolean {
  return 'type' in value && typeof value.type === 'string' && value.type.startsWith('response.');
}

function readResponse(response: object): Answer {
  const usage = readObject(response, 'usage');
  return {
    usage: completeUsage(usage && readResponsesUsage(usage)),
    model: readText(response, 'model'),
    responseId: readText(response, 'id'),
    serviceTier: readServiceTier(response),
    toolCalls: readToolCalls(Reflect.get(response, 'output'), readOutputCall),
  };
}

function readOutputCall(item: object): ToolCall | undefined {
  if (Reflect.get(item, 'type') !== 'function_call') return undefined;
  return toolCall(Reflect.get(item, 'call_id'), Reflect.get(item, 'name'), Reflect.get(item, 'arguments'));
}

function readResponsesUsage(usage: object): MutableUsage | undefined {
  const input = readObject(usage, 'input_tokens_details');
  const output = readObject(usage, 'output_tokens_details');
  if (input === undefined && output === undefined) return undefined;
  return setCounts(
    {},
    {
      inputTokens: readCount(usage, 'input_tokens'),
      outputTokens: readCount(usage, 'output_tokens'),
      totalTokens: readCount(usage, 'total_tokens'),
      cacheReadTokens: input && readCount(input, 'cached_tokens'),
      cacheWriteTokens: input && readCount(input, 'cache_write_tokens'),
      inputAudioTokens: input && readCount(input, 'audio_tokens'),
      reasoningTokens: output && readCount(output, 'reasoning_tokens'),
      outputAudioTokens: output && readCount(output, 'audio_tokens'),
    },
  );
}

class ResponsesAssembly implements Assembly {
  #text = '';
  #refusal = '';
  readonly #calls = new FragmentedCalls();
  /** The last event holds everything; a stream that is broken off never has it. */
  #output: unknown;

  add(part: object): boolean {
    if (!isEvent(part)) return false;
    const type = readText(part, 'type');
    const delta: unknown = Reflect.get(part, 'delta');
    const place: unknown = Reflect.get(part, 'output_index');
    if (type === 'response.output_text.delta') this.#text = joined(this.#text, delta);
    else if (type === 'response.refusal.delta') this.#refusal = joined(this.#refusal, delta);
    else if (type === 'response.function_call_arguments.delta') this.#calls.add(place, { text: delta });
    else if (type === 'response.output_item.added') this.#addItem(place, Reflect.get(part, 'item'));
    else this.#takeResponse(readObject(part, 'response'));
    return true;
  }

  message(): unknown {
    if (this.#output !== undefined) return this.#output;
    return {
      role: 'assistant',
      content: this.#text === '' ? null : this.#text,
      ...(this.#refusal === '' ? {} : { refusal: this.#refusal }),
      ...(this.#calls.isEmpty ? {} : { tool_calls: this.#calls.toolCalls() }),
    };
  }

  toolCalls(): readonly ToolCall[] {
    return this.#output === undefined ? this.#calls.toolCalls() : readToolCalls(this.#output, readOutputCall);
  }

  #addItem(place: unknown, item: unknown): void {
    if (!isObject(item) || Reflect.get(item, 'type') !== 'function_call') return;
    this.#calls.add(place, { id: Reflect.get(item, 'call_id'), name: Reflect.get(item, 'name') });
  }

  #takeResponse(response: object | undefined): void {
    const output: unknown = response && Reflect.get(response, 'output');
    if (Array.isArray(output) && output.length > 0) this.#output = output;
  }
}
