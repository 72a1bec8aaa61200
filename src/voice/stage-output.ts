import { roundMs } from '../base/clock.ts';
import { isDictionary, isObject } from '../base/object.ts';
import { untraced } from '../base/shared.ts';
import type { SpanFields } from '../span/fields.ts';
import type { StageKind } from '../span/voice.ts';
import { amount, payloadFields, type PayloadFields } from './payload.ts';
import type { StageReader } from './stage.ts';

/** Names under which recognisers, models and voices say the same as the payload's field does. */
const spellings: Readonly<Partial<Record<StageKind, Readonly<Record<string, readonly string[]>>>>> = {
  stt: {
    final_transcript: ['text', 'transcript'],
    final_confidence: ['confidence'],
    language: ['language', 'language_code'],
  },
  llm: { completion: ['completion', 'text', 'content'] },
  tts: { voice_id: ['voice_id', 'voice'] },
};

/** The fields of each payload: what a method gives is one if it has any of them. */
const names: Readonly<Record<StageKind, readonly string[]>> = {
  stt: ['audio_duration_ms', 'request_duration_ms', 'final_transcript', 'final_confidence', 'language'],
  llm: ['prompt_tokens', 'completion_tokens', 'cached_tokens', 'ttft_ms', 'tokens_per_second', 'prompt', 'completion'],
  tts: ['text_input', 'characters', 'audio_bytes', 'audio_duration_ms', 'ttfb_ms', 'voice_id'],
  vad: [
    'speech_duration_ms',
    'silence_duration_ms',
    'end_of_utterance_delay_ms',
    'inference_duration_ms',
    'probability',
  ],
  nlu: ['intent', 'confidence', 'entities', 'language'],
  dialogue_management: ['state', 'action', 'slots'],
  api_call: ['method', 'url', 'status_code', 'request_duration_ms', 'request', 'response'],
};

const longestText = 65_536;

/** What the payload of a decorated stage is read out of: what its method returns, and the parts that it yields. */
export class StageOutput implements StageReader {
  readonly #kind: StageKind;
  readonly #given: readonly unknown[];
  readonly #fields: PayloadFields = {};
  #text = '';
  #audioBytes = 0;
  #audioMs = 0;
  #isAudioTimed = false;

  constructor(kind: StageKind, given: readonly unknown[]) {
    this.#kind = kind;
    // The text that is spoken is what the method was given; nothing else of its arguments is kept here.
    this.#given = kind === 'tts' ? given.slice(0, 1) : [];
  }

  part(part: unknown): void {
    try {
      untraced(() => this.#take(part));
    } catch {
      // A part that cannot be read says nothing; the stage has the rest.
    }
  }

  fields(output: unknown, span: Readonly<SpanFields>): PayloadFields {
    if (output !== undefined) this.part(output);
    const fields: PayloadFields = { ...this.#fromText(), ...this.#fromAudio(), ...this.#fields };
    if (this.#kind === 'llm') setTokens(fields, span);
    if (this.#kind === 'stt' && span.endedAt !== null) {
      fields['request_duration_ms'] ??= roundMs(span.endedAt - span.startedAt);
    }
    return fields;
  }

  #take(part: unknown): void {
    if (typeof part === 'string') {
      if (this.#text.length < longestText) this.#text += part;
      return;
    }
    if (!isObject(part)) return;
    if (this.#kind === 'tts' && this.#takeAudio(part)) return;
    if (!isDictionary(part)) return;
    const given = payloadFields(part);
    for (const name of names[this.#kind]) if (given[name] !== undefined) this.#fields[name] = given[name];
    for (const [name, others] of Object.entries(spellings[this.#kind] ?? {})) {
      const found = others
        .map((other) => given[other])
        .find((value) => typeof value !== 'object' && value !== undefined);
      if (found === undefined || given[name] !== undefined) continue;
      // A model gives its text piece by piece; a recogniser that tells as it hears knows best at last.
      if (name === 'completion' && typeof found === 'string') this.#take(found);
      else this.#fields[name] = found;
    }
  }

  /** Bytes, or frames of samples: of those it is known how long they take to be heard. */
  #takeAudio(part: object): boolean {
    const data: unknown = 'data' in part ? part.data : part;
    const bytes = data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? data.byteLength : undefined;
    if (bytes === undefined) return false;
    this.#audioBytes += bytes;
    const rate = 'sampleRate' in part ? amount(part.sampleRate) : undefined;
    const channels = 'channels' in part ? amount(part.channels) : 1;
    if (rate !== undefined && rate > 0 && channels !== undefined && channels > 0 && data instanceof Int16Array) {
      this.#audioMs += (data.length / channels / rate) * 1000;
      this.#isAudioTimed = true;
    }
    return true;
  }

  #fromText(): PayloadFields {
    if (this.#text === '') return {};
    if (this.#kind === 'stt') return { final_transcript: this.#text };
    return this.#kind === 'llm' ? { completion: this.#text } : {};
  }

  #fromAudio(): PayloadFields {
    const [text] = this.#given;
    return {
      ...(typeof text === 'string' && { text_input: text }),
      ...(this.#audioBytes > 0 && { audio_bytes: this.#audioBytes }),
      ...(this.#isAudioTimed && { audio_duration_ms: this.#audioMs }),
    };
  }
}

/** A model's answer was read by then: the payload says the same under its own names. */
function setTokens(fields: PayloadFields, { usage, startedAt, endedAt, ttftMs }: Readonly<SpanFields>): void {
  if (usage?.inputTokens !== undefined) fields['prompt_tokens'] ??= usage.inputTokens;
  if (usage?.outputTokens === undefined) return;
  fields['completion_tokens'] ??= usage.outputTokens;
  const ms = (endedAt ?? startedAt) - startedAt - (ttftMs ?? 0);
  if (ms > 0) fields['tokens_per_second'] ??= Math.round((usage.outputTokens * 100_000) / ms) / 100;
}
