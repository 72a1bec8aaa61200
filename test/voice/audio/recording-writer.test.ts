import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AudioEncoder } from '../../../src/voice/audio/audio-encoder.ts';
import { FailureReport } from '../../../src/voice/audio/failure-report.ts';
import { RecordingFile } from '../../../src/voice/audio/recording-file.ts';
import { RecordingWriter } from '../../../src/voice/audio/recording-writer.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { loudRuns, microphone, parseWav, plateau, pretendCall } from './pretend-call.ts';

/** A writer whose disk answers when it is told to. */
function hangingWriter() {
  const folder = temporaryFolder();
  const failures: string[] = [];
  const { promise: answer, resolve } = Promise.withResolvers<void>();
  const writer = new RecordingWriter({
    encoder: undefined,
    failures: new FailureReport((message) => failures.push(message)),
    createFile: async (headLength) => {
      await answer;
      return RecordingFile.create({ folder, key: undefined, headLength });
    },
  });
  return { writer, failures, answer: resolve };
}

function encoder(changes: Partial<AudioEncoder>): AudioEncoder {
  return {
    codec: 'odd',
    extension: 'odd',
    start: () => ({ encode: (pcm) => Uint8Array.of(pcm.length & 0xff), end: () => Uint8Array.of(7) }),
    ...changes,
  };
}

describe('writing a recording', () => {
  it('holds 8 MiB for a disk that hangs; the rest is silence of the same length, told once', async () => {
    const { writer, failures, answer } = hangingWriter();
    for (let n = 0; n < 2_500; n += 1) writer.samples(new Int16Array(2_400).fill(4_000));
    answer();
    writer.samples(new Int16Array(2_400).fill(9));
    const recording = await writer.finish(0);
    expect(failures).toEqual(['the disk or the encoder is too slow for the recording; parts of it are silent']);
    const { samples } = parseWav(readFileSync(recording?.path ?? ''));
    expect(samples.length).toBe(2_501 * 2_400);
    const held = Math.floor(8_388_608 / 4_800) * 100;
    expect(loudRuns(samples)).toEqual([[0, held]]);
  });

  it('gives an encoder 100 ms at a time, and its last bytes', async () => {
    const { pass, close } = pretendCall({ encoder: encoder({}) });
    pass(250, microphone());
    const recording = await close();
    expect(recording).toMatchObject({ codec: 'odd', extension: 'odd', durationMs: 260, contentLength: 4 });
    expect([...readFileSync(recording.path)]).toEqual([0x60, 0x60, 0xa0, 7]);
  });

  it('is a WAV where the encoder cannot be had, and says so', async () => {
    const start = (): never => {
      throw new Error('not installed');
    };
    const { failures, pass, close } = pretendCall({ encoder: encoder({ start }) });
    pass(100, () => plateau(4_000, 20));
    const recording = await close();
    expect(recording.codec).toBe('wav');
    expect(loudRuns(parseWav(readFileSync(recording.path)).samples)).toEqual([[0, 100]]);
    expect(failures).toEqual(['the audio encoder cannot be used; the recording is a WAV']);
  });

  it('is lost where the encoder breaks, leaves no file, and frees the encoder', async () => {
    let closed = 0;
    const encode = (): never => {
      throw new Error('broken');
    };
    const close = (): void => {
      closed += 1;
      throw new Error('broken too');
    };
    const start = () => ({ encode, end: () => new Uint8Array(0), close });
    const { recorder, folder, failures, pass } = pretendCall({ encoder: encoder({ start }) });
    pass(60_000, microphone());
    while (failures.length === 0) await nextTurn();
    pass(60_000, microphone());
    expect(await recorder.close()).toBeUndefined();
    expect(failures).toEqual(['the recording could not be written and is lost']);
    expect([closed, readdirSync(folder)]).toEqual([1, []]);
  });

  it('frees the encoder where there can be no file', async () => {
    let closed = 0;
    const stream = { encode: () => new Uint8Array(0), end: () => new Uint8Array(0), close: () => void (closed += 1) };
    const { recorder, pass } = pretendCall({ folder: '/dev/null/nowhere', encoder: encoder({ start: () => stream }) });
    pass(100, microphone());
    expect([await recorder.close(), closed]).toEqual([undefined, 1]);
  });
});
