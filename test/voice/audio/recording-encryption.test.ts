import { randomBytes } from 'node:crypto';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { ClewConfigError } from 'clew';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAudioKey } from '../../../src/voice/audio/audio-key.ts';
import {
  measureRecording,
  readRecording,
  type ReadRecordingOptions,
} from '../../../src/voice/audio/recording-reader.ts';
import { RecordingFile } from '../../../src/voice/audio/recording-file.ts';
import type { Recording } from '../../../src/voice/audio/recording.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { loudRuns, microphone, parseWav, pretendCall } from './pretend-call.ts';

const key = randomBytes(32);
const chunk = 65_536 + 16;
/** Where the first chunk of the body begins: after the header, and the WAV's header with its tag. */
const body = 64 + 60;

async function recordSealed(ms: number): Promise<Recording> {
  const { pass, close } = pretendCall({ key });
  pass(ms, microphone([100, 300], [ms - 200, ms - 100]));
  return close();
}

function read(path: string, options?: ReadRecordingOptions): Promise<Buffer> {
  return buffer(readRecording(path, options));
}

async function writeSealed(content: Buffer): Promise<string> {
  const file = await RecordingFile.create({ folder: temporaryFolder(), key, headLength: 0 });
  await file.append(content);
  await file.finish(new Uint8Array(0));
  return file.path;
}

describe('an encrypted recording', () => {
  it('gives back the WAV that it is, and is no WAV on the disk', async () => {
    const recording = await recordSealed(5_000);
    const bytes = readFileSync(recording.path);
    expect(bytes.toString('latin1')).not.toMatch(/RIFF|WAVE/);
    expect(recording).toMatchObject({ isEncrypted: true, byteLength: bytes.length, contentLength: 240_044 });
    const { samples } = parseWav(await read(recording.path, { key }));
    expect(loudRuns(samples)).toEqual([
      [100, 300],
      [4_800, 4_900],
    ]);
    expect(await measureRecording(recording.path)).toBe(240_044);
  });

  it('differs each time, even for the same call', async () => {
    const [one, other] = [await writeSealed(Buffer.alloc(100)), await writeSealed(Buffer.alloc(100))];
    const [first, second] = [readFileSync(one), readFileSync(other)];
    expect(first.subarray(0, 16)).toEqual(second.subarray(0, 16));
    expect(first.subarray(16)).not.toEqual(second.subarray(16));
    expect(first.subarray(64)).not.toEqual(second.subarray(64));
  });

  it('is refused to a wrong key, to none, and to one of another length', async () => {
    const { path } = await recordSealed(1_000);
    await expect(read(path, { key: randomBytes(32) })).rejects.toThrow('encrypted with another key');
    await expect(read(path)).rejects.toThrow('there is no key');
    await expect(read(path, { key: randomBytes(16) })).rejects.toThrow(ClewConfigError);
  });

  it('is refused wherever one bit is not what was written', async () => {
    const { path } = await recordSealed(3_000);
    const bytes = readFileSync(path);
    const places = [9, 13, 20, 50, 64, 110, 130, body + 5, body + chunk + 5, bytes.length - 1];
    for (const place of places) {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ 4;
      writeFileSync(path, changed);
      await expect(read(path, { key }), String(place)).rejects.toThrow(/damaged|another key/);
    }
  });

  it('is refused where it was cut off, even between two chunks, whatever part is asked for', async () => {
    const { path, byteLength } = await recordSealed(3_000);
    const bytes = readFileSync(path);
    for (const length of [64, 100, body, body + 10, body + chunk, body + chunk + 100, byteLength - 1]) {
      writeFileSync(path, bytes);
      truncateSync(path, length);
      await expect(read(path, { key }), String(length)).rejects.toThrow('damaged');
      await expect(read(path, { key, start: 0, end: 10 }), String(length)).rejects.toThrow('damaged');
    }
    truncateSync(path, 30);
    await expect(measureRecording(path)).rejects.toThrow('damaged');
  });

  it('is refused where chunks are swapped, repeated, or of another file', async () => {
    const { path } = await recordSealed(5_000);
    const other = readFileSync((await recordSealed(5_000)).path);
    const bytes = readFileSync(path);
    const [first, second] = [bytes.subarray(body, body + chunk), bytes.subarray(body + chunk, body + 2 * chunk)];
    const rest = bytes.subarray(body + 2 * chunk);
    const head = bytes.subarray(0, body);
    const foreign = other.subarray(body, body + chunk);
    for (const parts of [
      [head, second, first, rest],
      [head, first, first, rest],
      [head, foreign, second, rest],
      [other.subarray(0, body), first, second, rest],
      [head, second, rest],
    ]) {
      writeFileSync(path, Buffer.concat(parts));
      await expect(read(path, { key })).rejects.toThrow('damaged');
    }
  });

  it('was never finished: it is refused, and not half of it played', async () => {
    const file = await RecordingFile.create({ folder: temporaryFolder(), key, headLength: 44 });
    await file.append(Buffer.alloc(200_000));
    await expect(read(file.path, { key })).rejects.toThrow('damaged');
    await file.discard();
  });

  it.each([0, 1, 65_535, 65_536, 65_537, 131_072])('may have %i bytes', async (length) => {
    const content = randomBytes(length);
    const path = await writeSealed(content);
    expect(await read(path, { key })).toEqual(content);
    expect(await measureRecording(path)).toBe(length);
  });

  it('can be read from anywhere to anywhere, plain or encrypted, as a slice of the whole', async () => {
    const { path } = await recordSealed(4_000);
    const whole = await read(path, { key });
    const plain = `${temporaryFolder()}/plain`;
    writeFileSync(plain, whole);
    const place = fc.oneof(
      fc.integer({ min: 0, max: whole.length + 100 }),
      fc.constantFrom(0, 44, 45, 44 + 65_536, 44 + 65_535, whole.length),
    );
    const check = async (start: number, end: number | undefined): Promise<void> => {
      const range = end === undefined ? { start } : { start, end };
      const expected = whole.subarray(start, Math.max(start, end ?? whole.length));
      expect((await read(path, { key, ...range })).equals(expected)).toBe(true);
      expect((await read(plain, range)).equals(expected)).toBe(true);
    };
    await fc.assert(fc.asyncProperty(place, fc.option(place, { nil: undefined }), check), { numRuns: 60 });
  });

  it('says what the file system says where there is none', async () => {
    await expect(read('/nowhere/at/all')).rejects.toThrow('ENOENT');
    await expect(measureRecording('/nowhere/at/all')).rejects.toThrow('ENOENT');
  });
});

describe('the key for recordings', () => {
  it('is 64 hexadecimal digits or base64 of 32 bytes, with blanks around it', () => {
    const texts = [
      key.toString('hex'),
      key.toString('hex').toUpperCase(),
      key.toString('base64'),
      key.toString('base64url'),
      ` ${key.toString('base64')}\n`,
    ];
    for (const text of texts) expect(parseAudioKey(text)).toEqual(key);
  });

  it('is nothing else, and never shown', () => {
    const secret = 'correct horse battery staple';
    const long = randomBytes(33).toString('base64');
    const short = randomBytes(31).toString('hex');
    expect(() => parseAudioKey('')).toThrow(ClewConfigError);
    for (const text of [secret, long, short, `${key.toString('hex')}0`, `${key.toString('base64').slice(0, 42)}B=`]) {
      expect(() => parseAudioKey(text)).toThrow(ClewConfigError);
      expect(() => parseAudioKey(text)).not.toThrow(text);
    }
    expect(() => parseAudioKey(secret)).toThrow(
      'clew: option "audioKey" is a text of 28 characters; allowed: 64 hexadecimal digits, or 32 bytes in base64.',
    );
  });
});
