import { createReadStream } from 'node:fs';
import { roundMs } from '../../base/clock.ts';
import { findFormat, formatBytes } from './audio-format.ts';
import { checkAudioKey } from './audio-key.ts';
import { FailureReport, type OnFailure } from './failure-report.ts';
import { RecordingFile } from './recording-file.ts';
import { createRecording, type Recording } from './recording.ts';
import { WavReader } from './wav-reader.ts';

/** What is known of a recording that was made elsewhere. */
export interface RecordingFactsGiven {
  /** In milliseconds. By default what a WAV says, and 0 for other codecs. */
  readonly durationMs?: number;
  /** Such as `opus`. By default what the first bytes say, and `unknown` where they say nothing. */
  readonly codec?: string;
  /** Where its first sample lies against the session's start, in milliseconds: by default 0. */
  readonly startOffsetMs?: number;
}

export interface ImportRecordingOptions {
  /** 32 bytes: the copy is encrypted with it. By default it is plain. */
  readonly key?: Uint8Array;
  /** Where the copy goes: by default the system's folder for temporary files. */
  readonly folder?: string;
  /** Told why there is no recording. May throw. */
  readonly onFailure: OnFailure;
}

/** Bytes, the path of a file, or a stream of bytes. */
export type AudioSource = Uint8Array | string | AsyncIterable<Uint8Array>;

/**
 * A recording that was made elsewhere: copied into a temporary file of ours, piece by piece. The waveform of a WAV of
 * 16-bit PCM is read meanwhile; other codecs have none. Undefined, and `onFailure` is told, where it cannot be read or
 * written or is empty. Never rejects, but for a key that is not 32 bytes (`ClewConfigError`).
 */
export async function importRecording(
  audio: AudioSource,
  facts: RecordingFactsGiven,
  options: ImportRecordingOptions,
): Promise<Recording | undefined> {
  const { key, folder, onFailure } = options;
  if (key !== undefined) checkAudioKey(key);
  let file: RecordingFile | undefined;
  try {
    file = await RecordingFile.create({ folder, key, headLength: 0 });
    const { start, wav } = await copy(open(audio), file);
    return describe(file, facts, { start, wav });
  } catch (error) {
    await file?.discard();
    new FailureReport(onFailure).tell('the audio could not be imported', error);
    return undefined;
  }
}

interface Seen {
  /** Its first bytes. */
  readonly start: Buffer;
  readonly wav: WavReader;
}

async function copy(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, file: RecordingFile): Promise<Seen> {
  const wav = new WavReader();
  let start = Buffer.alloc(0);
  for await (const piece of pieces) {
    if (start.length < formatBytes) start = Buffer.concat([start, piece.subarray(0, formatBytes)]);
    wav.push(piece);
    await file.append(piece);
  }
  if (start.length === 0) throw new Error('there is no audio in it');
  await file.finish(new Uint8Array(0));
  return { start, wav };
}

function open(audio: AudioSource): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (typeof audio === 'string') return createReadStream(audio);
  return audio instanceof Uint8Array ? slices(audio) : audio;
}

/** So that a large array is not held twice. */
function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  const length = 65_536;
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}

function describe(file: RecordingFile, given: RecordingFactsGiven, { start, wav }: Seen): Recording {
  const read = wav.facts();
  return createRecording({
    path: file.path,
    ...findFormat(start, given.codec),
    sampleRate: read?.sampleRate ?? 0,
    channels: read?.channels ?? 0,
    durationMs: roundMs(known(given.durationMs) ?? read?.durationMs ?? 0),
    startOffsetMs: roundMs(known(given.startOffsetMs) ?? 0),
    byteLength: file.byteLength,
    contentLength: file.contentLength,
    isEncrypted: file.isEncrypted,
    peaks: read?.peaks ?? '',
  });
}

function known(ms: number | undefined): number | undefined {
  return Number.isFinite(ms) ? ms : undefined;
}
