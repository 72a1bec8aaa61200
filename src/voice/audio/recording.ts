import { removeFile } from './recording-file.ts';

/** A call's audio in a temporary file, complete and closed. */
export interface Recording {
  readonly path: string;
  /** `wav`, or what the encoder is called, such as `opus`. */
  readonly codec: string;
  /** For a name of the file, without the dot: `wav`, `ogg`. */
  readonly extension: string;
  /** Samples per second: 24,000 for what was recorded here, what it says for what was imported, 0 where it says none. */
  readonly sampleRate: number;
  /** 1 for what was recorded here, what it says for what was imported, 0 where it says none. */
  readonly channels: number;
  /** Milliseconds, to three decimals. */
  readonly durationMs: number;
  /** Where its first sample lies against the session's start, in milliseconds. Negative for what began before. */
  readonly startOffsetMs: number;
  /** Of the file as it lies on the disk. An encrypted one is a little longer than its content. */
  readonly byteLength: number;
  /** Of what `readRecording` gives: what a player sees. */
  readonly contentLength: number;
  readonly isEncrypted: boolean;
  /**
   * The waveform: base64 of at most 2,000 unsigned bytes. The recording is cut into as many equal slices as there are
   * bytes; each byte is the loudest sample of its slice, 0 for silence to 255 for the loudest that 16 bits can hold.
   * Short recordings have a byte per 10 ms. Empty where the audio could not be read.
   */
  readonly peaks: string;
  /** Deletes the file. Never rejects. */
  remove(): Promise<void>;
}

/** What a recording is made of, besides the way to get rid of it. */
export type RecordingFacts = Omit<Recording, 'remove'>;

export function createRecording(facts: RecordingFacts): Recording {
  return { ...facts, remove: () => removeFile(facts.path) };
}
