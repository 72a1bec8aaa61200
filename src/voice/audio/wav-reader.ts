import { Peaks } from './peaks.ts';

/** A header that is longer than this is none that is read. */
const longestHeader = 65_536;
const pcm = 1;
const extensible = 0xff_fe;

interface WavFormat {
  readonly sampleRate: number;
  readonly channels: number;
}

/** What a file of RIFF chunks says before its samples. */
interface WavHeader extends WavFormat {
  /** Where the samples begin, in bytes. */
  readonly start: number;
  /** Bytes of samples; endless where a stream was written that did not know. */
  readonly length: number;
}

/** What was read of a WAV: what it says, how long it is, in milliseconds, and its waveform as in `Recording`. */
export interface WavFacts extends WavFormat {
  readonly durationMs: number;
  readonly peaks: string;
}

/** Reads a WAV of 16-bit PCM while it passes by, in pieces of any size. */
export class WavReader {
  readonly #peaks = new Peaks();
  #state: 'header' | 'samples' | 'unreadable' = 'header';
  #held = Buffer.alloc(0);
  #header: WavHeader | undefined;
  #samples = 0;
  #left = 0;

  push(bytes: Uint8Array): void {
    if (this.#state === 'unreadable') return;
    this.#held = Buffer.concat([this.#held, bytes]);
    if (this.#state === 'header') this.#readHeader();
    if (this.#state === 'samples') this.#readSamples();
  }

  /** Undefined for what was no such WAV. */
  facts(): WavFacts | undefined {
    if (this.#header === undefined) return undefined;
    const { sampleRate, channels } = this.#header;
    const durationMs = (this.#samples / channels / sampleRate) * 1000;
    return { sampleRate, channels, durationMs, peaks: this.#peaks.toText() };
  }

  #readHeader(): void {
    const header = parseHeader(this.#held);
    if (header === 'unreadable' || (header === undefined && this.#held.length > longestHeader)) {
      this.#state = 'unreadable';
      this.#held = Buffer.alloc(0);
    } else if (header !== undefined) {
      this.#state = 'samples';
      this.#header = header;
      this.#left = header.length;
      this.#held = this.#held.subarray(header.start);
    }
  }

  #readSamples(): void {
    const bytes = this.#held.subarray(0, this.#left);
    const samples = new Int16Array(Math.floor(bytes.length / 2));
    for (let index = 0; index < samples.length; index += 1) samples[index] = bytes.readInt16LE(2 * index);
    this.#peaks.add(samples);
    this.#samples += samples.length;
    this.#left -= 2 * samples.length;
    this.#held = this.#left < 2 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(2 * samples.length));
  }
}

/** Undefined while more bytes are needed. */
function parseHeader(bytes: Buffer): WavHeader | 'unreadable' | undefined {
  if (bytes.length < 12) return undefined;
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE') return 'unreadable';
  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const start = at + 8;
    if (name === 'data') return format === undefined ? 'unreadable' : { ...format, start, length: length || Infinity };
    if (start + length > bytes.length) return undefined;
    if (name === 'fmt ') format = parseFormat(bytes.subarray(start, start + length));
    // Chunks begin at even places.
    at = start + length + (length % 2);
  }
  return undefined;
}

function parseFormat(bytes: Buffer): WavFormat | undefined {
  if (bytes.length < 16) return undefined;
  const code = bytes.readUInt16LE(0);
  const format = { sampleRate: bytes.readUInt32LE(4), channels: bytes.readUInt16LE(2) };
  const isPcm = (code === pcm || code === extensible) && bytes.readUInt16LE(14) === 16;
  return isPcm && format.sampleRate > 0 && format.channels > 0 ? format : undefined;
}
