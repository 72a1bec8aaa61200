import { aiSdk } from './ai-sdk.ts';
import { anthropic } from './anthropic.ts';
import { bedrock } from './bedrock.ts';
import { cohere } from './cohere.ts';
import type { AnswerFormat } from './format.ts';
import { gemini } from './gemini.ts';
import { ollama } from './ollama.ts';
import { openAiChat } from './openai-chat.ts';
import { openAiResponses } from './openai-responses.ts';

/** Every format that is known; the first that knows a value reads it. */
export const formats: readonly AnswerFormat[] = [
  // First, since it says which results must not be read at all.
  aiSdk,
  openAiChat,
  // Before OpenAI's responses, since its usage has their detail keys too.
  anthropic,
  openAiResponses,
  gemini,
  ollama,
  cohere,
  bedrock,
];
