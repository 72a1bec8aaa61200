import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileTraceExporter, InMemoryTraceExporter, SqliteTraceExporter, withTracer } from 'clew';
import { SqliteTraceStore } from 'clew/store';
import { startSession, type VoiceSession } from 'clew/voice';
import { describe, expect, it } from 'vitest';
import { AudioKeeper, filesIn, pcmOf, recordCall, setUpCalls, wavOf } from '../fixtures/audio-call.ts';
import { readLines } from '../fixtures/ndjson.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { only } from '../flows/recording.ts';

type Source = Parameters<VoiceSession['uploadAudio']>[0];

async function* piecesOf(bytes: Buffer, end: Promise<unknown> = Promise.resolve()): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, 1_000);
  await end;
  yield bytes.subarray(1_000);
}

/** A turn of the user's, so that the rollup has something to lose. */
async function talk(session: VoiceSession): Promise<void> {
  session.userTurn((turn) => turn.setTranscript('I cannot log in'));
  await session.end();
}

describe('a recording that was made elsewhere', () => {
  it('V95 is kept with what is told of it: the bytes, what they are, how long', async () => {
    const keeper = new AudioKeeper();
    const { client } = setUpCalls([keeper]);
    const session = client.startSession({ agentId: 'support_v3' });
    const audio = Buffer.from('not a format that anybody knows');
    const facts = { durationMs: 180_000, codec: 'opus', startOffsetMs: 40 };
    expect(await client.uploadAudio(session.sessionId, audio, facts)).toBe(true);
    await session.end();
    expect(keeper.told).toEqual({
      codec: 'opus',
      sampleRate: null,
      channels: null,
      durationMs: 180_000,
      startOffsetMs: 40,
      ref: `${session.traceId}.ogg`,
      peaks: '',
      encrypted: false,
    });
    expect(only(keeper.kept)).toMatchObject({ ref: `${session.traceId}.ogg`, codec: 'opus', durationMs: 180_000 });
    expect(keeper.files).toEqual([audio]);
  });

  const wav = wavOf(pcmOf(2));
  const sources: readonly [string, () => Source][] = [
    ['bytes', () => wav],
    ['bytes that are part of a larger array', () => new Uint8Array(Buffer.concat([wav, wav]).buffer, 0, wav.length)],
    ['a stream', () => piecesOf(wav)],
    [
      'a path',
      () => {
        const path = join(temporaryFolder(), 'call.wav');
        writeFileSync(path, wav);
        return path;
      },
    ],
  ];
  it.each(sources)('V95 may be %s; a WAV tells its length and its waveform by itself', async (_, source) => {
    const keeper = new AudioKeeper();
    const { client, temporary } = setUpCalls([keeper]);
    const session = client.startSession({ agentId: 'support_v3' });
    expect(await session.uploadAudio(source())).toBe(true);
    await session.end();
    const peaks = Buffer.alloc(200, 62).toString('base64');
    expect(keeper.told).toMatchObject({ codec: 'wav', sampleRate: 24_000, channels: 1, durationMs: 2_000, peaks });
    expect(keeper.files.map((file) => file.equals(wav))).toEqual([true]);
    expect(filesIn(temporary)).toEqual([]);
  });

  it('V95 may be taken from a path without harm to the file', async () => {
    const path = join(temporaryFolder(), 'call.wav');
    writeFileSync(path, wav);
    const { client } = setUpCalls([new AudioKeeper()]);
    expect(await client.startSession({ agentId: 'support_v3' }).uploadAudio(path)).toBe(true);
    expect(() => rmSync(path)).not.toThrow();
  });

  it('is found by the call’s own id as by that of its conversation, while it goes on and after it', async () => {
    const keeper = new AudioKeeper();
    const { client } = setUpCalls([keeper]);
    const session = client.startSession({ agentId: 'support_v3', session: 'conv_1' });
    expect(await client.uploadAudio('conv_1', wav)).toBe(true);
    await session.end();
    expect(await client.uploadAudio('conv_1', wav)).toBe(true);
    expect(await client.uploadAudio(session.traceId, wav)).toBe(true);
    expect(new Set(keeper.kept.map(({ traceId }) => traceId))).toEqual(new Set([session.traceId]));
  });

  it('goes to the last call of a conversation', async () => {
    const keeper = new AudioKeeper();
    const { client } = setUpCalls([keeper]);
    const first = await recordCall(client, 0);
    const later = client.startSession({ agentId: 'support_v3', session: first.sessionId });
    await later.end();
    expect(await client.uploadAudio(first.sessionId, wav)).toBe(true);
    expect(keeper.kept.map(({ traceId }) => traceId)).toEqual([later.traceId]);
  });

  it('of an unknown call is told as lost, once', async () => {
    const keeper = new AudioKeeper();
    const { client, log, temporary } = setUpCalls([keeper]);
    expect(await client.uploadAudio('nobody', wav)).toBe(false);
    expect(await client.uploadAudio('', 'no file')).toBe(false);
    expect(log.codes).toEqual(['warn unknown-session']);
    expect([keeper.kept, filesIn(temporary)]).toEqual([[], []]);
  });

  it('of a call that no client has made is taken by the call', async () => {
    const keeper = new AudioKeeper();
    const { client, tracer } = setUpCalls([keeper]);
    const session = withTracer(tracer, () => startSession({ agentId: 'support_v3' }));
    expect(await client.uploadAudio(session.sessionId, wav)).toBe(false);
    expect(await session.uploadAudio(wav)).toBe(true);
    await session.end();
    expect(keeper.told).toMatchObject({ durationMs: 2_000 });
  });

  it('that comes twice is the later one', async () => {
    const keeper = new AudioKeeper();
    const { client } = setUpCalls([keeper]);
    const session = client.startSession({ agentId: 'support_v3' });
    await session.uploadAudio(wav);
    await session.end();
    await session.uploadAudio(wavOf(pcmOf(1)));
    expect(keeper.told).toMatchObject({ durationMs: 1_000 });
    expect(keeper.kept.map(({ durationMs }) => durationMs)).toEqual([2_000, 1_000]);
  });

  it('is what is heard where the call was recorded here too and it came later', async () => {
    const keeper = new AudioKeeper();
    const { client } = setUpCalls([keeper]);
    const session = await recordCall(client, 3);
    await session.uploadAudio(wav);
    expect(keeper.told).toMatchObject({ durationMs: 2_000 });
    expect(keeper.kept.at(-1)).toMatchObject({ durationMs: 2_000 });
  });

  it('that is not read to its end when the call is over amends the call', async () => {
    const keeper = new AudioKeeper();
    const { client } = setUpCalls([keeper]);
    const session = client.startSession({ agentId: 'support_v3' });
    const { promise, resolve } = Promise.withResolvers<void>();
    const uploaded = session.uploadAudio(piecesOf(wav, promise));
    await session.end();
    expect(keeper.told).toBeNull();
    resolve();
    expect(await uploaded).toBe(true);
    expect(keeper.traces.map(({ amends }) => amends)).toEqual([false, true]);
    expect(keeper.told).toMatchObject({ durationMs: 2_000 });
  });
});

describe('a recording that comes after the call', () => {
  it('V95 is in the record in memory, which stays what it was', async () => {
    const memory = new InMemoryTraceExporter();
    const { client } = setUpCalls([memory, new AudioKeeper()]);
    const session = client.startSession({ agentId: 'support_v3' });
    await talk(session);
    const before = only(memory.traces);
    expect(before.voice).toMatchObject({ audio: null, rollup: { userTurns: 1 } });
    await session.uploadAudio(wavOf(pcmOf(1)));
    const after = only(memory.traces);
    expect(after.voice).toEqual({ ...before.voice, audio: after.voice?.audio });
    expect(after.voice?.audio).toMatchObject({ durationMs: 1_000 });
    expect({ ...after, voice: null, rev: 0 }).toEqual({ ...before, voice: null, rev: 0 });
  });

  it('V95 is in the database, in the call that is there', async () => {
    const path = join(temporaryFolder(), 'clew.db');
    const { client, tracer } = setUpCalls([new SqliteTraceExporter(path)]);
    const session = client.startSession({ agentId: 'support_v3' });
    await talk(session);
    await session.uploadAudio(wavOf(pcmOf(1)));
    await tracer.flush();
    const trace = await new SqliteTraceStore(path).get(session.traceId);
    expect(trace?.voice).toMatchObject({ status: 'ended', audio: { durationMs: 1_000 }, rollup: { userTurns: 1 } });
    expect(trace?.spans.map(({ name }) => name)).toEqual(['support_v3', 'user_turn']);
    expect(trace?.outcome).toBe('ok');
  });

  it('V95 is a second line in the file, which says the same of the call', async () => {
    const path = join(temporaryFolder(), 'calls.ndjson');
    const { client, tracer } = setUpCalls([new FileTraceExporter(path)]);
    const session = client.startSession({ agentId: 'support_v3' });
    await talk(session);
    await session.uploadAudio(wavOf(pcmOf(1)));
    await tracer.flush();
    const [whole, amendment, ...more] = readLines(path).map((line): unknown => line);
    expect(more).toEqual([]);
    expect(whole).toMatchObject({ amends: false, voice: { audio: null, rollup: { user_turns: 1 } } });
    const audio = { codec: 'wav', duration_ms: 1_000, ref: `${session.traceId}.wav`, encrypted: false };
    expect(amendment).toMatchObject({ amends: true, trace_id: session.traceId, outcome: 'ok', spans: [] });
    expect(amendment).toMatchObject({ voice: { status: 'ended', audio, rollup: { user_turns: 1 } } });
    expect(Reflect.get(Object(Reflect.get(Object(amendment), 'voice')), 'rollup')).toEqual(
      Reflect.get(Object(Reflect.get(Object(whole), 'voice')), 'rollup'),
    );
  });
});
