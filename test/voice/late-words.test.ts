import { join } from 'node:path';
import { createTracer, HttpTraceExporter, SqliteTraceExporter, type TraceExporter, type TraceRecord } from 'clew';
import { readTrace, SqliteTraceStore } from 'clew/store';
import { VoiceClient, type Turn, type VoiceSession } from 'clew/voice';
import { describe, expect, it, onTestFinished } from 'vitest';
import { IngestServer } from '../fixtures/ingest-server.ts';
import { CollectingExporter } from '../fixtures/records.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { only, spanNamed, startRecording } from '../flows/recording.ts';

interface Turns {
  readonly user: Turn;
  readonly agent: Turn;
}

/** A call in which both sides have spoken: both turns have ended, and the call goes on. */
function speak(session: VoiceSession): Turns {
  const agent = session.agentTurn({ startedAt: 100 });
  agent.end({ endedAt: 500 });
  const user = session.userTurn({ startedAt: 400 });
  user.end({ endedAt: 900 });
  return { user, agent };
}

/** What is learned of them after that. */
function learn({ user, agent }: Turns): void {
  user.setTranscript("I can't log in", { confidence: 0.97 });
  user.markInterrupted({ byTurnId: agent.turnId, interruptLatencyMs: 180 });
  user.event('barge_in', { agent_turn_id: agent.turnId }, undefined, 420);
  agent.setTranscript('Welcome to');
  agent.setEndToEndLatency(900);
}

/** The parts of a record in which it shows that `learn` was heard. */
function lateWords(trace: TraceRecord | null | undefined, { user, agent }: Turns): unknown {
  const [said, answered] = [user, agent].map(({ turnId }) => trace?.spans.find(({ spanId }) => spanId === turnId));
  const events = said?.events.map(({ name }) => name);
  return { user: said?.voice, events, agent: answered?.voice, rollup: trace?.voice?.rollup };
}

function heard({ agent }: Turns): object {
  return {
    user: {
      transcript: "I can't log in",
      confidence: 0.97,
      interruptsTurnId: agent.turnId,
      interruptLatencyMs: 180,
    },
    events: ['user_speech_start', 'barge_in', 'user_speech_end'],
    agent: { transcript: 'Welcome to', interrupted: true, e2eLatencyMs: 900 },
    rollup: { userTurns: 1, agentTurns: 1, interruptions: 1, interruptLatencyMs: { p50: 180, p95: 180 } },
  };
}

function startSession(exporter: TraceExporter): { client: VoiceClient; session: VoiceSession } {
  const client = new VoiceClient({ exporter });
  onTestFinished(async () => void (await client.shutdown()));
  return { client, session: client.startSession({ agentId: 'support_v3', startedAt: 0 }) };
}

describe('what is told of a turn after its end [V38, V52, V78, V116]', () => {
  it('is in the record, as if it had been told before', async () => {
    const { tracer, memory, log } = startRecording();
    const session = new VoiceClient({ tracer }).startSession({ agentId: 'support_v3', startedAt: 0 });
    const turns = speak(session);
    learn(turns);
    expect([turns.user.transcript, turns.agent.isInterrupted]).toEqual(["I can't log in", true]);
    await session.end();
    expect(lateWords(only(memory.traces), turns)).toMatchObject(heard(turns));
    expect(only(memory.traces)).toMatchObject({ rev: 1, amends: false });
    expect(log.lines).toEqual([]);
  });

  it('comes to an exporter that streams as the span again', async () => {
    const exporter = new CollectingExporter();
    const { session } = startSession(exporter);
    const { user } = speak(session);
    const before = exporter.ended.length;
    user.setTranscript('I can');
    user.setTranscript("I can't log in");
    expect(exporter.ended.slice(before).map(({ spanId, voice }) => [spanId, voice])).toMatchObject([
      [user.turnId, { transcript: 'I can' }],
      [user.turnId, { transcript: "I can't log in" }],
    ]);
    expect(exporter.ended.every(Object.isFrozen)).toBe(true);
    await session.end();
    expect(only(exporter.traces).spans.map(({ spanId }) => spanId)).toHaveLength(3);
    expect(spanNamed(only(exporter.traces), 'user_turn').voice).toMatchObject({ transcript: "I can't log in" });
  });

  it('is in the SQLite file', async () => {
    const path = join(temporaryFolder(), 'clew.db');
    const { client, session } = startSession(new SqliteTraceExporter(path));
    const turns = speak(session);
    await client.flush();
    learn(turns);
    await session.end();
    const kept = await new SqliteTraceStore(path).get(session.traceId);
    expect(lateWords(kept, turns)).toMatchObject(heard(turns));
  });

  it('is sent to a server, once, with the call', async () => {
    await using server = await IngestServer.start();
    const { session } = startSession(new HttpTraceExporter({ baseUrl: server.baseUrl }));
    const turns = speak(session);
    learn(turns);
    expect(await session.end()).toMatchObject({ ok: true });
    const sent = server.requests.flatMap(({ body }) => body.traces);
    expect(sent.map(({ amends }) => amends)).toEqual([false]);
    expect(lateWords(readTrace(JSON.stringify(only(sent))), turns)).toMatchObject(heard(turns));
  });

  it('reaches a server that has seen the turn run', async () => {
    await using server = await IngestServer.start();
    const exporter = new HttpTraceExporter({ baseUrl: server.baseUrl });
    const tracer = createTracer({ exporter, flushIntervalMs: 1 });
    onTestFinished(async () => void (await tracer.shutdown()));
    const session = new VoiceClient({ tracer }).startSession({ agentId: 'support_v3', startedAt: 0 });
    const turns = speak(session);
    await server.until(({ requests }) => requests.some(({ body }) => JSON.stringify(body).includes(turns.user.turnId)));
    learn(turns);
    await session.end();
    const last = readTrace(JSON.stringify(server.requests.at(-1)?.body.traces.at(-1)));
    expect(lateWords(last, turns)).toMatchObject(heard(turns));
  });

  it('amends a call that was sent before its end, since too many were open', async () => {
    const { tracer, memory } = startRecording({ limits: { openTraces: 1 } });
    const session = new VoiceClient({ tracer }).startSession({ agentId: 'support_v3', startedAt: 0 });
    const turns = speak(session);
    tracer.trace('another', () => {});
    expect(memory.traces[0]).toMatchObject({ name: 'support_v3', outcome: 'no_end', voice: { status: 'active' } });
    learn(turns);
    expect(lateWords(memory.traces[0], turns)).toMatchObject(heard(turns));
    expect(memory.traces[0]).toMatchObject({ voice: { rollup: { userTurns: 1, agentTurns: 1 } } });
  });

  it('is merged in a SQLite file with the call that was written before', async () => {
    const path = join(temporaryFolder(), 'clew.db');
    const exporter = new SqliteTraceExporter(path);
    const tracer = createTracer({ exporter, limits: { openTraces: 1 }, logger: new RecordingLogger() });
    const session = new VoiceClient({ tracer }).startSession({ agentId: 'support_v3', startedAt: 0 });
    const turns = speak(session);
    tracer.trace('another', () => {});
    await tracer.flush();
    learn(turns);
    await tracer.shutdown();
    const kept = await new SqliteTraceStore(path).get(session.traceId);
    expect(lateWords(kept, turns)).toMatchObject(heard(turns));
  });
});

describe('what is told of a call after its own end', () => {
  it('is left out, and harms nothing', async () => {
    const { tracer, memory } = startRecording();
    const session = new VoiceClient({ tracer }).startSession({ agentId: 'support_v3', startedAt: 0 });
    const turns = speak(session);
    await session.end({ endedAt: 1_000 });
    const written = only(memory.traces).text();
    learn(turns);
    turns.user.end({ endedAt: 9_000 });
    turns.agent.markSpeechStart(700);
    session.update({ userId: 'late' });
    session.event('late');
    expect(session.userTurn((turn) => turn.stage('stt', () => 42))).toBe(42);
    using orphan = turns.agent.stage('tts');
    orphan.setPayload({ textInput: 'late' });
    await session.end();
    expect(only(memory.traces).text()).toBe(written);
  });

  it('does not change what a stage that was open then amends', async () => {
    const { tracer, memory } = startRecording();
    const session = new VoiceClient({ tracer }).startSession({ agentId: 'support_v3', startedAt: 0 });
    const turns = speak(session);
    const late = turns.agent.stage('tts', { startedAt: 300 });
    void session.end({ endedAt: 1_000 });
    learn(turns);
    late.setPayload({ textInput: 'Welcome', costUsd: 0.5 });
    late.end({ endedAt: 1_200 });
    await session.end();
    const trace = only(memory.traces);
    expect(trace.spans.map(({ name }) => name)).toEqual(['support_v3', 'agent_turn', 'tts', 'user_turn']);
    expect(spanNamed(trace, 'user_turn').voice).toMatchObject({ transcript: null, interruptsTurnId: null });
    expect(spanNamed(trace, 'agent_turn').voice).toMatchObject({ transcript: null, costUsd: 0.5 });
    expect(trace.voice?.rollup).toMatchObject({ interruptions: 0, costUsd: { tts: 0.5, total: 0.5 } });
  });
});
