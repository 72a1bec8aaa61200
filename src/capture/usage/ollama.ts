import type { AnswerFormat, Assembly } from './format.ts';
import { joined } from './fragments.ts';
import { mostToolCalls, readFunctionCall, readToolCalls, type ToolCall } from './tool-call.ts';
import { completeUsage, readCount, readList, readObject, readText, setCounts } from './usage.ts';

/**
 * Ollama's own API, `/api/chat` and `/api/generate`; the parts of a stream have the same form, and the last one the
 * numbers. A prompt that was cached has no count (E15): it stays missing.
 *
 * Source: https://github.com/ollama/ollama/blob/main/docs/api.md
 */
export const ollama: AnswerFormat = {
  answerKeys: ['created_at'],
  readAnswer(value) {
    if (!isOllama(value)) return undefined;
    const message = readObject(value, 'message');
    return {
      usage: completeUsage(
        setCounts(
          {},
          { inputTokens: readCount(value, 'prompt_eval_count'), outputTokens: readCount(value, 'eval_count') },
        ),
      ),
      model: readText(value, 'model'),
      provider: 'ollama',
      toolCalls: message && readToolCalls(Reflect.get(message, 'tool_calls'), readFunctionCall),
    };
  },

  stream: { begins: isOllama, assembly: () => new OllamaAssembly() },
};

function isOllama(value: object): boolean {
  return 'done' in value && typeof value.done === 'boolean' && 'created_at' in value && 'model' in value;
}

class OllamaAssembly implements Assembly {
  #content = '';
  #thinking = '';
  #calls: readonly unknown[] = [];

  add(part: object): boolean {
    if (!isOllama(part)) return false;
    const message = readObject(part, 'message') ?? part;
    this.#content = joined(this.#content, Reflect.get(message, 'content') ?? Reflect.get(message, 'response'));
    this.#thinking = joined(this.#thinking, Reflect.get(message, 'thinking'));
    this.#calls = [...this.#calls, ...readList(message, 'tool_calls')].slice(0, mostToolCalls);
    return true;
  }

  message(): unknown {
    return {
      role: 'assistant',
      content: this.#content,
      ...(this.#thinking === '' ? {} : { thinking: this.#thinking }),
      ...(this.#calls.length === 0 ? {} : { tool_calls: this.#calls }),
    };
  }

  toolCalls(): readonly ToolCall[] {
    return readToolCalls(this.#calls, readFunctionCall);
  }
}
