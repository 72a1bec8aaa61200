import { describe, expect, it } from 'vitest';
import { only } from '../../flows/recording.ts';
import { attachedCall } from './attached-call.ts';
import { callText } from './call-text.ts';
import { createSession } from './fake-session.ts';

/** What is there of the own properties of an object, by name. */
function ownNames(...objects: readonly object[]): readonly string[] {
  return objects.flatMap((each) => Reflect.ownKeys(each).map(String));
}

describe('the end', () => {
  it('V40 leaves nothing on the session: no listener, no property of its own', () => {
    const untouched = attachedCall({ before: () => {} });
    const { session } = untouched;
    const plain = createSession(untouched.clock);
    const { input, output } = session;
    session.at(100).close();
    expect(session.eventNames()).toEqual([]);
    expect(ownNames(session)).toEqual(ownNames(plain));
    expect(ownNames(input, output)).toEqual([]);
    session.at(200).user('speaking').agent('speaking').measured({ type: 'llm_metrics' });
    expect(untouched.text()).toBe('support 0–100 webrtc ended user_initiated');
  });

  it('V21, V119 is made by shutdown where no close came', async () => {
    const { session, observability, memory, text } = attachedCall();
    session.at(100).agent('speaking', session.speech('S1', 'say'));
    expect(observability.sessions).toHaveLength(1);
    expect(memory.traces).toEqual([]);
    session.at(300);
    expect(await observability.shutdown()).toMatchObject({ dropped: 0, pending: 0 });
    expect(text()).toBe(`\
support 0–300 webrtc ended shutdown
  agent 100–300 speech S1
    100 agent_speech_start
    300 agent_speech_end`);
    expect(observability.sessions).toEqual([]);
    expect(session.eventNames()).toEqual([]);
    session.close();
    expect(memory.traces).toHaveLength(1);
  });

  it('V119 leaves the call active until then', () => {
    const { session, call } = attachedCall();
    session.agent('listening');
    expect([call.status, call.isActive]).toEqual(['active', true]);
  });

  it('V119 is made by the end of the job, where the start of the session has failed', async () => {
    const callbacks: (() => Promise<void>)[] = [];
    const { clock, memory } = attachedCall({ job: { addShutdownCallback: (callback) => callbacks.push(callback) } });
    clock.set(500);
    await Promise.all(callbacks.map((callback) => callback()));
    expect(memory.traces.map(({ voice }) => voice?.status)).toEqual(['ended']);
  });

  it('V21, V22 is waited for by the job, which is asked once', async () => {
    const callbacks: (() => Promise<void>)[] = [];
    const job = { addShutdownCallback: (callback: () => Promise<void>) => void callbacks.push(callback) };
    const { session, observability, memory } = attachedCall({ job });
    observability.attach(session, { agentId: 'support', job });
    expect(callbacks).toHaveLength(1);
    session.at(100).close();
    await only(callbacks)();
    expect(memory.traces.map(({ voice }) => voice?.endReason)).toEqual(['user_initiated']);
  });

  it('V107 comes where a job takes no callbacks', () => {
    const job = {
      addShutdownCallback: () => {
        throw new Error('too late');
      },
    };
    const { session, log, text } = attachedCall({ job });
    session.at(100).close();
    expect(log.codes).toEqual(['warn livekit-job']);
    expect(text()).toBe('support 0–100 webrtc ended user_initiated');
  });
});

describe('two sessions at once', () => {
  it('V20 never mix, whatever both are called', async () => {
    const first = attachedCall();
    const second = createSession(first.clock);
    first.observability.attach(second, { agentId: 'sales', userId: 'user_2' });
    const { session } = first;
    session.at(100).user('speaking');
    second.at(150).agent('speaking', second.speech('S1', 'say'));
    session.at(200).user('listening').final('Hello');
    second.at(250).said('assistant', 'Sales here.').agent('listening');
    session.at(300).agent('speaking', session.speech('S1'));
    second.at(350).close('participant_disconnected');
    session.at(400).said('assistant', 'Hi.').agent('listening');
    session.at(450).close();
    expect(first.memory.traces.map((trace) => callText(trace))).toEqual([
      `\
sales 0–350 webrtc ended participant_disconnected
  agent 150–250 "Sales here." speech S1
    150 agent_speech_start
    250 agent_speech_end`,
      `\
support 0–450 webrtc ended user_initiated
  user 100–200 "Hello"
    100 user_speech_start
    200 user_speech_end
  agent 300–400 "Hi." speech S1 ttfa 100
    300 agent_speech_start
    400 agent_speech_end`,
    ]);
  });
});
