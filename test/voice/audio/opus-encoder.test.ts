import { readFileSync } from 'node:fs';
import OpusScript from 'opusscript';
import { ClewConfigError } from 'clew';
import { describe, expect, it } from 'vitest';
import { OggStream } from '../../../src/voice/audio/ogg-stream.ts';
import { opusEncoder } from '../../../src/voice/audio/opus-encoder.ts';
import { loudRuns, microphone, pretendCall } from './pretend-call.ts';

interface Page {
  readonly flags: number;
  readonly granule: number;
  readonly number: number;
  readonly packets: readonly Buffer[];
}

/** Bit by bit, unlike the code that is tested. */
function checksum(page: Buffer): number {
  let sum = 0;
  for (const byte of page) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) sum = sum < 0 ? (sum << 1) ^ 0x04_c1_1d_b7 : sum << 1;
  }
  return sum >>> 0;
}

function readPages(file: Buffer): readonly Page[] {
  const pages: Page[] = [];
  for (let at = 0; at < file.length;) {
    if (file.toString('latin1', at, at + 5) !== 'OggS\0') throw new Error(`no page at ${at}`);
    const lacing = [...file.subarray(at + 27, at + 27 + file.readUInt8(at + 26))];
    const start = at + 27 + lacing.length;
    const end = start + lacing.reduce((sum, length) => sum + length, 0);
    const page = Buffer.from(file.subarray(at, end));
    page.writeUInt32LE(0, 22);
    if (checksum(page) !== file.readUInt32LE(at + 22)) throw new Error(`wrong checksum at ${at}`);
    pages.push({
      flags: file.readUInt8(at + 5),
      granule: Number(file.readBigInt64LE(at + 6)),
      number: file.readUInt32LE(at + 18),
      packets: split(file.subarray(start, end), lacing),
    });
    at = end;
  }
  return pages;
}

function split(bytes: Buffer, lacing: readonly number[]): readonly Buffer[] {
  const packets: Buffer[] = [];
  let start = 0;
  let end = 0;
  for (const length of lacing) {
    end += length;
    if (length === 255) continue;
    packets.push(bytes.subarray(start, end));
    start = end;
  }
  return packets;
}

/** As a player does: what comes before the pre-skip and after the last granule is not heard. */
function decode(file: Buffer): Int16Array {
  const [head, , ...pages] = readPages(file);
  const skipped = (head?.packets[0]?.readUInt16LE(10) ?? 0) / 2;
  const decoder = new OpusScript(24_000, 1);
  const packets = pages.flatMap((page) => page.packets.map((packet) => decoder.decode(packet)));
  decoder.delete();
  const pcm = Buffer.concat(packets);
  const end = (pages.at(-1)?.granule ?? 0) / 2;
  const samples = Int16Array.from({ length: pcm.length / 2 }, (_, index) => pcm.readInt16LE(2 * index));
  return samples.subarray(skipped, end);
}

describe('an Opus recording', () => {
  it('is as long as the call, and loud where the call was', async () => {
    const { pass, close } = pretendCall({ encoder: opusEncoder() });
    pass(7_010, microphone([1_000, 2_000], [5_000, 5_600]));
    const recording = await close();
    expect(recording).toMatchObject({ codec: 'opus', extension: 'ogg', durationMs: 7_020 });
    expect(recording.contentLength).toBeLessThan(30_000);
    const samples = decode(readFileSync(recording.path));
    expect(samples.length).toBe(7_020 * 24);
    const runs = loudRuns(samples, 1_500).flat();
    for (const [index, expected] of [1_000, 2_000, 5_000, 5_600].entries()) {
      expect(Math.abs((runs[index] ?? 0) - expected)).toBeLessThanOrEqual(10);
    }
    expect(runs).toHaveLength(4);
  });

  it('is a well-formed Ogg file: numbered pages, granules that grow, one start and one end', async () => {
    const { pass, close } = pretendCall({ encoder: opusEncoder({ bitrate: 64_000 }) });
    pass(3_500, microphone([0, 3_500]));
    const pages = readPages(readFileSync((await close()).path));
    expect(pages.map(({ number }) => number)).toEqual(pages.map((_, index) => index));
    expect(pages.map(({ flags }) => flags)).toEqual([2, ...pages.slice(2).map(() => 0), 4]);
    expect(pages.map(({ granule }) => granule)).toEqual([0, 0, 48_000, 96_000, 144_000, 3_500 * 48 + 312]);
    const [head, tags] = pages.flatMap(({ packets }) => packets.map((packet) => packet.toString('latin1', 0, 8)));
    expect([head, tags]).toEqual(['OpusHead', 'OpusTags']);
  });

  it('may follow another one: an encoder that is used again has forgotten what it heard', async () => {
    const record = async (): Promise<Int16Array> => {
      const { pass, close } = pretendCall({ encoder: opusEncoder() });
      pass(500, microphone([0, 500]));
      return decode(readFileSync((await close()).path));
    };
    expect(await record()).toEqual(await record());
  });

  it('is a WAV for more recordings at once than the encoder has room for', async () => {
    const calls = Array.from({ length: 66 }, () => pretendCall({ encoder: opusEncoder() }));
    for (const { pass } of calls) pass(40, microphone([0, 40]));
    const codecs = (await Promise.all(calls.map(({ close }) => close()))).map(({ codec }) => codec);
    expect(codecs.filter((codec) => codec === 'opus').length).toBe(64);
    expect(calls.flatMap(({ failures }) => failures)).toHaveLength(2);
    const { pass, close } = pretendCall({ encoder: opusEncoder() });
    pass(40, microphone());
    expect((await close()).codec).toBe('opus');
  });

  it('has a bitrate that is possible', () => {
    for (const bitrate of [0, 5_999, 128_001, 24_000.5, Number.NaN]) {
      expect(() => opusEncoder({ bitrate })).toThrow(ClewConfigError);
    }
  });
});

describe('Ogg pages', () => {
  it('hold packets of any length, and end with an empty page if there is nothing else', () => {
    const lengths = [0, 1, 254, 255, 256, 510, 3_000, 40_000, 60_000, 10];
    const packets = lengths.map((length, index) => ({ bytes: Buffer.alloc(length, index), granule: index }));
    const ogg = new OggStream(7);
    const pages = readPages(Buffer.concat([ogg.pages(packets), ogg.pages([], true)]));
    expect(pages.flatMap((page) => page.packets.map(({ length }) => length))).toEqual(lengths);
    expect(pages.map(({ flags }) => flags)).toEqual([2, 0, 4]);
  });
});
