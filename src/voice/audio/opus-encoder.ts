import { randomBytes } from 'node:crypto';
import { endianness } from 'node:os';
import { ClewConfigError } from '../../base/config-error.ts';
import { SDK } from '../../base/version.ts';
import type { AudioEncoder, EncoderStream } from './audio-encoder.ts';
import { recordingRate } from './audio-frame.ts';
import { type OpusCodec, giveBack, packetSamples, takeCodec } from './opus-codec.ts';
import { type OggPacket, OggStream } from './ogg-stream.ts';

/** Ogg counts the samples of Opus at 48 kHz. */
const granules = 48_000 / recordingRate;
/** What the encoder looks ahead, in samples at 48 kHz: 6.5 ms, for libopus 1.x in this mode. Players skip it. */
const preSkip = 312;
/** One page of Ogg a second. */
const pagePackets = 50;
const lowestBitrate = 6_000;
const highestBitrate = 128_000;

/**
 * Recordings as Ogg Opus, about a tenth of a WAV or less. Needs the package `opusscript` 0.1 (WebAssembly, nothing to
 * build), which is loaded with the first recording. Where it is not installed, and for more than 64 recordings at once,
 * they are WAV.
 * @param options `bitrate`: bits per second, 6,000 to 128,000; by default 24,000. Throws `ClewConfigError` otherwise.
 */
export function opusEncoder({ bitrate = 24_000 }: { readonly bitrate?: number } = {}): AudioEncoder {
  const isPossible = Number.isInteger(bitrate) && bitrate >= lowestBitrate && bitrate <= highestBitrate;
  if (!isPossible) throw new ClewConfigError('bitrate', bitrate, 'a whole number from 6000 to 128000');
  return { codec: 'opus', extension: 'ogg', start: async () => new OpusStream(await takeCodec(bitrate)) };
}

class OpusStream implements EncoderStream {
  readonly #codec: OpusCodec;
  readonly #ogg = new OggStream(randomBytes(4).readUInt32LE());
  /** Of the packet that is not full yet. */
  readonly #samples = new Int16Array(packetSamples);
  #filled = 0;
  #total = 0;
  #encoded = 0;
  readonly #packets: OggPacket[] = [];
  #head: Buffer | undefined;

  constructor(codec: OpusCodec) {
    this.#codec = codec;
    this.#head = Buffer.concat([
      this.#ogg.pages([{ bytes: identification(), granule: 0 }]),
      this.#ogg.pages([{ bytes: tags(), granule: 0 }]),
    ]);
  }

  encode(pcm: Int16Array): Uint8Array {
    const pages = this.#head === undefined ? [] : [this.#head];
    this.#head = undefined;
    this.#total += pcm.length;
    for (let start = 0; start < pcm.length;) {
      const part = pcm.subarray(start, start + packetSamples - this.#filled);
      this.#samples.set(part, this.#filled);
      this.#filled += part.length;
      start += part.length;
      if (this.#filled === packetSamples) this.#encodePacket();
      // The last page has to be told apart, so that one packet stays.
      if (this.#packets.length > pagePackets) pages.push(this.#ogg.pages(this.#packets.splice(0, pagePackets)));
    }
    return Buffer.concat(pages);
  }

  /** Silence pushes the last samples out of the encoder; the last granule tells where the audio ends before it. */
  end(): Uint8Array {
    const start = this.encode(new Int16Array(0));
    const end = preSkip + this.#total * granules;
    while (this.#encoded * granules < end) {
      this.#samples.fill(0, this.#filled);
      this.#encodePacket();
    }
    const packets = this.#packets.map(({ bytes, granule }) => ({ bytes, granule: Math.min(granule, end) }));
    return Buffer.concat([start, this.#ogg.pages(packets, true)]);
  }

  close(): void {
    giveBack(this.#codec);
  }

  #encodePacket(): void {
    const { buffer, byteOffset, byteLength } = this.#samples;
    const pcm = Buffer.from(buffer.slice(byteOffset, byteOffset + byteLength));
    if (endianness() === 'BE') pcm.swap16();
    const bytes = this.#codec.encode(pcm, packetSamples);
    this.#filled = 0;
    this.#encoded += packetSamples;
    this.#packets.push({ bytes, granule: this.#encoded * granules });
  }
}

/** RFC 7845, 5.1. */
function identification(): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head.writeUInt8(1, 8);
  head.writeUInt8(1, 9);
  head.writeUInt16LE(preSkip, 10);
  head.writeUInt32LE(recordingRate, 12);
  return head;
}

/** RFC 7845, 5.2: who wrote it, and no comments. */
function tags(): Buffer {
  const vendor = Buffer.from(`${SDK.name} ${SDK.version}`);
  const head = Buffer.alloc(16 + vendor.length);
  head.write('OpusTags', 0, 'latin1');
  head.writeUInt32LE(vendor.length, 8);
  vendor.copy(head, 12);
  return head;
}
