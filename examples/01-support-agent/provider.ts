import Anthropic, { type ClientOptions as AnthropicOptions } from '@anthropic-ai/sdk';
import OpenAI, { type ClientOptions as OpenAIOptions } from 'openai';
import { AnthropicModel } from './anthropic-model.ts';
import type { Model } from './model.ts';
import { OpenAIModel } from './openai-model.ts';
import { startScriptedProvider } from './scripted-provider/server.ts';

/** Who does the thinking. The planner classifies and picks tools, the writer answers the customer. */
export interface Provider {
  planner: Model;
  writer: Model;
  scripted: boolean;
  close: () => Promise<void>;
}

/**
 * | set                                     | planner   | writer    |
 * | --------------------------------------- | --------- | --------- |
 * | `OPENAI_API_KEY` and `ANTHROPIC_API_KEY` | OpenAI    | Anthropic |
 * | one of them                             | that one  | that one  |
 * | `OLLAMA_HOST` alone                     | Ollama    | Ollama    |
 * | none                                    | scripted  | scripted  |
 *
 * `OPENAI_MODEL`, `ANTHROPIC_MODEL` and `OLLAMA_MODEL` choose the model.
 */
export async function chooseProvider(env: NodeJS.ProcessEnv): Promise<Provider> {
  const { OPENAI_API_KEY, ANTHROPIC_API_KEY, OLLAMA_HOST } = env;
  const openai = OPENAI_API_KEY ? openaiModel(env, { apiKey: OPENAI_API_KEY }) : undefined;
  const anthropic = ANTHROPIC_API_KEY ? anthropicModel(env, { apiKey: ANTHROPIC_API_KEY }) : undefined;
  const planner = openai ?? anthropic ?? (OLLAMA_HOST ? ollamaModel(env, OLLAMA_HOST) : undefined);
  if (planner) return { planner, writer: anthropic ?? planner, scripted: false, close: async () => {} };
  return scriptedProvider();
}

/** The same clients and the same wire formats as with a key; only the address is another. */
export async function scriptedProvider(options?: { hurry?: boolean }): Promise<Provider> {
  const { url, close } = await startScriptedProvider(options);
  const planner = openaiModel({}, { apiKey: 'scripted', baseURL: `${url}/v1` });
  const writer = anthropicModel({}, { apiKey: 'scripted', baseURL: url });
  return { planner, writer, scripted: true, close };
}

function openaiModel(env: NodeJS.ProcessEnv, options: OpenAIOptions): Model {
  return new OpenAIModel(new OpenAI(options), env['OPENAI_MODEL'] ?? 'gpt-4.1-mini');
}

function anthropicModel(env: NodeJS.ProcessEnv, options: AnthropicOptions): Model {
  return new AnthropicModel(new Anthropic(options), env['ANTHROPIC_MODEL'] ?? 'claude-sonnet-4-6');
}

/** Ollama speaks OpenAI's format. Its own tools accept `OLLAMA_HOST` without a scheme, so this does too. */
function ollamaModel(env: NodeJS.ProcessEnv, host: string): Model {
  const url = /^https?:\/\//.test(host) ? host : `http://${host}`;
  const client = new OpenAI({ apiKey: 'ollama', baseURL: `${url.replace(/\/+$/, '')}/v1` });
  return new OpenAIModel(client, env['OLLAMA_MODEL'] ?? 'llama3.2', 'ollama');
}
