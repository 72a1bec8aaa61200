import { types } from 'node:util';
import { isDictionary, isObject } from '../base/object.ts';
import { untraced } from '../base/shared.ts';
import { readData } from './object-shape.ts';
import { platformHeader } from './platform.ts';
import { readTypeName } from './walker.ts';

/** What a model request was for that gave no answer to read it from. What is not known is absent. */
export interface FailedRequest {
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
}

/** Names of models that one provider alone uses. With a host, a tag or a path before them it may be anybody's. */
const families: readonly (readonly [RegExp, string])[] = [
  [/^(?:ft:)?(?:gpt-\d|o[134](?:-|$)|chatgpt-|text-embedding-3-|text-embedding-ada-|dall-e-)[\w.:-]*$/, 'openai'],
  [/^claude-[\w.-]+$/, 'anthropic'],
  [/^gemini-[\w.-]+$/, 'google'],
  [/^grok-[\w.-]+$/, 'x-ai'],
  [/^command-[\w.-]+$/, 'cohere'],
];

/** Headers that one provider alone sends. */
const headers: readonly (readonly [string, string])[] = [
  ['openai-processing-ms', 'openai'],
  ['openai-version', 'openai'],
  ['anthropic-organization-id', 'anthropic'],
  ['anthropic-ratelimit-requests-limit', 'anthropic'],
  ['x-groq-region', 'groq'],
];

/** Base classes of errors of clients that speak to one provider alone; OpenAI's client speaks to many. */
const classes: ReadonlyMap<string, string> = new Map([
  ['GroqError', 'groq'],
  ['TogetherError', 'together'],
  ['CerebrasError', 'cerebras'],
  ['CohereError', 'cohere'],
  ['MistralError', 'mistral'],
  ['GoogleGenerativeAIError', 'google'],
]);

const hosts: ReadonlyMap<string, string> = new Map([
  ['api.openai.com', 'openai'],
  ['api.anthropic.com', 'anthropic'],
  ['generativelanguage.googleapis.com', 'google'],
  ['api.groq.com', 'groq'],
  ['api.mistral.ai', 'mistral'],
  ['api.cohere.com', 'cohere'],
  ['api.deepseek.com', 'deepseek'],
  ['api.x.ai', 'x-ai'],
]);

const longestModel = 500;
const mostLevels = 10;

/**
 * Model and provider of a request that failed: the model out of what the call was given, the provider out of the error,
 * else out of a name of a model that is one provider's alone. Never throws; where nothing tells, nothing is said.
 */
export function readFailedRequest(error: unknown, inputText: string | null): FailedRequest {
  return untraced(() => {
    try {
      const model = modelIn(inputText);
      return { model, provider: providerOf(error, model) };
    } catch {
      return {};
    }
  });
}

/** `model` of what the call was given, or of one of its arguments. */
function modelIn(inputText: string | null): string | undefined {
  if (inputText === null || !inputText.includes('"model')) return undefined;
  const input: unknown = JSON.parse(inputText);
  if (!isObject(input)) return undefined;
  return (
    modelOf(input) ??
    Object.values(input)
      .map(modelOf)
      .find((model) => model !== undefined)
  );
}

function modelOf(value: unknown): string | undefined {
  if (!isDictionary(value)) return undefined;
  const model = value['model'] ?? value['modelId'];
  return typeof model === 'string' && model !== '' && model.length <= longestModel ? model : undefined;
}

function providerOf(error: unknown, model: string | undefined): string | undefined {
  return (isObject(error) && !types.isProxy(error) ? providerOfError(error) : undefined) ?? familyOf(model);
}

function providerOfError(error: object): string | undefined {
  const found = readData(error, 'headers') ?? readData(readData(error, 'response'), 'headers');
  const sent = isObject(found) ? headers.find(([name]) => hasHeader(found, name)) : undefined;
  if (sent !== undefined) return sent[1];
  const url = readData(error, 'url') ?? readData(readData(error, 'config'), 'baseURL');
  const host = typeof url === 'string' && URL.canParse(url) ? hosts.get(new URL(url).host) : undefined;
  if (host !== undefined) return host;
  if (isObject(readData(error, '$metadata')) && readData(error, '$fault') !== undefined) return 'aws';
  return providerOfClass(error);
}

function providerOfClass(error: object): string | undefined {
  let level: unknown = error;
  for (let depth = 0; depth < mostLevels && isObject(level) && !types.isProxy(level); depth += 1) {
    const provider = classes.get(readTypeName(level));
    if (provider !== undefined) return provider;
    level = Object.getPrototypeOf(level);
  }
  return undefined;
}

function familyOf(model: string | undefined): string | undefined {
  return model === undefined ? undefined : families.find(([pattern]) => pattern.test(model))?.[1];
}

function hasHeader(found: object, name: string): boolean {
  return typeof (readData(found, name) ?? platformHeader(found, name)) === 'string';
}
