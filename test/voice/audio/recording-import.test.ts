import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ClewConfigError } from 'clew';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AudioSource, importRecording } from '../../../src/voice/audio/recording-import.ts';
import { readRecording } from '../../../src/voice/audio/recording-reader.ts';
import type { Recording } from '../../../src/voice/audio/recording.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { pretendCall, plateau } from './pretend-call.ts';

type Facts = Parameters<typeof importRecording>[1];

interface Import {
  readonly folder: string;
  readonly failures: readonly string[];
  readonly recording: Recording | undefined;
}

async function tryImport(audio: AudioSource, facts: Facts = {}, key?: Buffer): Promise<Import> {
  const folder = temporaryFolder();
  const failures: string[] = [];
  const onFailure = (message: string, error: unknown): void => void failures.push(`${message}: ${String(error)}`);
  const options = key === undefined ? { folder, onFailure } : { folder, onFailure, key };
  return { folder, failures, recording: await importRecording(audio, facts, options) };
}

async function importAudio(audio: AudioSource, facts?: Facts, key?: Buffer): Promise<Recording> {
  const { recording } = await tryImport(audio, facts, key);
  if (recording === undefined) throw new Error('nothing was imported');
  return recording;
}

async function recordWav(): Promise<Buffer> {
  const { pass, close } = pretendCall();
  pass(30_000, (at) => plateau(at > 15_000 ? 16_384 : 0, 20));
  return readFileSync((await close()).path);
}

async function* pieces(bytes: Buffer, length: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}

/** Stereo at 8 kHz, with a chunk of an odd length before the format, and one after the samples. */
function oddWav(samples: readonly number[]): Buffer {
  const chunk = (name: string, content: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(content.length);
    return Buffer.concat([Buffer.from(name), length, content, Buffer.alloc(content.length % 2)]);
  };
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0);
  format.writeUInt16LE(2, 2);
  format.writeUInt32LE(8_000, 4);
  format.writeUInt16LE(16, 14);
  const data = Buffer.alloc(2 * samples.length);
  for (const [index, sample] of samples.entries()) data.writeInt16LE(sample, 2 * index);
  const parts = [chunk('LIST', Buffer.from('abc')), chunk('fmt ', format), chunk('data', data)];
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...parts, chunk('id3 ', Buffer.alloc(31, 0x7f))]));
}

describe('a recording that was made elsewhere', () => {
  it('is read for its length and its waveform where it is a WAV, from bytes, a path or a stream', async () => {
    const wav = await recordWav();
    const path = join(temporaryFolder(), 'call.wav');
    writeFileSync(path, wav);
    const sources: readonly AudioSource[] = [wav, path, pieces(wav, 1_001)];
    for (const source of sources) {
      const recording = await importAudio(source, { startOffsetMs: -12 });
      expect(readFileSync(recording.path).equals(wav)).toBe(true);
      expect(statSync(recording.path).mode & 0o777).toBe(0o600);
      expect(recording).toMatchObject({ codec: 'wav', extension: 'wav', sampleRate: 24_000, channels: 1 });
      expect(recording).toMatchObject({ durationMs: 30_000, startOffsetMs: -12, isEncrypted: false });
      expect(recording).toMatchObject({ byteLength: wav.length, contentLength: wav.length });
      const peaks = Buffer.from(recording.peaks, 'base64');
      expect([peaks.length, peaks[10], peaks[1_990]]).toEqual([2_000, 0, 128]);
    }
  });

  it('may be in pieces of any size, with more in the file than samples', async () => {
    const wav = oddWav(Array.from({ length: 1_600 }, (_, index) => (index >= 800 ? 32_767 : 0)));
    const check = async (length: number): Promise<void> => {
      const recording = await importAudio(pieces(wav, length));
      expect(recording).toMatchObject({ sampleRate: 8_000, channels: 2, durationMs: 100 });
      expect([...Buffer.from(recording.peaks, 'base64')]).toEqual([0, 0, 0, 255, 255, 255, 255]);
    };
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 200 }), check), { numRuns: 20 });
  });

  it('is kept as it is where it is something else, with what is said of it', async () => {
    const ogg = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(24), Buffer.from('OpusHead'), randomBytes(500)]);
    const recording = await importAudio(ogg, { durationMs: 180_000 });
    expect(readFileSync(recording.path).equals(ogg)).toBe(true);
    expect(recording).toMatchObject({ codec: 'opus', extension: 'ogg', durationMs: 180_000, peaks: '' });
    expect(recording).toMatchObject({ sampleRate: 0, channels: 0, startOffsetMs: 0 });
    expect(await importAudio(randomBytes(9), { codec: 'Opus' })).toMatchObject({ codec: 'opus', extension: 'ogg' });
    expect(await importAudio(Buffer.alloc(9))).toMatchObject({ codec: 'unknown', extension: 'bin', durationMs: 0 });
    const nonsense = { codec: '../../x', durationMs: Number.NaN, startOffsetMs: Number.POSITIVE_INFINITY };
    expect(await importAudio(Buffer.alloc(9), nonsense)).toMatchObject({
      extension: 'bin',
      durationMs: 0,
      startOffsetMs: 0,
    });
  });

  it('has no waveform where it is a WAV of another kind, or half of one', async () => {
    const floats = oddWav([1, 2]);
    floats.writeUInt16LE(3, 32);
    const cut = (await recordWav()).subarray(0, 30);
    const endless = Buffer.concat([
      cut.subarray(0, 12),
      Buffer.from('LIST'),
      Buffer.alloc(4, 0x7f),
      Buffer.alloc(90_000),
    ]);
    for (const wav of [floats, cut, endless]) {
      expect(await importAudio(wav)).toMatchObject({ codec: 'wav', peaks: '', durationMs: 0 });
    }
  });

  it('ends where the file does, where its header does not know or says too much', async () => {
    const wav = await recordWav();
    for (const length of [0, 0xff_ff_ff_ff]) {
      wav.writeUInt32LE(length, 40);
      expect((await importAudio(wav)).durationMs).toBe(30_000);
    }
  });

  it('is encrypted if there is a key', async () => {
    const [wav, key] = [await recordWav(), randomBytes(32)];
    const recording = await importAudio(wav, {}, key);
    expect(recording).toMatchObject({ isEncrypted: true, durationMs: 30_000, contentLength: wav.length });
    expect(readFileSync(recording.path).includes('RIFF')).toBe(false);
    expect((await buffer(readRecording(recording.path, { key }))).equals(wav)).toBe(true);
  });

  it('is none where it cannot be read, and leaves nothing behind', async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(100_000);
      throw new Error('the line broke');
    };
    const sources: readonly AudioSource[] = ['/nowhere/at/all', broken(), Buffer.alloc(0)];
    const reasons = ['ENOENT', 'the line broke', 'there is no audio in it'];
    for (const [index, source] of sources.entries()) {
      const { recording, failures, folder } = await tryImport(source);
      expect([recording, readdirSync(folder)]).toEqual([undefined, []]);
      expect(failures).toEqual([expect.stringContaining(reasons[index] ?? '')]);
    }
  });

  it('is refused with a key of another length', async () => {
    await expect(tryImport(Buffer.alloc(9), {}, Buffer.alloc(31))).rejects.toThrow(ClewConfigError);
  });
});
