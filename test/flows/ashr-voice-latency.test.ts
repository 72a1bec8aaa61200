import { VoiceClient, type VoiceSession } from 'clew/voice';
import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { only, startRecording, type Recording } from './recording.ts';

interface Call extends Recording {
  readonly session: VoiceSession;
  /** Each agent's turn's time to first audio, once the call has ended. */
  readonly latencies: () => Promise<readonly (number | null)[]>;
}

function startCall(): Call {
  const recording = startRecording();
  const session = new VoiceClient(recording).startSession({ agentId: 'support_v3', startedAt: 0 });
  const latencies = async (): Promise<readonly (number | null)[]> => {
    await session.end();
    return only(recording.memory.traces).spans.flatMap(({ voice }) =>
      voice !== null && 'role' in voice && voice.role === 'agent' ? [voice.ttfaMs] : [],
    );
  };
  return { ...recording, session, latencies };
}

function hear(session: VoiceSession, startedAt: number, endedAt: number): void {
  session.userTurn({ startedAt }).end({ endedAt });
}

describe('the time to first audio', () => {
  it('V41, V112 is from the end of the user’s speech to the start of the agent’s, as they are told', async () => {
    const { session, latencies } = startCall();
    const user = session.userTurn({ startedAt: 100 });
    user.markSpeechEnd(1_000);
    user.end({ endedAt: 1_300 });
    const agent = session.agentTurn({ startedAt: 1_400 });
    agent.stage('tts', { startedAt: 1_500 });
    expect(agent.ttfaMs).toBeNull();
    agent.markSpeechStart(1_800.25);
    expect(agent.ttfaMs).toBe(800.25);
    expect(await latencies()).toEqual([800.25]);
  });

  it('V41 is to the first byte of the first tts stage where nobody tells when the speech begins', async () => {
    const { session, latencies } = startCall();
    hear(session, 0, 1_000);
    session.agentTurn({ startedAt: 1_100 }, (turn) => {
      turn.stage('llm', { startedAt: 1_100 }).end({ endedAt: 1_500 });
      for (const startedAt of [1_500, 1_900]) {
        const tts = turn.stage('tts', { startedAt });
        tts.setPayload({ ttfbMs: 140 });
        tts.end({ endedAt: startedAt + 300 });
      }
    });
    expect(await latencies()).toEqual([640]);
  });

  it('V41 is to the first part that a tts stage streamed through here', async () => {
    const { session, memory, latencies } = startCall();
    hear(session, 0, 1);
    const turn = session.agentTurn({ startedAt: 2 });
    const speech = turn.stage('tts', {}, async function* () {
      yield new Uint8Array(480);
      yield new Uint8Array(480);
    });
    for await (const bytes of speech) expect(bytes).toHaveLength(480);
    turn.end();
    const [ttfa] = await latencies();
    const stage = only(memory.traces).spans.find(({ kind }) => kind === 'tts');
    expect(stage?.ttftMs).toBeGreaterThanOrEqual(0);
    expect(stage?.voice).toMatchObject({ payload: { ttfb_ms: stage?.ttftMs } });
    expect(ttfa).toBeCloseTo((stage?.startedAt ?? Number.NaN) + (stage?.ttftMs ?? Number.NaN) - 1, 2);
  });

  it('V41 is to the start of the turn where it has neither', async () => {
    const { session, latencies } = startCall();
    hear(session, 0, 1_000);
    session.agentTurn({ startedAt: 1_250 }).end({ endedAt: 2_000 });
    expect(await latencies()).toEqual([250]);
  });

  it('V41 is what was heard, not what was made: the start that is told wins over the stage that was before it', async () => {
    const { session, memory, latencies } = startCall();
    hear(session, 0, 1_000);
    const turn = session.agentTurn({ startedAt: 1_100 });
    const tts = turn.stage('tts', { startedAt: 1_200 });
    tts.setPayload({ ttfbMs: 100 });
    tts.end({ endedAt: 1_700 });
    turn.markSpeechStart(1_750);
    turn.end({ endedAt: 3_000 });
    expect(await latencies()).toEqual([750]);
    const names = only(memory.traces).spans.flatMap(({ events }) => events.map(({ name }) => name));
    expect(names.filter((name) => name === 'agent_speech_start')).toHaveLength(1);
  });

  it('V41 is of the first audio: what is told of a later start, after a pause, does not change it', async () => {
    const { session, latencies } = startCall();
    hear(session, 0, 1_000);
    const turn = session.agentTurn({ startedAt: 1_100 });
    turn.markSpeechStart(1_400);
    turn.markSpeechEnd(1_900);
    turn.markSpeechStart(2_600);
    expect(await latencies()).toEqual([400]);
  });

  it('V41 is from the last end of the speech where the user paused', async () => {
    const { session, latencies } = startCall();
    const user = session.userTurn({ startedAt: 0 });
    user.markSpeechEnd(1_000);
    user.markSpeechEnd(1_600);
    user.end({ endedAt: 1_700 });
    session.agentTurn({ startedAt: 1_800 });
    expect(await latencies()).toEqual([200]);
  });

  it('V42 is null for a greeting, and for what the agent says after it has answered', async () => {
    const { session, memory, latencies } = startCall();
    session.agentTurn({ startedAt: 10 }).end({ endedAt: 900 });
    hear(session, 1_000, 2_000);
    session.agentTurn({ startedAt: 2_300 }).end({ endedAt: 3_000 });
    session.agentTurn({ startedAt: 3_500 }).end({ endedAt: 4_000 });
    expect(await latencies()).toEqual([null, 300, null]);
    expect(only(memory.traces).voice?.rollup.ttfaMs).toEqual({ p50: 300, p95: 300, n: 1 });
  });

  it('V42 is null for a turn that answers nobody, which takes nothing from the answer', async () => {
    const { session, latencies } = startCall();
    hear(session, 0, 1_000);
    session.agentTurn({ startedAt: 1_100, isReply: false }).end({ endedAt: 1_400 });
    session.agentTurn({ startedAt: 1_500 }).end({ endedAt: 2_000 });
    expect(await latencies()).toEqual([null, 500]);
  });

  it('V41 waits for what is heard: a reply that failed, or was silent, takes nothing from the one that is', async () => {
    const { session, latencies } = startCall();
    hear(session, 0, 1_000);
    const failed = session.agentTurn({ startedAt: 1_100 });
    failed.end({ endedAt: 1_300, error: 'no answer' });
    session.agentTurn({ startedAt: 1_300, isSpoken: false }).end({ endedAt: 1_400 });
    session.agentTurn({ startedAt: 1_600 }).end({ endedAt: 2_000 });
    expect(await latencies()).toEqual([null, null, 600]);
  });

  it('V41 is told of a reply that was begun before the user had ended', async () => {
    const { session, latencies } = startCall();
    const user = session.userTurn({ startedAt: 0 });
    const agent = session.agentTurn({ startedAt: 800 });
    user.end({ endedAt: 1_000 });
    agent.markSpeechStart(1_300);
    agent.end({ endedAt: 2_000 });
    expect(await latencies()).toEqual([300]);
  });

  it('V42 is null where the agent spoke before the user had ended, and the answer that follows has its own', async () => {
    const { session, latencies } = startCall();
    const user = session.userTurn({ startedAt: 0 });
    session.agentTurn({ startedAt: 500 }).end({ endedAt: 700 });
    user.end({ endedAt: 1_000 });
    session.agentTurn({ startedAt: 1_200 }).end({ endedAt: 2_000 });
    expect(await latencies()).toEqual([null, 200]);
  });

  it('V41 is that of whoever is heard first where two replies are prepared, and then of the next speech', async () => {
    const { session, latencies } = startCall();
    hear(session, 0, 1_000);
    const [first, second] = [session.agentTurn({ startedAt: 1_100 }), session.agentTurn({ startedAt: 1_150 })];
    first.markSpeechStart(1_400);
    first.end({ endedAt: 1_800 });
    hear(session, 1_900, 2_500);
    second.markSpeechStart(2_700);
    second.end({ endedAt: 3_000 });
    expect(await latencies()).toEqual([400, 200]);
  });

  it('V41 is not lost by a time that is none', async () => {
    const { session, memory, latencies } = startCall();
    const user = session.userTurn();
    user.markSpeechEnd(Number.NaN);
    user.end();
    const agent = session.agentTurn();
    agent.markSpeechStart(Number.NaN);
    agent.end();
    const [ttfa] = await latencies();
    expect(ttfa).toBeGreaterThanOrEqual(0);
    const times = only(memory.traces).spans.flatMap(({ events }) => events.map(({ time }) => time.slice(0, 4)));
    expect(times).not.toContain('1970');
  });
});

describe('the times of a call', () => {
  it('V103 are told by the time that at most half, and at most a twentieth, was above', async () => {
    const { session, memory, latencies } = startCall();
    for (let n = 1; n <= 20; n += 1) {
      hear(session, n * 10_000, n * 10_000 + 1_000);
      session.agentTurn({ startedAt: n * 10_000 + 1_000 + n * 100 }).end({ endedAt: n * 10_000 + 5_000 });
    }
    expect(await latencies()).toHaveLength(20);
    expect(only(memory.traces).voice?.rollup.ttfaMs).toEqual({ p50: 1_000, p95: 1_900, n: 20 });
  });

  it('V103 are times that were measured, never one between two, whatever they are', async () => {
    assert(
      property(array(integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 25 }), (times) => {
        const { session, memory } = startCall();
        for (const [index, ms] of times.entries()) {
          hear(session, index * 10_000, index * 10_000 + 1_000);
          session.agentTurn({ startedAt: index * 10_000 + 1_000 + ms }).end({ endedAt: (index + 1) * 10_000 });
        }
        void session.end();
        const { p50, p95, n } = only(memory.traces).voice?.rollup.ttfaMs ?? { p50: null, p95: null, n: 0 };
        const sorted = times.toSorted((one, other) => one - other);
        expect([p50, p95, n]).toEqual([
          sorted[Math.ceil(times.length / 2) - 1],
          sorted[Math.ceil(times.length * 0.95) - 1],
          times.length,
        ]);
      }),
      { numRuns: 50 },
    );
  });

  it('V112 are differences of one clock that never goes back', async () => {
    const { session, memory } = startCall();
    session.userTurn({ startedAt: 500 }).end({ endedAt: 200 });
    session.agentTurn({ startedAt: 100 }).end({ endedAt: 350 });
    await session.end({ endedAt: 1_000 });
    const { spans } = only(memory.traces);
    expect(spans.map(({ name, durationMs }) => [name, durationMs])).toEqual([
      ['support_v3', 1_000],
      ['agent_turn', 250],
      ['user_turn', 0],
    ]);
    expect(Date.parse(spans[1]?.startTime ?? '') - Date.parse(spans[0]?.startTime ?? '')).toBe(100);
  });
});
