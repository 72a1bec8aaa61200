import type { Provider } from '@pydantic/genai-prices';
import { loadEngine, type PriceEngine } from './engine.ts';

/** What was consumed: tokens in and out, and which of them were cached or audio. Whatever is absent is not known. */
export interface Consumption {
  /** Cached ones included. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly inputAudioTokens?: number;
  readonly outputAudioTokens?: number;
}

/**
 * US dollars for a million tokens: `input_mtok`, `output_mtok`, `cache_read_mtok`, `cache_write_mtok`, `input_audio_mtok`,
 * `output_audio_mtok`. The names are those of the price table (https://github.com/pydantic/genai-prices).
 */
export type ModelPrice = Readonly<Record<string, number>>;

/** Prices by model; they win over the table's. */
export type OwnPrices = Readonly<Record<string, ModelPrice>>;

type Counts = Readonly<Record<string, number>>;
type Asked = ReturnType<PriceEngine['calcPrice']>;

/** US dollars for one token of each kind. */
interface Rates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/**
 * What a tier costs of the price: half, with Anthropic (https://platform.claude.com/docs/en/build-with-claude/batch-processing)
 * and with OpenAI (https://platform.openai.com/docs/guides/batch, https://platform.openai.com/docs/guides/flex-processing).
 */
const tierFactors: ReadonlyMap<unknown, number> = new Map([
  ['batch', 0.5],
  ['flex', 0.5],
]);

const mostKnown = 1_000;
const million = 1_000_000;
/** Names of the GenAI conventions that the table spells otherwise. */
const spellings: ReadonlyMap<string, string> = new Map([
  ['x_ai', 'x-ai'],
  ['azure.ai.openai', 'azure'],
  ['azure.ai.inference', 'azure'],
]);

/** Tells what consumption costs. Never throws. */
export interface PriceList {
  /** US dollars, or null where the model, or a kind of its tokens, has no price. */
  costOf(consumption: Consumption, service: Service, at: Date): number | null;
}

/** Who has served it, and how. */
export interface Service {
  readonly model: string;
  readonly provider: string | null;
  /** `batch` and `flex` cost half; any other but the ordinary ones has no price that the table knows. */
  readonly serviceTier?: unknown;
}

/** With `prices: false`: a cost is what was told by hand. */
export const noPrices: PriceList = { costOf: () => null };

/** The user's own prices, and the table's: what neither knows has no price. */
export class Prices implements PriceList {
  readonly #own: ReadonlyMap<string, Provider>;
  /** By provider and model; undefined where the price is not the same at any time and for any number. */
  readonly #rates = new Map<string, Rates | undefined>();

  constructor(own: OwnPrices = {}) {
    this.#own = new Map(Object.entries(own).map(([model, prices]) => [model, providerOf(model, prices)]));
  }

  costOf(consumption: Consumption, { model, provider, serviceTier }: Service, at: Date): number | null {
    const factor = serviceTier === undefined ? 1 : tierFactors.get(serviceTier);
    if (factor === undefined || consumption.inputTokens === undefined) return null;
    const own = this.#own.get(model);
    // It runs on the user's own machine: what it costs is not by the token.
    if (own === undefined && provider === 'ollama') return 0;
    const engine = loadEngine();
    if (engine === undefined) return null;
    const ask = (counts: Counts): Asked => askTable(engine, counts, { model, provider, own, timestamp: at });
    try {
      const cost = this.#linearCost(consumption, `${provider ?? ''}\n${model}`, ask) ?? exactCost(consumption, ask);
      return cost === null ? null : cost * factor;
    } catch {
      return null;
    }
  }

  /**
   * To ask the table takes several times as long as to record a span. Where a model has one price for each kind of token
   * it is asked once.
   */
  #linearCost(consumption: Consumption, key: string, ask: (counts: Counts) => Asked): number | undefined {
    if (!this.#rates.has(key)) {
      if (this.#rates.size >= mostKnown) this.#rates.clear();
      this.#rates.set(key, ratesOf(ask));
    }
    const rates = this.#rates.get(key);
    const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = consumption;
    const fresh = inputTokens - cacheReadTokens - cacheWriteTokens;
    if (rates === undefined || fresh < 0 || hasAudio(consumption)) return undefined;
    return (
      fresh * rates.input +
      outputTokens * rates.output +
      cacheReadTokens * rates.cacheRead +
      cacheWriteTokens * rates.cacheWrite
    );
  }
}

function providerOf(model: string, prices: ModelPrice): Provider {
  return { id: 'own', name: 'own', api_pattern: 'own', models: [{ id: model, match: { regex: '.*' }, prices }] };
}

function hasAudio({ inputAudioTokens = 0, outputAudioTokens = 0 }: Consumption): boolean {
  return inputAudioTokens > 0 || outputAudioTokens > 0;
}

interface Question {
  readonly model: string;
  readonly provider: string | null;
  readonly own: Provider | undefined;
  readonly timestamp: Date;
}

function askTable({ calcPrice }: PriceEngine, counts: Counts, { model, provider, own, timestamp }: Question): Asked {
  if (own !== undefined) return calcPrice(counts, model, { provider: own, timestamp });
  if (provider !== null) {
    const named = calcPrice(counts, model, { providerId: spellings.get(provider) ?? provider, timestamp });
    // A name that the table does not know, such as a gateway's, says nothing about the price.
    if (named !== null) return named;
  }
  return calcPrice(counts, model, { timestamp });
}

function ratesOf(ask: (counts: Counts) => Asked): Rates | undefined {
  const price = ask({ input_tokens: 1 });
  if (price === null || Array.isArray(price.model.prices)) return undefined;
  if (Object.values(price.model_price).some((rate) => typeof rate === 'object')) return undefined;
  const rate = (counts: Counts): number => (ask(counts)?.total_price ?? 0) / million;
  return {
    input: rate({ input_tokens: million }),
    output: rate({ output_tokens: million }),
    cacheRead: rate({ input_tokens: million, cache_read_tokens: million }),
    cacheWrite: rate({ input_tokens: million, cache_write_tokens: million }),
  };
}

function exactCost(consumption: Consumption, ask: (counts: Counts) => Asked): number | null {
  const { inputTokens = 0, outputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0 } = consumption;
  const { inputAudioTokens = 0, outputAudioTokens = 0 } = consumption;
  const price = ask({
    // More of a part than of the whole is a miscount, over which the table would throw.
    input_tokens: Math.max(inputTokens, cacheReadTokens + cacheWriteTokens, inputAudioTokens),
    output_tokens: Math.max(outputTokens, outputAudioTokens),
    cache_read_tokens: cacheReadTokens,
    cache_write_tokens: cacheWriteTokens,
    input_audio_tokens: inputAudioTokens,
    output_audio_tokens: outputAudioTokens,
  });
  if (price === null) return null;
  // Audio costs several times what text does: where the table has no price for it, text's would be a guess.
  const { input_audio_mtok: inputAudio, output_audio_mtok: outputAudio } = price.model_price;
  if (inputAudioTokens > 0 && inputAudio === undefined) return null;
  return outputAudioTokens > 0 && outputAudio === undefined ? null : price.total_price;
}
