import { withTracer, type TracerOptions } from 'clew';
import { startSession, VoiceClient, type SessionOptions, type VoiceSession } from 'clew/voice';
import { describe, expect, it } from 'vitest';
import { only, startRecording, treeOf, treesOf, type Recording } from './recording.ts';
import { call } from './untyped-call.ts';

interface Call extends Recording {
  readonly session: VoiceSession;
}

function startCall(options: Partial<SessionOptions> = {}, rest: TracerOptions = {}): Call {
  const recording = startRecording(rest);
  const session = new VoiceClient(recording).startSession({ agentId: 'support_v3', startedAt: 0, ...options });
  return { ...recording, session };
}

describe('a session', () => {
  it('V48 keeps whatever is known of the call when it begins', async () => {
    const { session, memory, log } = startCall(
      {
        agentVersion: '2026-11-01',
        transport: 'sip',
        roomId: 'room-7',
        userId: 'user_42',
        externalSessionId: 'my-call-id-abc',
        tenantId: 12,
        session: { id: 'conv_1', name: 'Login' },
        tags: ['prod'],
        metadata: { plan: 'team' },
      },
      { name: 'voice-worker', tenantId: 3, tags: ['eu'], metadata: { region: 'eu' } },
    );
    await session.end();
    expect(only(memory.traces).toJSON()).toMatchObject({
      name: 'support_v3',
      kind: 'voice',
      service: 'voice-worker',
      tenant_id: 12,
      session_id: 'conv_1',
      session_name: 'Login',
      user_id: 'user_42',
      tags: ['eu', 'prod'],
      metadata: { region: 'eu', plan: 'team' },
      voice: {
        agent_id: 'support_v3',
        agent_version: '2026-11-01',
        transport: 'sip',
        room_id: 'room-7',
        external_session_id: 'my-call-id-abc',
      },
    });
    expect(log.lines).toEqual([]);
  });

  it('V56 has an id by which it is found: that of the conversation, else its own', async () => {
    const { session, memory } = startCall();
    expect(session.sessionId).toBe(session.traceId);
    await session.end();
    expect(only(memory.traces)).toMatchObject({ sessionId: session.sessionId, traceId: session.traceId });
    expect(startCall({ session: 'conv_1' }).session.sessionId).toBe('conv_1');
    expect(startCall({}, { session: 'conv_2' }).session.sessionId).toBe('conv_2');
  });

  it('V54, V119 is active until its end, which tells the reason; the first end wins', async () => {
    const { session, memory } = startCall();
    expect([session.status, session.isActive, session.agentId]).toEqual(['active', true, 'support_v3']);
    const first = session.end({ reason: 'user_left', endedAt: 60_000 });
    expect([session.status, session.isActive]).toEqual(['ended', false]);
    const second = session.end({ reason: 'too late', error: 'no' });
    expect(await second).toBe(await first);
    expect(await first).toEqual({ ok: true, traceId: session.traceId, exported: true });
    expect(only(memory.traces)).toMatchObject({
      durationMs: 60_000,
      outcome: 'ok',
      voice: { status: 'ended', endReason: 'user_left' },
    });
  });

  it('V54 can end with an error, which is that of the call', async () => {
    const { session, memory } = startCall();
    await session.end({ reason: 'error', error: new Error('the line is dead') });
    expect(only(memory.traces)).toMatchObject({
      outcome: 'error',
      level: 'ERROR',
      statusMessage: 'the line is dead',
      voice: { status: 'ended', endReason: 'error' },
    });
  });

  it('V119 stays active in the record where the process goes before its end', async () => {
    const { session, tracer, memory } = startCall();
    session.userTurn();
    await tracer.shutdown();
    expect(only(memory.traces)).toMatchObject({
      outcome: 'no_end',
      voice: { status: 'active', endReason: null, rollup: { userTurns: 1 } },
    });
    expect(treeOf(only(memory.traces))).toBe('support_v3  [no-end]\n  user_turn  [no-end]');
    expect(await session.end({ reason: 'late' })).toMatchObject({ traceId: session.traceId });
    expect(only(memory.traces).voice?.status).toBe('active');
  });

  it('V54 ends the turns that are open with it', async () => {
    const { session, memory } = startCall();
    const user = session.userTurn({ startedAt: 100 });
    const agent = session.agentTurn({ startedAt: 200 });
    expect([user.isOpen, agent.isOpen]).toEqual([true, true]);
    await session.end({ endedAt: 900 });
    expect([user.isOpen, agent.isOpen]).toEqual([false, false]);
    expect(only(memory.traces).spans.map(({ durationMs }) => durationMs)).toEqual([900, 800, 700]);
    expect(session.turns).toEqual([user, agent]);
  });

  it('takes what is told while it goes on', async () => {
    const { session, memory } = startCall({ tags: ['a'], metadata: { plan: 'team', tries: 1 } });
    session.update({ userId: 'u1', roomId: 'r1', agentVersion: 'v2', tags: ['b'], metadata: { tries: 2 } });
    session.event('dtmf', { digit: 5 }, 'WARNING');
    await session.end();
    session.update({ userId: 'u2', tags: ['c'] });
    session.event('late');
    expect(only(memory.traces).toJSON()).toMatchObject({
      user_id: 'u1',
      tags: ['a', 'b'],
      metadata: { plan: 'team', tries: 2 },
      voice: { room_id: 'r1', agent_version: 'v2' },
      spans: [{ events: [{ name: 'dtmf', level: 'WARNING', input: { digit: 5 } }] }],
    });
  });

  it('V82, V83, V105 tells of the line what was observed last, each number by itself', async () => {
    const { session, memory } = startCall();
    session.setTransportQuality({ mosScore: 4.2, packetLossPct: 0.3, jitterMs: 18 });
    session.setTransportQuality({ mosScore: 3.9 });
    session.setTransportQuality({ jitterMs: 22, packetLossPct: Number.NaN });
    session.setTransportQuality({ mosScore: -1 });
    call(session, 'setTransportQuality', { jitterMs: 'high' });
    await session.end();
    session.setTransportQuality({ mosScore: 1 });
    expect(only(memory.traces).toJSON()['voice']).toMatchObject({
      transport_quality: { mos_score: 3.9, packet_loss_pct: 0.3, jitter_ms: 22 },
    });
  });

  it('V83 leaves out what is told of the line after its end, also where work that was late amends it', async () => {
    const { session, memory } = startCall();
    const late = session.stage('api_call');
    session.setTransportQuality({ mosScore: 4.2 });
    void session.end();
    session.setTransportQuality({ mosScore: 1 });
    late.end();
    await session.end();
    expect(only(memory.traces).spans).toHaveLength(2);
    expect(only(memory.traces).voice?.transportQuality?.mosScore).toBe(4.2);
  });

  it('ends with the block that holds it', async () => {
    const { tracer, memory } = startRecording();
    const client = new VoiceClient({ tracer });
    {
      using session = client.startSession({ agentId: 'sync' });
      session.userTurn(() => {});
    }
    {
      await using session = client.startSession({ agentId: 'async' });
      session.agentTurn(() => {});
    }
    expect(treesOf(memory)).toBe('sync\n  user_turn\n\nasync\n  agent_turn');
    expect(memory.traces.map(({ voice }) => voice?.status)).toEqual(['ended', 'ended']);
  });

  it('has steps that belong to no turn, and takes decorated and traced work into itself', async () => {
    const { session, memory, tracer } = startCall();
    session.stage('vad', {}, (stage) => stage.setPayload({ probability: 0.2 }));
    expect(session.run(() => tracer.span('tool:warm_up', () => 42))).toBe(42);
    await session.end();
    expect(treesOf(memory)).toBe('support_v3\n  vad\n  tool:warm_up');
    expect(only(memory.traces).spans.map(({ parentId }) => parentId)).toEqual([
      null,
      session.span.spanId,
      session.span.spanId,
    ]);
  });

  it('is a trace of its own inside a running trace, and both are linked', async () => {
    const { tracer, memory } = startRecording();
    await tracer.trace('job', async () => {
      await startSession({ agentId: 'support_v3' }).end();
      await withTracer(tracer, () => startSession({ agentId: 'other' })).end();
    });
    const [first, other, job] = memory.traces;
    expect([first?.name, other?.name, job?.name]).toEqual(['support_v3', 'other', 'job']);
    expect(first?.links).toEqual([{ traceId: job?.traceId, spanId: job?.rootSpan?.spanId }]);
    expect(job?.rootSpan?.links).toHaveLength(2);
  });

  it('V48 that is given no agent is told so, and goes on', async () => {
    const { tracer, memory, log } = startRecording();
    const client = new VoiceClient({ tracer });
    for (const options of [undefined, null, 7, {}, { agentId: '' }]) call(client, 'startSession', options);
    await client.shutdown();
    expect(memory.traces.map(({ name, voice }) => [name, voice?.agentId])).toEqual(
      Array.from({ length: 5 }, () => ['(unnamed)', '(unnamed)']),
    );
    expect(log.codes).toEqual(['debug wrong-name']);
  });
});
