import type { PriceCalculation } from '@pydantic/genai-prices';
import type { Consumption, Counts } from './consumption.ts';
import type { Ask } from './price-tables.ts';
import { isSteady, type Known } from './rates.ts';

/** US dollars for one token of each kind. */
export interface TokenRates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

const million = 1_000_000;

export function findTokenRates(ask: Ask): Known<TokenRates> {
  const price = ask({});
  if (price === null || isSpeechAlone(price)) return 'none';
  if (!isSteady(price)) return 'varying';
  const rate = (counts: Counts): number => (ask(counts)?.total_price ?? 0) / million;
  return {
    input: rate({ input_tokens: million }),
    output: rate({ output_tokens: million }),
    cacheRead: rate({ input_tokens: million, cache_read_tokens: million }),
    cacheWrite: rate({ input_tokens: million, cache_write_tokens: million }),
  };
}

/** What the rates say; undefined where they do not say it all. */
export function linearTokenCost(consumption: Consumption, rates: TokenRates): number | undefined {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = consumption;
  const { inputAudioTokens = 0, outputAudioTokens = 0 } = consumption;
  const fresh = inputTokens - cacheReadTokens - cacheWriteTokens;
  if (fresh < 0 || inputAudioTokens > 0 || outputAudioTokens > 0) return undefined;
  return (
    fresh * rates.input +
    outputTokens * rates.output +
    cacheReadTokens * rates.cacheRead +
    cacheWriteTokens * rates.cacheWrite
  );
}

export function exactTokenCost(consumption: Consumption, ask: Ask): number | null {
  const counts = countsOf(consumption);
  const [least, most] = cachedAudio(consumption, counts);
  const price = ask({ ...counts, cache_audio_read_tokens: least });
  if (price === null || lacksAudio(consumption, price)) return null;
  if (least === most) return price.total_price;
  // What is cached may be text or audio, which cost several times each other: a price is only what holds for both.
  const other = ask({ ...counts, cache_audio_read_tokens: most });
  return other?.total_price === price.total_price ? price.total_price : null;
}

function isSpeechAlone({ model_price }: PriceCalculation): boolean {
  const kinds = Object.keys(model_price);
  return kinds.some((kind) => /_(hours|mchars)$/.test(kind)) && !kinds.some((kind) => kind.endsWith('_mtok'));
}

/** Audio costs several times what text does: where the table has no price for it, text's would be a guess. */
function lacksAudio(consumption: Consumption, { model, model_price }: PriceCalculation): boolean {
  const { inputAudioTokens = 0, outputAudioTokens = 0 } = consumption;
  const { input_audio_mtok: inputAudio, output_audio_mtok: outputAudio } = model_price;
  if (inputAudioTokens > 0 && inputAudio === undefined) return true;
  // What a voice puts out is nothing but audio, and so is the price of its output.
  return outputAudioTokens > 0 && outputAudio === undefined && !/\btts\b/.test(model.id);
}

function countsOf(consumption: Consumption) {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = consumption;
  const { inputAudioTokens = 0, outputAudioTokens = 0 } = consumption;
  return {
    // More of a part than of the whole is a miscount, over which the table would throw.
    input_tokens: Math.max(inputTokens, cacheReadTokens + cacheWriteTokens, inputAudioTokens),
    output_tokens: Math.max(outputTokens, outputAudioTokens),
    cache_read_tokens: cacheReadTokens,
    cache_write_tokens: cacheWriteTokens,
    input_audio_tokens: inputAudioTokens,
    output_audio_tokens: outputAudioTokens,
  };
}

/** The least and the most tokens that can be both cached and audio: the same number where it was told, or follows. */
function cachedAudio(
  { cacheReadAudioTokens }: Consumption,
  { input_tokens: all, cache_read_tokens: cached, input_audio_tokens: audio }: ReturnType<typeof countsOf>,
): readonly [least: number, most: number] {
  const least = Math.max(0, cached + audio - all);
  const most = Math.min(cached, audio);
  if (cacheReadAudioTokens === undefined) return [least, most];
  const told = Math.min(Math.max(cacheReadAudioTokens, least), most);
  return [told, told];
}
