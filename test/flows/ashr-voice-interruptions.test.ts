import { VoiceClient, type Turn, type VoiceSession } from 'clew/voice';
import { describe, expect, it } from 'vitest';
import { only, startRecording, type Recording } from './recording.ts';
import { call } from './untyped-call.ts';

interface Call extends Recording {
  readonly session: VoiceSession;
}

function startCall(): Call {
  const recording = startRecording();
  return { ...recording, session: new VoiceClient(recording).startSession({ agentId: 'support_v3', startedAt: 0 }) };
}

/** The user breaks into what the agent says: both calls of the seed. */
function breakInto(session: VoiceSession, agent: Turn, interruptLatencyMs: number): void {
  session.userTurn((turn) => {
    turn.markInterrupted({ byTurnId: agent.turnId, interruptLatencyMs });
    turn.event('barge_in', { agent_turn_id: agent.turnId, interrupt_latency_ms: interruptLatencyMs });
  });
}

describe('a user who breaks into what the agent says', () => {
  it('V78–V81 is told on the user’s turn, which names the agent’s; that one did not come to its end', async () => {
    const { session, memory } = startCall();
    const agent = session.agentTurn({ startedAt: 100 });
    expect(agent.isInterrupted).toBe(false);
    breakInto(session, agent, 180);
    expect(agent.isInterrupted).toBe(true);
    agent.end({ endedAt: 900 });
    await session.end();
    const [, agentTurn, userTurn] = only(memory.traces).spans;
    expect(agentTurn?.voice).toMatchObject({ role: 'agent', interrupted: true, interruptsTurnId: null });
    expect(userTurn?.voice).toMatchObject({
      role: 'user',
      interrupted: false,
      interruptsTurnId: agent.turnId,
      interruptLatencyMs: 180,
    });
    expect(userTurn?.events).toContainEqual(
      expect.objectContaining({
        name: 'barge_in',
        input: { agent_turn_id: agent.turnId, interrupt_latency_ms: 180 },
      }),
    );
  });

  it('V81 is two records, either of which can be made without the other', async () => {
    const { session, memory } = startCall();
    const agent = session.agentTurn();
    session.userTurn((turn) => turn.markInterrupted({ byTurnId: agent.turnId }));
    session.userTurn((turn) => turn.event('barge_in', { agent_turn_id: agent.turnId }));
    await session.end();
    const { spans, voice } = only(memory.traces);
    expect(spans.slice(2).map(({ events }) => events.some(({ name }) => name === 'barge_in'))).toEqual([false, true]);
    expect(spans.slice(2).map((turn) => turn.voice)).toMatchObject([
      { interruptsTurnId: agent.turnId, interruptLatencyMs: null },
      { interruptsTurnId: null },
    ]);
    expect(voice?.rollup).toMatchObject({ interruptions: 1, interruptLatencyMs: { p50: null, p95: null } });
  });

  it('V78 marks the agent’s turn also when that had ended by then', async () => {
    const { session, memory } = startCall();
    const agent = session.agentTurn();
    agent.end();
    breakInto(session, agent, 180);
    await session.end();
    expect(only(memory.traces).spans[1]?.voice).toMatchObject({ role: 'agent', interrupted: true });
  });

  it('V102 is counted, and its latency told by p50 and p95', async () => {
    const { session, memory } = startCall();
    for (let n = 1; n <= 20; n += 1) breakInto(session, session.agentTurn(), n * 10);
    session.userTurn(() => {});
    await session.end();
    expect(only(memory.traces).toJSON()['voice']).toMatchObject({
      rollup: { user_turns: 21, agent_turns: 20, interruptions: 20, interrupt_latency_ms: { p50: 100, p95: 190 } },
    });
  });

  it('V85, V102 may have been a false alarm: failed interrupts are counted by their events', async () => {
    const { session, memory } = startCall();
    session.agentTurn((turn) => {
      turn.event('failed_interrupt');
      turn.event('failed_interrupt', { resumed: true });
    });
    session.userTurn((turn) => turn.event('failed_interrupt'));
    await session.end();
    expect(only(memory.traces).voice?.rollup).toMatchObject({ failedInterrupts: 3, interruptions: 0 });
  });

  it('V78 can be told of the agent’s turn alone', async () => {
    const { session, memory } = startCall();
    session.agentTurn((turn) => turn.markInterrupted());
    await session.end();
    expect(only(memory.traces).spans[1]?.voice).toMatchObject({ interrupted: true, interruptsTurnId: null });
    expect(only(memory.traces).voice?.rollup.interruptions).toBe(0);
  });

  it.each<[string, (turn: Turn, agent: Turn) => unknown, object]>([
    [
      'no turn is named',
      (turn) => call(turn, 'markInterrupted', {}),
      { interruptsTurnId: null, interruptLatencyMs: null },
    ],
    [
      'null is named',
      (turn) => call(turn, 'markInterrupted', { byTurnId: null, interruptLatencyMs: 5 }),
      { interruptsTurnId: null, interruptLatencyMs: null },
    ],
    [
      'a turn is named that nobody knows',
      (turn) => turn.markInterrupted({ byTurnId: 'ffffffffffffffff', interruptLatencyMs: 5 }),
      { interruptsTurnId: 'ffffffffffffffff', interruptLatencyMs: 5 },
    ],
    [
      'the latency is negative',
      (turn, { turnId }) => turn.markInterrupted({ byTurnId: turnId, interruptLatencyMs: -5 }),
      { interruptLatencyMs: null },
    ],
    [
      'the latency is NaN',
      (turn, { turnId }) => turn.markInterrupted({ byTurnId: turnId, interruptLatencyMs: Number.NaN }),
      { interruptLatencyMs: null },
    ],
  ])('V78 loses nothing but what is wrong when %s', async (_what, mark, expected) => {
    const { session, memory } = startCall();
    const agent = session.agentTurn();
    session.userTurn((turn) => mark(turn, agent));
    await session.end();
    expect(only(memory.traces).spans[2]?.voice).toMatchObject({ role: 'user', interrupted: false, ...expected });
  });

  it('V78 is not interrupted itself: it is the agent who did not come to the end', async () => {
    const { session, memory } = startCall();
    const first = session.userTurn();
    first.markInterrupted();
    session.userTurn((turn) => turn.markInterrupted({ byTurnId: first.turnId }));
    await session.end();
    const users = only(memory.traces).spans.slice(1);
    expect(users.map(({ voice }) => voice)).toMatchObject([{ interrupted: false }, { interrupted: false }]);
  });
});
