import type { Consumption, Counts } from './consumption.ts';
import type { Ask } from './price-tables.ts';
import { isSteady, type Known } from './rates.ts';

/** US dollars; undefined for what the model has no price for. */
export interface SpeechRates {
  readonly perMillisecond: number | undefined;
  readonly perCharacter: number | undefined;
}

const secondsPerHour = 3_600;
const millisecondsPerSecond = 1_000;
const million = 1_000_000;

export function findSpeechRates(ask: Ask): Known<SpeechRates> {
  const price = ask({});
  if (price === null) return 'none';
  const { audio_hours: perHour, input_mchars: perMillionCharacters } = price.model_price;
  if (perHour === undefined && perMillionCharacters === undefined) return 'none';
  if (!isSteady(price) || !isProportional(ask)) return 'varying';
  const cost = (counts: Counts): number => ask(counts)?.total_price ?? 0;
  const hour = secondsPerHour * millisecondsPerSecond;
  return {
    perMillisecond: perHour === undefined ? undefined : cost({ audio_seconds: secondsPerHour }) / hour,
    perCharacter: perMillionCharacters === undefined ? undefined : cost({ input_characters: million }) / million,
  };
}

/** Groq bills ten seconds for one. */
function isProportional(ask: Ask): boolean {
  const second = ask({ audio_seconds: 1 })?.total_price ?? 0;
  const hour = ask({ audio_seconds: secondsPerHour })?.total_price ?? 0;
  return Math.abs(second * secondsPerHour - hour) < hour * 1e-9 || hour === 0;
}

/**
 * A voice is told by its characters and by what they sound like: what has a price for both is paid by the characters,
 * once.
 */
export function linearSpeechCost({ audioMs, characters }: Consumption, rates: SpeechRates): number | null {
  const { perMillisecond, perCharacter } = rates;
  if (perCharacter !== undefined && characters !== undefined) return characters * perCharacter;
  return perMillisecond !== undefined && audioMs !== undefined ? audioMs * perMillisecond : null;
}

export function exactSpeechCost({ audioMs, characters }: Consumption, ask: Ask): number | null {
  const price = ask({});
  if (price === null) return null;
  const { audio_hours: perHour, input_mchars: perMillionCharacters } = price.model_price;
  if (perMillionCharacters !== undefined && characters !== undefined) {
    return ask({ input_characters: characters })?.total_price ?? null;
  }
  if (perHour === undefined || audioMs === undefined) return null;
  return ask({ audio_seconds: audioMs / millisecondsPerSecond })?.total_price ?? null;
}
