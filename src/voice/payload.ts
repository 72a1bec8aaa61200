import { isDictionary } from '../base/object.ts';
import { untraced } from '../base/shared.ts';
import { readProperty } from '../capture/property.ts';
import type { MutableUsage } from '../capture/usage/usage.ts';
import type { StageKind } from '../span/voice.ts';

/** One message of a prompt (V76). */
export interface Message {
  readonly role: string;
  readonly content: unknown;
}

interface Payload {
  /** US dollars, from 0 to 2^53 − 1; wins over the price table (V77). */
  readonly costUsd?: number | null;
}

/** Speech to text (V57–V62). */
export interface SttPayload extends Payload {
  /** Milliseconds of speech that were recognised: what is paid for. */
  readonly audioDurationMs?: number;
  /** Milliseconds that the recogniser took after the speech. */
  readonly requestDurationMs?: number;
  readonly finalTranscript?: string;
  /** 0 to 1. */
  readonly finalConfidence?: number;
  readonly language?: string;
}

/** A language model's call (V63–V69). */
export interface LlmPayload extends Payload {
  /** Cached ones included. */
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  /** Of the prompt's tokens, those that the provider had cached. */
  readonly cachedTokens?: number;
  /** Of the prompt's and the completion's tokens, those of sound: a realtime model's. */
  readonly inputAudioTokens?: number;
  readonly outputAudioTokens?: number;
  readonly cachedAudioTokens?: number;
  /** Milliseconds to the first token. */
  readonly ttftMs?: number;
  readonly tokensPerSecond?: number;
  readonly prompt?: readonly Message[] | string;
  readonly completion?: string;
}

/** Text to speech (V70–V75). */
export interface TtsPayload extends Payload {
  readonly textInput?: string;
  /** Characters that were sent, where they are not those of `textInput`: what is paid for. */
  readonly characters?: number;
  readonly audioBytes?: number;
  /** Milliseconds of speech that were made; not all of it need have been heard. */
  readonly audioDurationMs?: number;
  /** Milliseconds to the first byte of speech. */
  readonly ttfbMs?: number;
  readonly voiceId?: string;
}

/** Voice activity detection. */
export interface VadPayload extends Payload {
  readonly speechDurationMs?: number;
  readonly silenceDurationMs?: number;
  /** Milliseconds that were waited until the turn was taken for over. */
  readonly endOfUtteranceDelayMs?: number;
  readonly inferenceDurationMs?: number;
  /** That it was speech, 0 to 1. */
  readonly probability?: number;
}

/** What was understood. */
export interface NluPayload extends Payload {
  readonly intent?: string;
  /** 0 to 1. */
  readonly confidence?: number;
  readonly entities?: object;
  readonly language?: string;
}

/** What was decided to do next. */
export interface DialogueManagementPayload extends Payload {
  readonly state?: string;
  readonly action?: string;
  readonly slots?: object;
}

/** A call of another system. */
export interface ApiCallPayload extends Payload {
  readonly method?: string;
  readonly url?: string;
  readonly statusCode?: number;
  readonly requestDurationMs?: number;
  readonly request?: unknown;
  readonly response?: unknown;
}

/** The payload of each kind of stage (V87). */
export interface StagePayloads {
  readonly stt: SttPayload;
  readonly llm: LlmPayload;
  readonly tts: TtsPayload;
  readonly vad: VadPayload;
  readonly nlu: NluPayload;
  readonly dialogue_management: DialogueManagementPayload;
  readonly api_call: ApiCallPayload;
}

/** A payload as it is kept: under the wire's names, without what is nothing. */
export type PayloadFields = Record<string, unknown>;

/** The fields of a payload under the wire's names; those of the seed are taken too. The cost is the span's own. */
export function payloadFields(payload: unknown): PayloadFields {
  const fields: PayloadFields = {};
  for (const [name, value] of entriesOf(payload)) if (name !== 'cost_usd' && isGiven(value)) fields[name] = value;
  return fields;
}

/** The cost that a payload names; undefined where it names none. */
export function payloadCost(payload: unknown): number | undefined {
  const costs = entriesOf(payload).flatMap(([name, value]) => (name === 'cost_usd' ? (amount(value) ?? []) : []));
  return costs.at(0);
}

/** What can be read of an object, under the wire's names: a getter that throws costs its own field only. */
function entriesOf(payload: unknown): readonly (readonly [name: string, value: unknown])[] {
  try {
    if (!isDictionary(payload)) return [];
    return untraced(() => Object.keys(payload).map((key) => [wireName(key), readProperty(payload, key)] as const));
  } catch {
    return [];
  }
}

/** NaN, and the -1 that stands for nothing, come from real programs: no number of a payload is below 0. */
function isGiven(value: unknown): boolean {
  return typeof value === 'number' ? amount(value) !== undefined : value !== undefined && value !== null;
}

const mostNames = 500;
const wireNames = new Map<string, string>();

/** The same few names come with each stage: they are looked up, which is several times faster than to make them. */
function wireName(key: string): string {
  const known = wireNames.get(key);
  if (known !== undefined) return known;
  if (wireNames.size >= mostNames) wireNames.clear();
  const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  wireNames.set(key, name);
  return name;
}

/** A number of 0 or more; undefined for what is none. */
export function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** What a stage used, by its payload: the numbers that it is priced by. */
export function payloadUsage(kind: StageKind, fields: PayloadFields): MutableUsage {
  const usage: MutableUsage = {};
  const set = (key: keyof MutableUsage, value: unknown): void => {
    const count = amount(value);
    if (count !== undefined) usage[key] = count;
  };
  if (kind === 'stt' || kind === 'tts') set('audioMs', fields['audio_duration_ms']);
  if (kind === 'tts') set('characters', fields['characters'] ?? lengthOf(fields['text_input']));
  if (kind === 'llm') {
    set('inputTokens', fields['prompt_tokens']);
    set('outputTokens', fields['completion_tokens']);
    set('cacheReadTokens', fields['cached_tokens']);
    set('inputAudioTokens', fields['input_audio_tokens']);
    set('outputAudioTokens', fields['output_audio_tokens']);
    set('cacheReadAudioTokens', fields['cached_audio_tokens']);
  }
  return usage;
}

/** In characters as people count them: an emoji is one. */
function lengthOf(text: unknown): number | undefined {
  return typeof text === 'string' ? Array.from(text).length : undefined;
}
