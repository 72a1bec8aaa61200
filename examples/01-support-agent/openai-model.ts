import { currentSpan } from 'clew';
import type OpenAI from 'openai';
import { parseJson } from './json-value.ts';
import type { Message, Model, Prompt, Reply, ToolCall, ToolSpec } from './model.ts';

type Chat = OpenAI.Chat.Completions.ChatCompletionMessageParam;
type WireCall = OpenAI.Chat.Completions.ChatCompletionMessageToolCall;
type WireTool = OpenAI.Chat.Completions.ChatCompletionFunctionTool;
type Request = OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming;

/** Chat completions: OpenAI itself, or anything that speaks its format, such as Ollama. */
export class OpenAIModel implements Model {
  readonly label: string;
  readonly #client: OpenAI;
  readonly #model: string;
  readonly #provider: string;

  constructor(client: OpenAI, model: string, provider = 'openai') {
    this.#client = client;
    this.#model = model;
    this.#provider = provider;
    this.label = `${provider} ${model}`;
  }

  async complete(prompt: Prompt): Promise<Reply> {
    const completion = await this.#client.chat.completions.create(this.#request(prompt));
    const { id: responseId, model, usage = null } = completion;
    const message = completion.choices[0]?.message;
    const toolCalls = (message?.tool_calls ?? []).flatMap(fromWireCall);
    // The usage goes in as the provider gave it: clew reads every provider's shape.
    currentSpan()?.update({ provider: this.#provider, model, responseId, usage, toolCalls });
    return { text: message?.content ?? '', toolCalls };
  }

  async *stream(prompt: Prompt): AsyncGenerator<string> {
    const generation = currentSpan();
    const chunks = await this.#client.chat.completions.create({
      ...this.#request(prompt),
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const { id: responseId, model, usage, choices } of chunks) {
      // Only the last chunk has it: no text, and the usage of the whole stream.
      if (usage) generation?.update({ provider: this.#provider, model, responseId, usage });
      const text = choices[0]?.delta.content;
      if (text) yield text;
    }
  }

  #request({ system, messages, tools }: Prompt): Request {
    return {
      model: this.#model,
      messages: [{ role: 'system', content: system }, ...messages.map(toChat)],
      ...(tools && { tools: tools.map(toWireTool) }),
    };
  }
}

function toChat(message: Message): Chat {
  if (message.role === 'user') return { role: 'user', content: message.text };
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.text };
  const calls = message.toolCalls.map(toWireCall);
  return { role: 'assistant', content: message.text, ...(calls.length > 0 && { tool_calls: calls }) };
}

function toWireCall(call: ToolCall): WireCall {
  const { id, name } = call;
  return { id, type: 'function', function: { name, arguments: JSON.stringify(call.arguments ?? {}) } };
}

function fromWireCall(call: WireCall): ToolCall[] {
  if (call.type !== 'function') return [];
  return [{ id: call.id, name: call.function.name, arguments: parseJson(call.function.arguments) }];
}

function toWireTool({ name, description, parameters }: ToolSpec): WireTool {
  return { type: 'function', function: { name, description, parameters: { ...parameters } } };
}
