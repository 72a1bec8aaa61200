import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FanOutTraceExporter, FileTraceExporter, InMemoryTraceExporter } from 'clew';
import { describe, expect, it } from 'vitest';
import {
  AudioKeeper,
  AudioTaker,
  failing,
  filesIn,
  flushUntil,
  pcmOf,
  recordCall,
  setUpCalls,
  wavOf,
} from '../fixtures/audio-call.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const wav = wavOf(pcmOf(1));
const recording = {
  traceId: '1'.repeat(32),
  ref: `${'1'.repeat(32)}.wav`,
  path: '/nowhere',
  codec: 'wav',
  byteLength: 1,
  durationMs: 1,
  isEncrypted: false,
};

describe('a fan-out', () => {
  it('passes a recording on to its members, those that keep it and those that do not', async () => {
    const path = join(temporaryFolder(), 'calls.ndjson');
    const keeper = new AudioKeeper();
    const fanOut = new FanOutTraceExporter([new InMemoryTraceExporter(), new FileTraceExporter(path), keeper]);
    const { client, tracer, temporary } = setUpCalls([fanOut]);
    const { traceId } = await recordCall(client, 1);
    await tracer.shutdown();
    expect(filesIn(`${path}.audio`)).toEqual([`${traceId}.wav`]);
    expect(keeper.files.map((file) => file.equals(wav))).toEqual([true]);
    expect(filesIn(temporary)).toEqual([]);
  });

  it('gives it to the others though one fails, which gets it at the next try', async () => {
    const [bad, fine] = [failing(1), new AudioKeeper()];
    const { client, tracer, log } = setUpCalls([new FanOutTraceExporter([bad, fine])]);
    await recordCall(client, 1);
    expect(fine.kept).toHaveLength(1);
    await flushUntil(tracer, () => bad.kept.length > 0);
    await tracer.shutdown();
    expect(bad.files[0]?.equals(wav)).toBe(true);
    expect(log.codes).toEqual(['warn exporter-failed']);
  });

  it('does not trouble those that have taken it when it is tried again', async () => {
    const [bad, fine] = [failing(2), new AudioKeeper()];
    const { client, tracer } = setUpCalls([new FanOutTraceExporter([bad, fine])]);
    await recordCall(client, 1);
    await flushUntil(tracer, () => bad.kept.length > 0);
    expect(fine.kept).toHaveLength(1);
  });

  it('rejects with what all of them say, when it is used by hand', async () => {
    const fanOut = new FanOutTraceExporter([failing(9), new InMemoryTraceExporter(), failing(9)]);
    await expect(fanOut.exportAudio?.(recording)).rejects.toMatchObject({
      errors: [{ message: 'no room' }, { message: 'no room' }],
    });
  });

  it('has not taken what one of its members refuses for good', async () => {
    const [refusing, fine] = [new AudioTaker(() => false), new AudioKeeper()];
    const { client } = setUpCalls([new FanOutTraceExporter([refusing, fine])]);
    expect(await client.startSession({ agentId: 'support_v3' }).uploadAudio(wav)).toBe(false);
    expect([refusing.tries, fine.kept.length]).toEqual([1, 1]);
  });

  it('wants no recordings where none of its members does: none are made', async () => {
    const fanOut = new FanOutTraceExporter([new InMemoryTraceExporter(), { export: () => {} }]);
    const { client, temporary } = setUpCalls([fanOut]);
    const session = client.startSession({ agentId: 'support_v3' });
    expect(session.recordAudio()).toBeUndefined();
    expect(await session.uploadAudio(wav)).toBe(false);
    expect(filesIn(temporary)).toEqual([]);
  });

  it('at process exit has a recording with those that can take it then, and tells of those that cannot', () => {
    const path = join(temporaryFolder(), 'calls.ndjson');
    const source = join(temporaryFolder(), 'temporary');
    writeFileSync(source, 'sound');
    const here = new FanOutTraceExporter([new InMemoryTraceExporter(), new FileTraceExporter(path)]);
    here.exportAudioSync?.({ ...recording, path: source });
    expect(readFileSync(join(`${path}.audio`, recording.ref), 'utf8')).toBe('sound');
    const mixed = new FanOutTraceExporter([new AudioKeeper(), new FileTraceExporter(path)]);
    expect(() => mixed.exportAudioSync?.({ ...recording, path: source })).toThrow('1 of the exporters failed');
  });

  it('of fan-outs is none the worse', async () => {
    const keeper = new AudioKeeper();
    const fanOut = new FanOutTraceExporter([new FanOutTraceExporter([keeper]), new FanOutTraceExporter([])]);
    const { client } = setUpCalls([fanOut]);
    expect(await client.startSession({ agentId: 'support_v3' }).uploadAudio(wav)).toBe(true);
    expect(keeper.kept).toHaveLength(1);
  });
});
