import type { LlmPayload, TtsPayload } from '../payload.ts';
import { amountIn, textIn, valueIn } from './livekit-session.ts';

/** Milliseconds; version 1.1.0 named them without their unit. */
export function durationIn(metrics: unknown): number {
  return amountIn(metrics, 'durationMs') ?? amountIn(metrics, 'duration') ?? 0;
}

/** Milliseconds of sound; version 1.1.0 gave seconds. */
export function audioDurationIn(metrics: unknown): number | undefined {
  const seconds = amountIn(metrics, 'audioDuration');
  return amountIn(metrics, 'audioDurationMs') ?? (seconds === undefined ? undefined : seconds * 1000);
}

export function isCancelled(metrics: unknown): boolean {
  return valueIn(metrics, 'cancelled') === true;
}

/** The provider's id of the answer: short ones are no ids that only one answer has. */
export function requestIdIn(metrics: unknown): string | undefined {
  const id = textIn(metrics, 'requestId');
  return id !== undefined && id.length >= 8 ? id : undefined;
}

export function llmPayload(metrics: unknown): LlmPayload {
  return given<LlmPayload>({
    promptTokens: amountIn(metrics, 'promptTokens'),
    completionTokens: amountIn(metrics, 'completionTokens'),
    cachedTokens: amountIn(metrics, 'promptCachedTokens'),
    ttftMs: amountIn(metrics, 'ttftMs') ?? amountIn(metrics, 'ttft'),
    tokensPerSecond: amountIn(metrics, 'tokensPerSecond'),
  });
}

/** A model that hears and speaks: its tokens of sound cost more than those of text. */
export function realtimePayload(metrics: unknown): LlmPayload {
  return given<LlmPayload>({
    promptTokens: amountIn(metrics, 'inputTokens'),
    completionTokens: amountIn(metrics, 'outputTokens'),
    cachedTokens: amountIn(metrics, 'inputTokenDetails', 'cachedTokens'),
    inputAudioTokens: amountIn(metrics, 'inputTokenDetails', 'audioTokens'),
    outputAudioTokens: amountIn(metrics, 'outputTokenDetails', 'audioTokens'),
    cachedAudioTokens: amountIn(metrics, 'inputTokenDetails', 'cachedTokensDetails', 'audioTokens'),
    ttftMs: amountIn(metrics, 'ttftMs') ?? amountIn(metrics, 'ttft'),
    tokensPerSecond: amountIn(metrics, 'tokensPerSecond'),
  });
}

export function ttsPayload(metrics: unknown): TtsPayload {
  return given<TtsPayload>({
    characters: amountIn(metrics, 'charactersCount'),
    audioDurationMs: audioDurationIn(metrics),
    ttfbMs: amountIn(metrics, 'ttfbMs') ?? amountIn(metrics, 'ttfb'),
  });
}

/** Without what is not there: a number that nobody gave is absent, never 0. */
function given<Payload extends object>(fields: { [Key in keyof Payload]?: Payload[Key] | undefined }): Partial<Payload>;
function given(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
