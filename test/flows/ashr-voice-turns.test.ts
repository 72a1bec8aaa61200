import { setImmediate as nextTurn } from 'node:timers/promises';
import { VoiceClient, type VoiceSession } from 'clew/voice';
import { describe, expect, it } from 'vitest';
import { only, startRecording, treesOf, type Recording } from './recording.ts';
import { call } from './untyped-call.ts';

interface Call extends Recording {
  readonly session: VoiceSession;
}

function startCall(): Call {
  const recording = startRecording();
  return { ...recording, session: new VoiceClient(recording).startSession({ agentId: 'support_v3', startedAt: 0 }) };
}

describe('a turn', () => {
  it('V49 is a block: what it gives is given back, and ends it', async () => {
    const { session, memory } = startCall();
    expect(session.userTurn((turn) => turn.role)).toBe('user');
    expect(session.agentTurn({ metadata: { tone: 'warm' } }, (turn) => turn.role)).toBe('agent');
    const answer = session.agentTurn(async (turn) => {
      await nextTurn();
      expect(turn.isOpen).toBe(true);
      return 42;
    });
    expect(await answer).toBe(42);
    await session.end();
    const [root, ...turns] = only(memory.traces).spans;
    expect(turns.map(({ name, outcome, parentId }) => [name, outcome, parentId])).toEqual([
      ['user_turn', 'ok', root?.spanId],
      ['agent_turn', 'ok', root?.spanId],
      ['agent_turn', 'ok', root?.spanId],
    ]);
    expect(turns[1]?.metadata).toEqual({ tone: 'warm' });
  });

  it('V49 fails with what its block throws or rejects with, which goes on to the caller', async () => {
    const { session, memory } = startCall();
    const failure = new Error('no microphone');
    expect(() =>
      session.userTurn(() => {
        throw failure;
      }),
    ).toThrow(failure);
    const rejected = session.agentTurn((turn) =>
      turn.stage('tts', async (stage) => {
        await nextTurn();
        stage.setPayload({ textInput: 'Let me' });
        throw failure;
      }),
    );
    await expect(rejected).rejects.toBe(failure);
    await session.end();
    expect(treesOf(memory)).toBe(`\
support_v3
  user_turn  ERROR: no microphone
  agent_turn  ERROR: no microphone
    tts  ERROR: no microphone`);
    expect(only(memory.traces)).toMatchObject({ outcome: 'ok', errorCount: 3, voice: { rollup: { agentTurns: 1 } } });
    expect(only(memory.traces).spans.at(-1)?.voice).toMatchObject({ payload: { text_input: 'Let me' } });
  });

  it('V49 is opened and ended by hand; the first end wins', async () => {
    const { session, memory } = startCall();
    const turn = session.userTurn({ startedAt: 100 });
    turn.end({ endedAt: 400 });
    turn.end({ endedAt: 9_000, error: 'late' });
    turn.fail(new Error('late'));
    const failed = session.agentTurn();
    failed.fail(new Error('no voice'));
    const broken = session.agentTurn();
    broken.end({ error: 'no answer' });
    await session.end();
    expect(only(memory.traces).spans.slice(1)).toMatchObject([
      { durationMs: 300, outcome: 'ok' },
      { outcome: 'error', error: 'no voice' },
      { outcome: 'error', error: 'no answer' },
    ]);
  });

  it('V49 ends with the scope that holds it', async () => {
    const { session, memory } = startCall();
    {
      using turn = session.userTurn();
      using stage = turn.stage('stt');
      stage.setPayload({ finalTranscript: 'hello' });
      turn.run(() => {});
    }
    expect(session.turns.map(({ isOpen }) => isOpen)).toEqual([false]);
    await session.end();
    expect(treesOf(memory)).toBe('support_v3\n  user_turn\n    stt');
  });

  it('V50, V53 holds its stages in order, and what runs in them under them', async () => {
    const { session, memory, tracer } = startCall();
    await session.agentTurn(async (turn) => {
      await turn.stage('llm', async (llm) => {
        await nextTurn();
        tracer.span('tool:lookup_account', () => {});
        llm.run(() => tracer.generation('rerank', () => {}));
      });
      const tts = turn.stage('tts');
      tts.run(() => tracer.span('websocket', () => {}));
      tracer.span('beside it', () => {});
      tts.end();
    });
    await session.end();
    expect(treesOf(memory)).toBe(`\
support_v3
  agent_turn
    llm
      tool:lookup_account
      rerank
    tts
      websocket
    beside it`);
  });

  it('V49 overlaps with others where both sides speak at once', async () => {
    const { session, memory } = startCall();
    const agent = session.agentTurn({ startedAt: 100 });
    const user = session.userTurn({ startedAt: 300 });
    agent.end({ endedAt: 500 });
    user.end({ endedAt: 900 });
    await session.end({ endedAt: 1_000 });
    expect(only(memory.traces).spans.map(({ name, startedAt, endedAt }) => [name, startedAt, endedAt])).toEqual([
      ['support_v3', 0, 1_000],
      ['agent_turn', 100, 500],
      ['user_turn', 300, 900],
    ]);
    expect(only(memory.traces).voice?.rollup).toMatchObject({ userTurns: 1, agentTurns: 1 });
  });

  it('V52 has a transcript: the last word holds', async () => {
    const { session, memory } = startCall();
    const turn = session.userTurn({ speechId: 'speech_1' });
    expect(turn.transcript).toBeNull();
    turn.setTranscript('I can');
    turn.setTranscript("I can't log in", { confidence: 0.97, language: 'en' });
    expect(turn.transcript).toBe("I can't log in");
    turn.end();
    session.agentTurn((agent) => agent.setEndToEndLatency(812.5));
    await session.end();
    expect(only(memory.traces).spans.map(({ voice }) => voice)).toMatchObject([
      null,
      { role: 'user', transcript: "I can't log in", confidence: 0.97, language: 'en', speechId: 'speech_1' },
      { role: 'agent', transcript: null, confidence: null, e2eLatencyMs: 812.5 },
    ]);
  });

  it('V79 has an id, which is that of its span', async () => {
    const { session, memory } = startCall();
    const ids = [session.userTurn((turn) => turn.turnId), session.agentTurn((turn) => turn.turnId)];
    await session.end();
    expect(
      only(memory.traces)
        .spans.slice(1)
        .map(({ spanId }) => spanId),
    ).toEqual(ids);
  });
});

describe('the events of a turn', () => {
  it('V84 are any of yours, with their data, beside the speech itself, in the order of time', async () => {
    const { session, memory } = startCall();
    const turn = session.agentTurn({ startedAt: 100 });
    turn.event('tool:lookup_account', { userId: 'user_42', found: true }, undefined, 300);
    turn.event('guardrail:toxicity', { flagged: false, score: 0.04 }, 'WARNING', 200);
    turn.end({ endedAt: 400 });
    await session.end();
    expect(only(memory.traces).spans[1]?.events).toMatchObject([
      { name: 'agent_speech_start' },
      { name: 'guardrail:toxicity', level: 'WARNING', input: { flagged: false, score: 0.04 } },
      { name: 'tool:lookup_account', level: 'DEFAULT', input: { userId: 'user_42', found: true } },
      { name: 'agent_speech_end' },
    ]);
  });

  it('V85 tell when each side began and ceased to speak, at the times that are told', async () => {
    const { session, memory } = startCall();
    const user = session.userTurn({ startedAt: 100 });
    user.markSpeechEnd(600);
    user.end({ endedAt: 900 });
    const agent = session.agentTurn({ startedAt: 900 });
    agent.markSpeechStart(1_500);
    agent.markSpeechEnd(2_500);
    agent.end({ endedAt: 3_000 });
    await session.end();
    const { spans, startedAt } = only(memory.traces);
    expect(spans.flatMap(({ eventFields }) => eventFields).map(({ name, at }) => [name, at - startedAt])).toEqual([
      ['user_speech_start', 100],
      ['user_speech_end', 600],
      ['agent_speech_start', 1_500],
      ['agent_speech_end', 2_500],
    ]);
  });

  it('V85 tell nothing of a turn in which nobody is heard', async () => {
    const { session, memory } = startCall();
    const silent = session.agentTurn({ isSpoken: false });
    silent.markSpeechStart();
    silent.markSpeechEnd();
    silent.end();
    session.agentTurn().fail(new Error('no voice'));
    await session.end();
    expect(only(memory.traces).spans.flatMap(({ events }) => events)).toEqual([]);
  });

  it('V85 tell of an agent that is silent before its turn is over, and of one that failed while it spoke', async () => {
    const { session, memory } = startCall();
    const turn = session.agentTurn({ startedAt: 0 });
    turn.markSpeechStart(10);
    turn.fail(new Error('the voice broke off'));
    await session.end();
    expect(only(memory.traces).spans[1]?.events.map(({ name }) => name)).toEqual([
      'agent_speech_start',
      'agent_speech_end',
    ]);
  });

  it('stand where they can stand when what is told makes no sense', async () => {
    const { session, memory } = startCall();
    const turn = session.userTurn({ startedAt: 100 });
    call(turn, 'event');
    call(turn, 'event', 'odd level', {}, 'LOUD');
    turn.event('odd time', {}, 'DEFAULT', Number.NaN);
    turn.end();
    await session.end();
    const events = only(memory.traces).spans[1]?.events ?? [];
    expect(events.map(({ name, level }) => [name, level])).toContainEqual(['(unnamed)', 'DEFAULT']);
    expect(events.map(({ name, level }) => [name, level])).toContainEqual(['odd level', 'DEFAULT']);
    expect(events.map(({ name }) => name)).toContain('odd time');
    expect(events.every(({ time }) => !time.startsWith('1970'))).toBe(true);
  });
});
