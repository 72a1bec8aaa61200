import type { Provider } from '@pydantic/genai-prices';
import { providerName } from './provider-name.ts';

/**
 * US dollars, by the names of the price table (https://github.com/pydantic/genai-prices). For a million tokens:
 * `input_mtok`, `output_mtok`, `cache_read_mtok`, `cache_write_mtok`, `input_audio_mtok`, `output_audio_mtok`,
 * `cache_audio_read_mtok`. For an hour of audio: `audio_hours`. For a million characters that are spoken: `input_mchars`.
 *
 * @example
 * const prices: OwnPrices = { 'our-voice': { input_mchars: 12 }, 'deepgram/nova-3': { audio_hours: 0.252 } };
 */
export type ModelPrice = Readonly<Record<string, number>>;

/** Prices by model, or by `provider/model`; they win over the tables'. */
export type OwnPrices = Readonly<Record<string, ModelPrice>>;

/** The user's own prices. Whether a name is written in capitals makes no difference. */
export class OwnPriceList {
  readonly #byName: ReadonlyMap<string, Provider>;

  constructor(own: OwnPrices) {
    this.#byName = new Map(Object.entries(own).map(([name, prices]) => [name.toLowerCase(), providerOf(name, prices)]));
  }

  find(model: string, provider: string | null): Provider | undefined {
    if (this.#byName.size === 0) return undefined;
    const name = model.toLowerCase();
    const served = provider === null ? undefined : this.#byName.get(`${providerName(provider)}/${name}`);
    return served ?? this.#byName.get(name);
  }
}

function providerOf(name: string, prices: ModelPrice): Provider {
  const models = [{ id: name, match: { regex: '' }, prices: withAudio(prices) }];
  return { id: 'own', name: 'own', api_pattern: 'own', models };
}

/** The package prices audio that is heard or spoken only where audio as such has a price. */
function withAudio(prices: ModelPrice): ModelPrice {
  const { audio_hours, input_audio_hours, output_audio_hours } = prices;
  const hours = audio_hours ?? input_audio_hours ?? output_audio_hours;
  return hours === undefined ? prices : { ...prices, audio_hours: hours };
}
