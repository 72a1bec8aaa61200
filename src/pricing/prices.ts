import type { Consumption } from './consumption.ts';
import { loadEngine } from './engine.ts';
import { OwnPriceList, type OwnPrices } from './own-prices.ts';
import { askOwn, askPackage, askSpeech, type Ask, type Question } from './price-tables.ts';
import { RateBook } from './rates.ts';
import { exactSpeechCost, findSpeechRates, linearSpeechCost, type SpeechRates } from './speech-cost.ts';
import { exactTokenCost, findTokenRates, linearTokenCost, type TokenRates } from './token-cost.ts';

export type { Consumption } from './consumption.ts';
export type { ModelPrice, OwnPrices } from './own-prices.ts';

/**
 * What a tier costs of the price: half, with Anthropic (https://platform.claude.com/docs/en/build-with-claude/batch-processing)
 * and with OpenAI (https://platform.openai.com/docs/guides/batch, https://platform.openai.com/docs/guides/flex-processing).
 */
const tierFactors: ReadonlyMap<unknown, number> = new Map([
  ['batch', 0.5],
  ['flex', 0.5],
]);

/** Tells what consumption costs. Never throws. */
export interface PriceList {
  /** US dollars, or null where the model, or a kind of what was consumed, has no price. */
  costOf(consumption: Consumption, service: Service, at: Date): number | null;
}

/** Who has served it, and how. */
export interface Service {
  readonly model: string;
  /** As anyone writes it: `deepgram`, `Deepgram` and `api.deepgram.com` are the same. */
  readonly provider: string | null;
  /** `batch` and `flex` cost half; any other but the ordinary ones has no price that the tables know. */
  readonly serviceTier?: unknown;
}

/** With `prices: false`: a cost is what was told by hand. */
export const noPrices: PriceList = { costOf: () => null };

/** The user's own prices, and the tables': what none of them knows has no price. */
export class Prices implements PriceList {
  readonly #own: OwnPriceList;
  /** By provider and model. */
  readonly #tokenRates = new RateBook<TokenRates>();
  readonly #speechRates = new RateBook<SpeechRates>();

  constructor(own: OwnPrices = {}) {
    this.#own = new OwnPriceList(own);
  }

  costOf(consumption: Consumption, service: Service, at: Date): number | null {
    try {
      const cost = this.#costOf(consumption, service, at);
      return cost !== null && cost >= 0 && cost < Infinity ? cost : null;
    } catch {
      return null;
    }
  }

  #costOf(consumption: Consumption, { model, provider, serviceTier }: Service, at: Date): number | null {
    const factor = serviceTier === undefined ? 1 : tierFactors.get(serviceTier);
    if (factor === undefined || !(tellsTokens(consumption) || tellsSpeech(consumption))) return null;
    const own = this.#own.find(model, provider);
    // It runs on the user's own machine: what it costs is not by the token.
    if (own === undefined && provider === 'ollama') return 0;
    const engine = loadEngine();
    if (engine === undefined) return null;
    const question = { model, provider, timestamp: at };
    const ask = (table: typeof askPackage): Ask =>
      own === undefined ? table(engine, question) : askOwn(engine, own, question);
    const tokens = this.#tokenCost(consumption, question, () => ask(askPackage));
    if (tokens !== null) return tokens * factor;
    // Nobody publishes what speech costs in a batch.
    return serviceTier === undefined ? this.#speechCost(consumption, question, () => ask(askSpeech)) : null;
  }

  #tokenCost(consumption: Consumption, question: Question, asking: () => Ask): number | null {
    if (!tellsTokens(consumption)) return null;
    const rates = this.#tokenRates.find(question, () => findTokenRates(asking()));
    if (rates === 'none') return null;
    const linear = rates === 'varying' ? undefined : linearTokenCost(consumption, rates);
    return linear ?? exactTokenCost(consumption, asking());
  }

  #speechCost(consumption: Consumption, question: Question, asking: () => Ask): number | null {
    if (!tellsSpeech(consumption)) return null;
    const rates = this.#speechRates.find(question, () => findSpeechRates(asking()));
    if (rates === 'none') return null;
    return rates === 'varying' ? exactSpeechCost(consumption, asking()) : linearSpeechCost(consumption, rates);
  }
}

/** No tokens beside audio or characters are how LiveKit says that nobody counted them. */
function tellsTokens(consumption: Consumption): boolean {
  const { inputTokens, outputTokens = 0 } = consumption;
  if (inputTokens === undefined) return false;
  return inputTokens + outputTokens > 0 || !tellsSpeech(consumption);
}

function tellsSpeech({ audioMs, characters }: Consumption): boolean {
  return audioMs !== undefined || characters !== undefined;
}
