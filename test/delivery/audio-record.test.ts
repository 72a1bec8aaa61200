import { statSync } from 'node:fs';
import { join } from 'node:path';
import { InMemoryTraceExporter } from 'clew';
import { VoiceClient } from 'clew/voice';
import { describe, expect, it } from 'vitest';
import { AudioKeeper, filesIn, pcmOf, recordCall, setUpCalls, speak, wavOf, until } from '../fixtures/audio-call.ts';

describe('a call that was recorded', () => {
  it('V44, V45 tells of it in its record: by default, as 24 kHz mono', async () => {
    const keeper = new AudioKeeper();
    const { client, tracer, log } = setUpCalls([keeper]);
    const { traceId } = await recordCall(client, 3);
    await tracer.shutdown();
    expect(keeper.told).toEqual({
      codec: 'wav',
      sampleRate: 24_000,
      channels: 1,
      durationMs: 3_000,
      startOffsetMs: 0,
      ref: `${traceId}.wav`,
      peaks: Buffer.alloc(300, 62).toString('base64'),
      encrypted: false,
    });
    expect(keeper.traces[0]?.toJSON()).toMatchObject({
      voice: { audio: { sample_rate: 24_000, duration_ms: 3_000, start_offset_ms: 0, ref: `${traceId}.wav` } },
    });
    expect(keeper.traces).toHaveLength(1);
    expect(log.lines).toEqual([]);
  });

  it('tells where it begins against the start of the call', async () => {
    const keeper = new AudioKeeper();
    const { client } = setUpCalls([keeper]);
    const session = client.startSession({ agentId: 'support_v3' });
    const frame = { data: new Int16Array(2_400).fill(900), sampleRate: 24_000, channels: 1 };
    session.recordAudio()?.place(frame, session.span.startedAt + 1_250);
    await session.end();
    expect(keeper.told).toMatchObject({ startOffsetMs: 1_250, durationMs: 100 });
  });

  it('V46 is given to the exporter as a file that is what is said of it, and then goes', async () => {
    const keeper = new AudioKeeper();
    const { client, tracer, temporary } = setUpCalls([keeper]);
    const { traceId } = await recordCall(client, 3);
    await tracer.shutdown();
    expect(keeper.kept).toMatchObject([
      { traceId, ref: `${traceId}.wav`, codec: 'wav', durationMs: 3_000, byteLength: 144_044, isEncrypted: false },
    ]);
    expect(keeper.files[0]?.equals(wavOf(pcmOf(3)))).toBe(true);
    expect(filesIn(temporary)).toEqual([]);
  });

  it('has both sides of it, as they come', async () => {
    const keeper = new AudioKeeper();
    const { client } = setUpCalls([keeper]);
    const session = client.startSession({ agentId: 'support_v3' });
    const recorder = session.recordAudio();
    const frame = { data: new Int16Array(9_600).fill(1_000), sampleRate: 48_000, channels: 1 };
    recorder?.user(frame);
    recorder?.agent.captured(frame);
    recorder?.agent.started();
    recorder?.agent.finished(200, false);
    await session.end();
    const { durationMs = 0, byteLength = 0 } = keeper.kept[0] ?? {};
    expect(durationMs).toBeGreaterThanOrEqual(200);
    expect(byteLength).toBe(44 + Math.round(durationMs * 48));
    expect(keeper.files.map(({ length }) => length)).toEqual([byteLength]);
    expect(keeper.told).toMatchObject({ durationMs, sampleRate: 24_000 });
  });

  it('is nobody else’s to read while it goes on', async () => {
    const { client, temporary } = setUpCalls([new AudioKeeper()]);
    const session = client.startSession({ agentId: 'support_v3' });
    speak(session, 20);
    await until(() => filesIn(temporary).length === 1);
    expect(filesIn(temporary).map((name) => statSync(join(temporary, name)).mode & 0o777)).toEqual([0o600]);
    await session.end();
  });

  it('is recorded once: whoever asks again gets the same recorder, and none after the end', async () => {
    const { client } = setUpCalls([new AudioKeeper()]);
    const session = client.startSession({ agentId: 'support_v3' });
    expect(session.recordAudio()).toBeDefined();
    expect(session.recordAudio()).toBe(session.recordAudio());
    await session.end();
    expect(session.recordAudio()).toBeUndefined();
  });

  it('has a record without a recording where nothing was heard', async () => {
    const keeper = new AudioKeeper();
    const { client, tracer, temporary, log } = setUpCalls([keeper]);
    await recordCall(client, 0);
    await tracer.shutdown();
    expect([keeper.told, keeper.kept, filesIn(temporary), log.lines]).toEqual([null, [], [], []]);
  });

  it('V54 is kept whole though nobody awaits its end, if the tracer is shut down after it', async () => {
    const keeper = new AudioKeeper();
    const { client, tracer, temporary } = setUpCalls([keeper]);
    const session = client.startSession({ agentId: 'support_v3' });
    speak(session, 3);
    void session.end({ reason: 'user_left' });
    await tracer.shutdown();
    expect(keeper.traces).toMatchObject([{ outcome: 'ok', voice: { status: 'ended', audio: { durationMs: 3_000 } } }]);
    expect(keeper.kept).toHaveLength(1);
    expect(filesIn(temporary)).toEqual([]);
  });

  it('V54 is sent by a flush that comes after an end that nobody awaits', async () => {
    const keeper = new AudioKeeper();
    const { client, tracer } = setUpCalls([keeper]);
    const session = client.startSession({ agentId: 'support_v3' });
    speak(session, 3);
    void session.end();
    await tracer.flush();
    expect(keeper.traces).toMatchObject([{ outcome: 'ok', voice: { audio: { durationMs: 3_000 } } }]);
    expect(keeper.kept).toHaveLength(1);
  });

  it('V55 is kept by a shutdown of the client that comes in its midst', async () => {
    const keeper = new AudioKeeper();
    const { client, tracer, temporary } = setUpCalls([keeper]);
    speak(client.startSession({ agentId: 'support_v3' }), 2);
    await client.shutdown();
    await tracer.shutdown();
    expect(keeper.traces).toMatchObject([{ voice: { endReason: 'shutdown', audio: { durationMs: 2_000 } } }]);
    expect(keeper.kept.map(({ byteLength }) => byteLength)).toEqual([96_044]);
    expect(filesIn(temporary)).toEqual([]);
  });
});

describe('a call that nobody keeps', () => {
  it('leaves no recording behind when no rule keeps its trace', async () => {
    const keeper = new AudioKeeper();
    const { client, tracer, temporary } = setUpCalls([keeper], { tracer: { sampleRate: 0, keepErrors: true } });
    await recordCall(client);
    await tracer.shutdown();
    expect([keeper.traces, keeper.kept, filesIn(temporary)]).toEqual([[], [], []]);
  });

  it.each([
    ['goes to the exporters when', true],
    ['leaves nothing behind unless', false],
  ])('%s work that goes on after it keeps its trace by an error', async (_, fails) => {
    const keeper = new AudioKeeper();
    const { client, tracer, temporary } = setUpCalls([keeper], { tracer: { sampleRate: 0, keepErrors: true } });
    const session = client.startSession({ agentId: 'support_v3' });
    speak(session, 2);
    const summary = session.span.span('summarise');
    const ended = session.end();
    await until(() => session.span.endedAt !== null);
    await new Promise(setImmediate);
    expect([keeper.traces, keeper.kept]).toEqual([[], []]);
    summary.end(fails ? { error: 'no answer' } : {});
    await ended;
    await tracer.shutdown();
    expect([keeper.traces.length, keeper.kept.length]).toEqual(fails ? [1, 1] : [0, 0]);
    expect(filesIn(temporary)).toEqual([]);
  });

  it('takes none that is uploaded when no rule has kept its trace', async () => {
    const keeper = new AudioKeeper();
    const { client, temporary } = setUpCalls([keeper], { tracer: { sampleRate: 0, keepErrors: true } });
    const session = await recordCall(client, 0);
    expect(await session.uploadAudio(wavOf(pcmOf(1)))).toBe(false);
    expect([keeper.traces, keeper.kept, filesIn(temporary)]).toEqual([[], [], []]);
  });

  it('leaves none behind that was uploaded while it was recorded too', async () => {
    const keeper = new AudioKeeper();
    const { client, tracer, temporary } = setUpCalls([keeper], { tracer: { sampleRate: 0, keepErrors: true } });
    const session = client.startSession({ agentId: 'support_v3' });
    speak(session, 2);
    await session.uploadAudio(wavOf(pcmOf(1)));
    await session.uploadAudio(wavOf(pcmOf(1)));
    await session.end();
    await tracer.shutdown();
    expect([keeper.kept, filesIn(temporary)]).toEqual([[], []]);
  });

  it('is kept with its recording when a rule keeps it after all', async () => {
    const keeper = new AudioKeeper();
    const { client, tracer } = setUpCalls([keeper], { tracer: { sampleRate: 0, keepErrors: true } });
    const session = client.startSession({ agentId: 'support_v3' });
    speak(session, 2);
    await session.end({ error: new Error('the line broke') });
    await tracer.shutdown();
    expect(keeper.told).toMatchObject({ durationMs: 2_000 });
    expect(keeper.kept).toHaveLength(1);
  });

  it('is not recorded where sampling left it out, and nobody is told of it', async () => {
    const keeper = new AudioKeeper();
    const { client, tracer, temporary } = setUpCalls([keeper], { tracer: { sampleRate: 0, keepErrors: false } });
    const session = client.startSession({ agentId: 'support_v3' });
    expect(session.recordAudio()).toBeUndefined();
    await session.end();
    await tracer.shutdown();
    expect([keeper.kept, filesIn(temporary)]).toEqual([[], []]);
  });

  it('V45 is not recorded where recordings are turned off', async () => {
    const keeper = new AudioKeeper();
    const { tracer, temporary } = setUpCalls([keeper]);
    const session = new VoiceClient({ tracer, audio: false }).startSession({ agentId: 'support_v3' });
    expect(session.recordAudio()).toBeUndefined();
    expect(await session.uploadAudio(wavOf(pcmOf(1)))).toBe(false);
    await session.end();
    expect([keeper.told, keeper.kept, filesIn(temporary)]).toEqual([null, [], []]);
  });

  it('is not recorded where no exporter keeps recordings; one that is given is told as lost, once', async () => {
    const memory = new InMemoryTraceExporter();
    const { client, temporary, log } = setUpCalls([memory, { export: () => {} }]);
    const session = client.startSession({ agentId: 'support_v3' });
    expect(session.recordAudio()).toBeUndefined();
    expect(log.lines).toEqual([]);
    expect(await session.uploadAudio(wavOf(pcmOf(1)))).toBe(false);
    expect(await session.uploadAudio('no file')).toBe(false);
    await session.end();
    expect(log.warnings('call-audio').map(({ message }) => message)).toEqual([
      expect.stringContaining('no exporter keeps recordings'),
    ]);
    expect([memory.traces[0]?.voice?.audio, filesIn(temporary)]).toEqual([null, []]);
  });

  it('is not recorded when tracing is off', async () => {
    const keeper = new AudioKeeper();
    const { client, temporary } = setUpCalls([keeper], { tracer: { enabled: false } });
    const session = client.startSession({ agentId: 'support_v3' });
    expect(session.recordAudio()).toBeUndefined();
    expect(await session.uploadAudio(wavOf(pcmOf(1)))).toBe(false);
    expect(await session.end()).toMatchObject({ ok: true });
    expect([keeper.traces, keeper.kept, filesIn(temporary)]).toEqual([[], [], []]);
  });

  it('is not recorded after the shutdown of its tracer', async () => {
    const keeper = new AudioKeeper();
    const { client, tracer, temporary } = setUpCalls([keeper]);
    const before = client.startSession({ agentId: 'support_v3' });
    await tracer.shutdown();
    expect(client.startSession({ agentId: 'support_v3' }).recordAudio()).toBeUndefined();
    expect(await before.uploadAudio(wavOf(pcmOf(1)))).toBe(false);
    expect([keeper.kept, filesIn(temporary)]).toEqual([[], []]);
  });

  it('leaves no file behind when it ends after the shutdown of its tracer', async () => {
    const { client, tracer, temporary } = setUpCalls([new AudioKeeper()]);
    const session = client.startSession({ agentId: 'support_v3' });
    speak(session, 30);
    await tracer.shutdown();
    expect(await session.end()).toMatchObject({ traceId: session.traceId });
    await until(() => filesIn(temporary).length === 0);
  });
});
