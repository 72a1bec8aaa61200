import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTracer, SqliteTraceExporter } from 'clew';
import { SqliteTraceStore } from 'clew/store';
import { stage, VoiceClient, type VoiceSession } from 'clew/voice';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

interface File {
  readonly path: string;
  readonly query: (sql: string) => readonly unknown[];
}

/** A file with what `use` made of a call. */
async function record(use: (session: VoiceSession) => void): Promise<File> {
  const path = join(temporaryFolder(), 'clew.db');
  const tracer = createTracer({ exporter: new SqliteTraceExporter(path) });
  const session = new VoiceClient({ tracer }).startSession({
    agentId: 'support_v3',
    agentVersion: 'v7',
    transport: 'webrtc',
    userId: 'user_42',
    session: 'conv_1',
    externalSessionId: 'my-call-id-abc',
    roomId: 'room-7',
    startedAt: 0,
  });
  use(session);
  await session.end({ reason: 'user_left', endedAt: 60_000 });
  tracer.trace('text', (trace) => trace.generation('ask', { model: 'm', input: 'why?' }, () => 'because'));
  await tracer.shutdown();
  const database = new DatabaseSync(path, { readOnly: true });
  onTestFinished(() => database.close());
  return { path, query: (sql) => database.prepare(sql).all() };
}

/** A greeting, which the user breaks into, and the answer. */
function talk(session: VoiceSession): void {
  const greeting = session.agentTurn({ startedAt: 100 });
  greeting.end({ endedAt: 900 });
  const user = session.userTurn({ startedAt: 800 });
  const stt = user.stage('stt', { provider: 'deepgram', model: 'nova-3', startedAt: 1_900 });
  stt.setPayload({ audioDurationMs: 1_200, finalTranscript: 'hello', costUsd: 0.25 });
  stt.end({ endedAt: 1_950 });
  user.setTranscript('hello');
  user.markInterrupted({ byTurnId: greeting.turnId, interruptLatencyMs: 100 });
  user.event('barge_in', { agent_turn_id: greeting.turnId });
  user.end({ endedAt: 2_000 });
  const agent = session.agentTurn({ startedAt: 2_100 });
  const llm = agent.stage('llm', { provider: 'openai', model: 'gpt-4.1-mini', startedAt: 2_100 });
  llm.setPayload({ prompt: [{ role: 'user', content: 'hello' }], completion: 'hi', promptTokens: 5, costUsd: 0.5 });
  llm.setPayload({ completionTokens: 2, ttftMs: 50 });
  llm.end({ endedAt: 2_300 });
  const tts = agent.stage('tts', { provider: 'cartesia', model: 'sonic-2', startedAt: 2_300 });
  tts.setPayload({ textInput: 'hi', ttfbMs: 100, costUsd: 1 });
  tts.end({ endedAt: 2_700 });
  agent.setTranscript('hi');
  agent.setEndToEndLatency(900);
  agent.event('failed_interrupt');
  agent.end({ endedAt: 4_000 });
  session.setTransportQuality({ mosScore: 4.2 });
}

describe('the SQLite file of a call [V99, V101–V103, V105]', () => {
  it('has a row for each call, with what its turns come to, and none for a trace of text', async () => {
    const { query } = await record(talk);
    expect(query('SELECT * FROM calls')).toMatchObject([
      {
        session_id: 'conv_1',
        user_id: 'user_42',
        duration_ms: 60_000,
        outcome: 'ok',
        status: 'ended',
        end_reason: 'user_left',
        agent_id: 'support_v3',
        agent_version: 'v7',
        transport: 'webrtc',
        room_id: 'room-7',
        external_session_id: 'my-call-id-abc',
        user_turns: 1,
        agent_turns: 2,
        interruptions: 1,
        failed_interrupts: 1,
        interrupt_latency_p50_ms: 100,
        interrupt_latency_p95_ms: 100,
        ttfa_p50_ms: 400,
        ttfa_p95_ms: 400,
        stt_cost_usd: 0.25,
        llm_cost_usd: 0.5,
        tts_cost_usd: 1,
        cost_usd: 1.75,
        mos_score: 4.2,
        audio: null,
      },
    ]);
    expect(query('SELECT name, kind, voice IS NULL AS is_text FROM traces ORDER BY kind')).toEqual([
      { name: 'text', kind: 'text', is_text: 1 },
      { name: 'support_v3', kind: 'voice', is_text: 0 },
    ]);
  });

  it('has a row for each turn', async () => {
    const { query } = await record(talk);
    const turns = query('SELECT * FROM turns ORDER BY start_time');
    expect(turns).toMatchObject([
      { role: 'agent', transcript: null, duration_ms: 800, ttfa_ms: null, interrupted: 1, cost_usd: 0 },
      { role: 'user', transcript: 'hello', interrupted: 0, interrupt_latency_ms: 100, cost_usd: 0.25 },
      { role: 'agent', transcript: 'hi', ttfa_ms: 400, e2e_latency_ms: 900, interrupted: 0, cost_usd: 1.5 },
    ]);
    expect(query('SELECT a.role FROM turns u JOIN turns a ON a.turn_id = u.interrupts_turn_id')).toEqual([
      { role: 'agent' },
    ]);
    const names = `SELECT value ->> '$.name' AS name FROM turns, json_each(events) WHERE role = 'user'`;
    expect(query(names)).toContainEqual({ name: 'barge_in' });
  });

  it('has a row for each stage, which names its turn', async () => {
    const { query } = await record(talk);
    expect(query('SELECT s.*, t.role FROM stages s JOIN turns t USING (turn_id) ORDER BY s.start_time')).toMatchObject([
      { kind: 'stt', role: 'user', provider: 'deepgram', model: 'nova-3', duration_ms: 50, cost_usd: 0.25 },
      { kind: 'llm', role: 'agent', provider: 'openai', model: 'gpt-4.1-mini', ttft_ms: 50, cost_usd: 0.5 },
      { kind: 'tts', role: 'agent', provider: 'cartesia', model: 'sonic-2', ttft_ms: 100, cost_usd: 1 },
    ]);
    expect(query(`SELECT payload ->> '$.final_transcript' AS text FROM stages WHERE kind = 'stt'`)).toEqual([
      { text: 'hello' },
    ]);
    expect(query(`SELECT usage ->> '$.input_tokens' AS tokens FROM stages WHERE kind = 'llm'`)).toEqual([
      { tokens: 5 },
    ]);
  });

  it('names no turn for a stage that is in none, and the turn for one that is in another span of it', async () => {
    class Assistant {
      @stage('nlu')
      understand(): string {
        return 'refund';
      }
    }
    const { query } = await record((session) => {
      session.stage('vad', {}, () => {});
      session.userTurn((turn) => turn.stage('dialogue_management', () => new Assistant().understand()));
    });
    const isTurn = 'SELECT kind, turn_id IN (SELECT turn_id FROM turns) AS is_turn FROM stages ORDER BY kind';
    expect(query(isTurn)).toEqual([
      { kind: 'dialogue_management', is_turn: 1 },
      { kind: 'nlu', is_turn: 1 },
      { kind: 'vad', is_turn: null },
    ]);
  });

  it('has a call that goes on, as an active one, until it has ended [V119]', async () => {
    const path = join(temporaryFolder(), 'clew.db');
    const client = new VoiceClient({ exporter: new SqliteTraceExporter(path) });
    const session = client.startSession({ agentId: 'support_v3' });
    session.userTurn((turn) => turn.setTranscript('hello'));
    await nextTurn();
    await client.flush();
    const database = new DatabaseSync(path, { readOnly: true });
    onTestFinished(() => database.close());
    const calls = database.prepare('SELECT status, outcome, user_turns, duration_ms IS NULL AS goes_on FROM calls');
    expect(calls.all()).toEqual([{ status: 'active', outcome: 'running', user_turns: 1, goes_on: 1 }]);
    expect(database.prepare('SELECT transcript FROM turns').all()).toEqual([{ transcript: 'hello' }]);
    await client.shutdown();
    expect(calls.all()).toEqual([{ status: 'ended', outcome: 'ok', user_turns: 1, goes_on: 0 }]);
  });

  it('has prompts and completions of both kinds of traces', async () => {
    const { query } = await record(talk);
    expect(query(`SELECT name, model, prompt FROM prompts WHERE name IN ('llm', 'ask') ORDER BY name`)).toEqual([
      { name: 'ask', model: 'm', prompt: '"why?"' },
      { name: 'llm', model: 'gpt-4.1-mini', prompt: '[{"role":"user","content":"hello"}]' },
    ]);
    expect(
      query(`SELECT name, completion, input_tokens, output_tokens, cost_usd FROM completions
             WHERE name IN ('llm', 'ask') ORDER BY name`),
    ).toEqual([
      { name: 'ask', completion: '"because"', input_tokens: null, output_tokens: null, cost_usd: null },
      { name: 'llm', completion: '"hi"', input_tokens: 5, output_tokens: 2, cost_usd: 0.5 },
    ]);
  });

  it('gives back the very record that went in', async () => {
    const { path } = await record(talk);
    const [, call] = await new SqliteTraceStore(path).last(2);
    expect(call?.voice).toMatchObject({ status: 'ended', rollup: { interruptions: 1, ttfaMs: { p95: 400, n: 1 } } });
    expect(call?.spans.map(({ voice }) => voice !== null)).toEqual([false, true, true, true, true, true, true]);
  });
});
