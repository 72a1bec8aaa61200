import { endianness } from 'node:os';
import { recordingRate } from './audio-frame.ts';
import type { EncoderStream } from './audio-encoder.ts';

/** Bytes of the header that a recording begins with. */
export const wavHeaderLength = 44;
const isBigEndian = endianness() === 'BE';

/** PCM as it lies in a WAV. The header is written at the end, since only then the length is known. */
export const wavStream: EncoderStream = {
  encode(pcm) {
    if (!isBigEndian) return new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
    return Buffer.from(pcm.buffer.slice(pcm.byteOffset, pcm.byteOffset + pcm.byteLength)).swap16();
  },
  end: () => new Uint8Array(0),
};

/** Of 24 kHz mono, 16 bit. */
export function wavHeader(dataBytes: number): Uint8Array {
  const header = Buffer.alloc(wavHeaderLength);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(wavHeaderLength - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(recordingRate, 24);
  header.writeUInt32LE(recordingRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}
