import { readCount, readObject, setCounts, type MutableUsage } from './usage.ts';

/**
 * Anthropic's usage: `input_tokens` leaves cached tokens out, ours counts them in. The cache keys are what tells this
 * shape from OpenAI's responses; without them the two say the same.
 */
export function readAnthropicUsage(source: object): MutableUsage | undefined {
  const cacheReadTokens = readCount(source, 'cache_read_input_tokens');
  const cacheWriteTokens = readCount(source, 'cache_creation_input_tokens');
  if (cacheReadTokens === undefined && cacheWriteTokens === undefined) return undefined;
  const details = readObject(source, 'output_tokens_details');
  const fresh = readCount(source, 'input_tokens');
  const inputTokens = fresh === undefined ? undefined : fresh + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0);
  return setCounts(
    {},
    {
      inputTokens,
      outputTokens: readCount(source, 'output_tokens'),
      cacheReadTokens,
      cacheWriteTokens,
      reasoningTokens: details && readCount(details, 'thinking_tokens'),
    },
  );
}
