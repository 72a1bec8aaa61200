import { ClewConfigError, getTracer, init, InMemoryTraceExporter, type TracerOptions } from 'clew';
import { startSession, VoiceClient, type VoiceOptions } from 'clew/voice';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { runChild } from '../call/child.ts';
import { answers, IngestServer } from '../fixtures/ingest-server.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { only, startRecording } from './recording.ts';

// Clew holds its own timers: here the tests hold them.
vi.mock('../../src/base/timers.ts', () => import('../fixtures/stoppable-timers.ts'));

/** A call of three spans. */
function makeCall(client: VoiceClient, agentId = 'support_v3'): void {
  const session = client.startSession({ agentId });
  session.userTurn((turn) => turn.stage('stt', () => {}));
  void session.end();
}

function sendTo({ baseUrl }: IngestServer, options: VoiceOptions = {}): { client: VoiceClient; log: RecordingLogger } {
  const log = new RecordingLogger();
  const client = new VoiceClient({
    mode: 'dev',
    baseUrl,
    token: 'vo_ingest_key',
    flushIntervalMs: 3_600_000,
    logger: log,
    ...options,
  });
  onTestFinished(() => void client.shutdown({ timeoutMs: 0 }));
  return { client, log };
}

describe('a client', () => {
  it('V89, V90 sends to the server that is named, with the key that it is known by', async () => {
    await using server = await IngestServer.start();
    const { client } = sendTo(server);
    makeCall(client);
    expect(await client.shutdown()).toEqual({ sent: 3, dropped: 0, pending: 0, reasons: {} });
    expect(only(server.requests)).toMatchObject({
      path: '/api/ingest',
      headers: { authorization: 'Bearer vo_ingest_key' },
      body: {
        traces: [
          {
            kind: 'voice',
            voice: { status: 'ended', rollup: { user_turns: 1 } },
            spans: [{ voice: null }, { voice: { role: 'user' } }, { voice: { payload: {} } }],
          },
        ],
      },
    });
  });

  it('V90 has nobody’s server for a default, and asks for a key where it sends to another machine', () => {
    expect(() => new VoiceClient({ mode: 'prod' })).toThrow(ClewConfigError);
    expect(() => new VoiceClient({ mode: 'prod', baseUrl: 'https://voice.example' })).toThrow(/token/);
  });

  it('V92, V110 sends as soon as ten spans have come, or as many as are set', async () => {
    await using server = await IngestServer.start();
    const { client } = sendTo(server);
    for (let calls = 0; calls < 4; calls += 1) makeCall(client);
    await server.until(({ takenSpans }) => takenSpans === 12);
    const eager = sendTo(server, { flushThreshold: 3 }).client;
    makeCall(eager);
    await server.until(({ takenSpans }) => takenSpans === 15);
    expect(server.requests).toHaveLength(2);
  });

  it('V91, V110 sends after the interval what is less', async () => {
    await using server = await IngestServer.start();
    makeCall(sendTo(server, { flushIntervalMs: 1 }).client);
    await server.until(({ takenSpans }) => takenSpans === 3);
    expect(server.taken).toEqual([['support_v3', 'user_turn', 'stt']]);
  });

  it('V108 keeps calls while the server is down, and sends them when it is there again', async () => {
    await using server = await IngestServer.start(answers(503));
    const { client } = sendTo(server);
    makeCall(client);
    expect(await client.flush()).toMatchObject({ sent: 0, dropped: 0, pending: 3 });
    server.behave = (_, __, take) => take();
    expect(await client.flush()).toEqual({ sent: 3, dropped: 0, pending: 0, reasons: {} });
    expect(server.taken).toEqual([['support_v3', 'user_turn', 'stt']]);
  });

  it('V93, V109, V111 drops the oldest calls when too many wait, with one warning', async () => {
    await using server = await IngestServer.start(answers(503));
    const { client, log } = sendTo(server, { limits: { queueSpans: 6 }, flushThreshold: 1_000 });
    for (let n = 1; n <= 5; n += 1) makeCall(client, `agent ${n}`);
    server.behave = (_, __, take) => take();
    expect(await client.flush()).toMatchObject({ sent: 6, dropped: 9, pending: 0 });
    expect(server.taken.map(([name]) => name)).toEqual(['agent 4', 'agent 5']);
    expect(log.codes.filter((code) => code.startsWith('warn'))).toHaveLength(1);
  });

  it('V55 ends the calls that go on, sends everything, and records nothing after that', async () => {
    const memory = new InMemoryTraceExporter();
    const client = new VoiceClient({ exporter: memory });
    const [first, second] = [client.startSession({ agentId: 'a' }), client.startSession({ agentId: 'b' })];
    expect(client.sessions).toEqual([first, second]);
    await second.end({ reason: 'user_left' });
    expect(client.sessions).toEqual([first]);
    expect(await client.shutdown()).toEqual({ sent: 2, dropped: 0, pending: 0, reasons: {} });
    expect([client.sessions, first.status]).toEqual([[], 'ended']);
    expect(memory.traces.map(({ name, voice }) => [name, voice?.endReason])).toEqual([
      ['b', 'user_left'],
      ['a', 'shutdown'],
    ]);
    makeCall(client);
    expect(memory.traces).toHaveLength(2);
    expect(await client.shutdown()).toMatchObject({ pending: 0 });
  });

  it('V55, V110 waits for nobody: calls go on, and end and shutdown answer at their deadline', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const client = new VoiceClient({ exporter: { export: () => new Promise<void>(() => {}) } });
    const session = client.startSession({ agentId: 'support_v3' });
    expect(session.userTurn((turn) => turn.stage('stt', () => 42))).toBe(42);
    const ended = session.end();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await ended).toMatchObject({ ok: false, error: 'not exported within 5000 ms' });
    const shutdown = client.shutdown();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await shutdown).toEqual({ sent: 0, dropped: 0, pending: 3, reasons: {} });
  });

  it('uses the tracer that init made, which goes on when the client is shut down', async () => {
    const memory = new InMemoryTraceExporter();
    const tracer = init({ exporter: memory });
    onTestFinished(async () => void (await tracer.shutdown()));
    const client = new VoiceClient();
    expect(client.tracer).toBe(tracer);
    makeCall(client);
    await client.shutdown();
    expect(getTracer()).toBe(tracer);
    await startSession({ agentId: 'later' }).end();
    expect(memory.traces.map(({ name }) => name)).toEqual(['support_v3', 'later']);
  });

  it('has a tracer of its own where options are given, or uses the one that is', async () => {
    const { tracer, memory } = startRecording();
    expect(new VoiceClient({ tracer }).tracer).toBe(tracer);
    const own = new VoiceClient({ mode: 'memory', name: 'voice-worker' });
    expect(own.tracer).not.toBe(tracer);
    makeCall(own);
    expect((await own.tracer.store?.last())?.map(({ service }) => service.name)).toEqual(['voice-worker']);
    expect(memory.traces).toEqual([]);
    await own.shutdown();
    expect(own.tracer.isRecording).toBe(false);
  });

  const wrong: readonly [string, object][] = [
    ['flushThreshold', { flushThreshold: 0 }],
    ['flushIntervalMs', { flushIntervalMs: -1 }],
    ['limits', { limits: { queueSpans: 0 } }],
    ['masker', { masker: 'none' }],
    ['token', { token: '' }],
    ['api_key', { api_key: 'vo_1' }],
    ['tracer', { tracer: {} }],
    ['tracer', { tracer: 'memory' }],
  ];
  it.each(wrong)('throws for a wrong option %s when it is made, and never later', (option, options) => {
    const given: TracerOptions = Object(options);
    expect(() => new VoiceClient({ mode: 'memory', ...given })).toThrow(ClewConfigError);
    expect(() => new VoiceClient({ mode: 'memory', ...given })).toThrow(option);
  });

  it('V113 needs no LiveKit: nothing of it is looked for when the door is opened', async () => {
    const { stdout, stderr } = await runChild(`
      import { registerHooks } from 'node:module';
      const asked = [];
      registerHooks({ resolve: (name, context, next) => (asked.push(name), next(name, context)) });
      const { VoiceClient } = await import('clew/voice');
      const session = new VoiceClient({ mode: 'memory' }).startSession({ agentId: 'support_v3' });
      console.log((await session.end()).exported, asked.length > 5, asked.filter((name) => name.includes('livekit')));
    `);
    expect([stdout, stderr]).toEqual(['true true []\n', '']);
  });
});
