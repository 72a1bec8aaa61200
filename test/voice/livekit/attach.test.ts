import { VoiceObservability } from 'clew/livekit';
import { describe, expect, it } from 'vitest';
import { only, startRecording } from '../../flows/recording.ts';
import { call as callUntyped } from '../../flows/untyped-call.ts';
import { refuse } from './any-events.ts';
import { attachedCall } from './attached-call.ts';
import { callText } from './call-text.ts';
import { createSession } from './fake-session.ts';
import { HandClock } from './hand-clock.ts';

const hostile = new Proxy({}, { get: refuse });

describe('attach', () => {
  it('V7–V13, V20 gives the call at once, with everything that is known of it', () => {
    const { session, call, trace } = attachedCall({
      agentVersion: 'v12',
      tenantId: 7,
      roomId: 'room-1',
      userId: 'user_42',
      externalSessionId: 'ext-1',
      transport: 'sip',
      tags: ['prod'],
      metadata: { campaign: 'winter' },
    });
    expect([call.agentId, call.status]).toEqual(['support', 'active']);
    session.at(100).close();
    expect(call.status).toBe('ended');
    expect(trace()).toMatchObject({
      traceId: call.traceId,
      service: { tenantId: 7 },
      userId: 'user_42',
      tags: ['prod'],
      metadata: { campaign: 'winter' },
      voice: {
        agentId: 'support',
        agentVersion: 'v12',
        roomId: 'room-1',
        externalSessionId: 'ext-1',
        transport: 'sip',
      },
    });
  });

  it('V8–V13 needs nothing but the agent’s name', () => {
    const { session, trace } = attachedCall();
    session.close();
    expect(trace()).toMatchObject({ service: { tenantId: 0 }, userId: null, tags: [], metadata: {} });
    expect(trace().voice).toMatchObject({
      agentVersion: null,
      roomId: null,
      externalSessionId: null,
      transport: 'webrtc',
    });
  });

  it('V11, V12 finds room and user in the session that has started, unless they were given', () => {
    const _roomIO = { rtcRoom: { name: 'room-of-livekit' }, linkedParticipant: { identity: 'caller-7' } };
    const found = attachedCall();
    found.session._roomIO = _roomIO;
    found.session.agent('listening').close();
    expect(found.trace()).toMatchObject({ userId: 'caller-7', voice: { roomId: 'room-of-livekit' } });

    const given = attachedCall({ roomId: 'my-room', userId: 'user_42' });
    given.session._roomIO = _roomIO;
    given.session.agent('listening').close();
    expect(given.trace()).toMatchObject({ userId: 'user_42', voice: { roomId: 'my-room' } });

    const room = attachedCall({ room: { name: 'room-of-mine' } });
    room.session.close();
    expect(room.trace().voice?.roomId).toBe('room-of-mine');
  });

  it('V12 finds the user who comes when the agent is there already', () => {
    const { session, trace } = attachedCall();
    session._roomIO = { rtcRoom: { name: 'room-1' } };
    session.at(10).agent('listening');
    session._roomIO = { rtcRoom: { name: 'room-1' }, linkedParticipant: { identity: 'caller-7' } };
    session.at(9_000).agent('speaking', session.speech('S1', 'say'));
    session.at(9_500).close();
    expect(trace()).toMatchObject({ userId: 'caller-7', voice: { roomId: 'room-1' } });
  });

  it('V7 of the same session again gives the same call, and hears nothing twice', () => {
    const { session, observability, call, text } = attachedCall();
    const listeners = session.eventNames().map((name) => session.listenerCount(name));
    expect(observability.attach(session, { agentId: 'another' })).toBe(call);
    expect(session.eventNames().map((name) => session.listenerCount(name))).toEqual(listeners);
    session.at(100).agent('speaking', session.speech('S1', 'say'));
    session.at(200).close();
    expect(text()).toBe(`\
support 0–200 webrtc ended user_initiated
  agent 100–200 speech S1
    100 agent_speech_start
    200 agent_speech_end`);
  });

  it('V7 of a session that was closed and is started again is another call', () => {
    const { session, observability, memory, call } = attachedCall();
    session.at(100).close();
    const second = observability.attach(session, { agentId: 'again' });
    session.at(300).close();
    expect(second?.traceId).not.toBe(call.traceId);
    expect(memory.traces.map(({ name }) => name)).toEqual(['support', 'again']);
  });

  it('V118 after the start takes what comes from then on', () => {
    const { session, text } = attachedCall({
      before: (started) => {
        started.agent('listening');
        started.agent('speaking', started.speech('S1', 'say'));
        started.user('speaking');
      },
    });
    session.at(500).agent('listening').user('listening').said('assistant', 'Hello.');
    session.at(600).user('speaking');
    session.at(700).user('listening').final('Hi.');
    session.at(900).agent('speaking', session.speech('S2'));
    session.at(999).close();
    expect(text()).toContain('  user 600–700 "Hi."');
    expect(text()).toContain('  agent 900–999 speech S2 ttfa 200');
  });

  it.for<readonly [string, unknown]>([
    ['nothing', null],
    ['undefined', undefined],
    ['a text', 'session'],
    ['an empty object', {}],
    ['an object that emits nothing', { on: () => {}, off: () => {} }],
    ['a Proxy that throws', hostile],
  ])('V107 of what is no session, %s, warns once and throws nothing', async ([, value]) => {
    const { tracer, memory, log } = startRecording();
    const observability = new VoiceObservability({ tracer });
    expect(callUntyped(observability, 'attach', value, { agentId: 'support' })).toBeUndefined();
    expect(log.codes).toEqual(['warn no-livekit-session']);
    await observability.shutdown();
    expect(memory.traces).toEqual([]);
  });

  it.for([
    undefined,
    null,
    'support',
    {},
    { agentId: 7, sttModel: 5, room: null, job: {} },
    { room: hostile, job: hostile },
  ])('V107 with wrong options records the call all the same', async (options) => {
    const { tracer, memory } = startRecording();
    const session = createSession(new HandClock());
    callUntyped(new VoiceObservability({ tracer }), 'attach', session, options);
    session.at(100).user('speaking').at(200).close();
    expect(callText(only(memory.traces))).toContain('  user 100–200');
  });
});
