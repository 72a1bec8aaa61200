import type { ModelInfo, Provider } from '@pydantic/genai-prices';

/**
 * A model that hears or speaks, with its price in US dollars: `audio_hours` for an hour of audio, `input_mchars` for a
 * million characters of text. What costs what is in the format of the price table's package; where it is from, is ours.
 */
export interface SpeechModel extends ModelInfo {
  /** Where the price is published, or was read. */
  source: string;
  /** The day on which it was there, as YYYY-MM-DD. */
  checked: string;
  /** Whose price it is: prices differ by plan, and by whether audio is streamed. */
  plan: string;
  /** What else one must know of the price. */
  note?: string;
  /** True for a name that any provider could give, such as `neural`: it means this model only together with its provider's. */
  isCommonName?: true;
}

export interface SpeechProvider extends Provider {
  models: SpeechModel[];
}
