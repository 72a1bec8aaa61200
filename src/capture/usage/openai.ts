import { readCount, readObject, setCounts, type MutableUsage } from './usage.ts';

/** OpenAI's usage: chat completions (`prompt_tokens`) and responses (`input_tokens` with details). */
export function readOpenAiUsage(source: object): MutableUsage | undefined {
  const input = readObject(source, 'prompt_tokens_details') ?? readObject(source, 'input_tokens_details');
  const output = readObject(source, 'completion_tokens_details') ?? readObject(source, 'output_tokens_details');
  const isOpenAi =
    input !== undefined || output !== undefined || 'prompt_tokens' in source || 'completion_tokens' in source;
  if (!isOpenAi) return undefined;
  return setCounts(
    {},
    {
      inputTokens: readCount(source, 'prompt_tokens') ?? readCount(source, 'input_tokens'),
      outputTokens: readCount(source, 'completion_tokens') ?? readCount(source, 'output_tokens'),
      totalTokens: readCount(source, 'total_tokens'),
      cacheReadTokens: input && readCount(input, 'cached_tokens'),
      cacheWriteTokens: input && readCount(input, 'cache_write_tokens'),
      inputAudioTokens: input && readCount(input, 'audio_tokens'),
      reasoningTokens: output && readCount(output, 'reasoning_tokens'),
      outputAudioTokens: output && readCount(output, 'audio_tokens'),
    },
  );
}
