/** What was consumed. Whatever is absent is not known. */
export interface Consumption {
  /** Cached ones and audio ones included. */
  readonly inputTokens?: number;
  /** Audio ones included. */
  readonly outputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly inputAudioTokens?: number;
  readonly outputAudioTokens?: number;
  /** Those that are among both `cacheReadTokens` and `inputAudioTokens`. */
  readonly cacheReadAudioTokens?: number;
  /** Milliseconds of audio that was heard or spoken. */
  readonly audioMs?: number;
  /** Characters of text that was spoken. */
  readonly characters?: number;
}

/** Counts by the names of the package's units, such as `input_tokens` and `audio_seconds`. */
export type Counts = Readonly<Record<string, number>>;
