import { describe, expect, it } from 'vitest';
import { spanNamed } from '../../flows/recording.ts';
import { attachedCall } from './attached-call.ts';
import { refuse } from './any-events.ts';
import type { FakeSession } from './fake-session.ts';
import { llmMetrics, sttMetrics } from './metrics.ts';

/** Makes a property of the session throw, whoever reads it. */
function makeHostile(session: FakeSession, name: string): void {
  Reflect.defineProperty(session, name, { get: refuse, configurable: true });
}

const hello = `\
  user 1000–2000 "Hello"
    1000 user_speech_start
    2000 user_speech_end
    stt 1000–2000 deepgram/nova-3 audio_duration_ms=1000 final_transcript="Hello"`;

function sayHello(session: FakeSession): void {
  session.at(1_000).user('speaking');
  session.at(2_000).user('listening').final('Hello').said('user', 'Hello').measured(sttMetrics(1_000));
}

describe('a session that throws', () => {
  it.for(['usage', '_activity', 'activity', '_roomIO', 'stt', 'llm', 'tts'])(
    'V107 when it is asked for %s is told to its end',
    (name) => {
      const { session, text } = attachedCall({ sttModel: 'deepgram/nova-3' });
      makeHostile(session, name);
      session.at(20).agent('listening');
      sayHello(session);
      session.at(3_000).close();
      expect(text().replaceAll(/ \$[\d.]+/g, '')).toBe(`support 0–3000 webrtc ended user_initiated\n${hello}`);
    },
  );

  it('V31, V107 when it is asked who speaks still speaks', () => {
    for (const name of ['_activity', 'activity', '_roomIO']) {
      const { session, text } = attachedCall();
      session.at(50).speech('S1', 'say');
      makeHostile(session, name);
      session.at(100).agent('speaking').at(200).said('assistant', 'Hello.').agent('listening');
      session.at(300).close();
      expect(text()).toContain('  agent 100–200 "Hello." speech S1');
    }
  });

  it('V40, V107 on each speech ends with the rest of the call', () => {
    const { session, text } = attachedCall({ sttModel: 'deepgram/nova-3' });
    sayHello(session);
    const speech = session.speech('S1');
    Reflect.defineProperty(speech, 'chatItems', { get: refuse });
    session.at(2_500).agent('speaking', speech);
    session.at(3_000).close();
    expect(text()).toContain('webrtc ended user_initiated');
    expect(text()).toContain('agent 2500–3000 speech S1 ttfa 500');
    expect(text()).toContain('final_transcript="Hello"');
  });

  it('V107 when it is listened to is a call without events', () => {
    const { session, observability, log, text } = attachedCall({
      before: (deaf) => {
        Reflect.defineProperty(deaf, 'on', { value: refuse });
        Reflect.defineProperty(deaf, 'off', { value: refuse });
      },
    });
    expect(log.codes).toContain('warn livekit-event');
    session.at(100);
    void observability.shutdown();
    expect(text()).toBe('support 0–100 webrtc ended shutdown');
  });

  it('V107 does not let itself be changed is listened to as it is', () => {
    const { session, text } = attachedCall({
      before: (frozen) => {
        for (const side of [frozen.input, frozen.output]) Object.freeze(side);
        Object.preventExtensions(frozen);
      },
    });
    session.at(100).user('speaking').fail('overloaded');
    session.at(200).close();
    expect(text()).toContain('  user 100–200');
  });
});

describe('an event that cannot be', () => {
  it('V107 tells nothing, and costs nothing but itself, where it cannot be read', () => {
    const { session, text } = attachedCall();
    session.at(100).user('speaking');
    for (const name of session.eventNames()) {
      if (name !== 'close') session.emit(name, new Proxy({}, { get: refuse }));
    }
    session.at(200).user('listening').close();
    expect(text()).toBe(`\
support 0–200 webrtc ended user_initiated
  user 100–200
    100 user_speech_start
    200 user_speech_end`);
  });

  it('V107 is warned of once a minute, where more than reading it fails', () => {
    const { session, log, text } = attachedCall();
    const speechHandle = { id: 'S1', addDoneCallback: refuse };
    for (let count = 0; count < 100; count += 1) session.tell('speech_created', { source: 'say', speechHandle });
    session.at(100).agent('speaking').at(200).agent('listening').close();
    expect(log.codes).toEqual(['warn livekit-event']);
    expect(text()).toContain('  agent 100–200 speech S1');
  });

  it('V107, V132 has no number where it says NaN, -1, or something else', () => {
    const { session, trace } = attachedCall();
    const odd = {
      durationMs: -1,
      ttftMs: Number.NaN,
      promptTokens: '12',
      completionTokens: null,
      promptCachedTokens: -1,
    };
    session.at(100).agent('speaking', session.speech('S1', 'say'));
    session
      .at(300)
      .measured(llmMetrics('S1', { ...odd, tokensPerSecond: Infinity }))
      .close();
    expect(spanNamed(trace(), 'llm')).toMatchObject({ startedAt: 300, endedAt: 300, usage: null, ttftMs: null });
    expect(spanNamed(trace(), 'llm').voice).toMatchObject({ payload: {} });
  });

  it('V107 has run a tool now where it says that it was before the call, or is to come', () => {
    for (const createdAt of [-1, 0, Number.NaN, 1e18, undefined]) {
      const { session, trace } = attachedCall();
      const functionCalls = [{ name: 'odd', args: '{', createdAt }];
      const functionCallOutputs = [{ output: 'no JSON', createdAt }];
      session.at(500).tell('function_tools_executed', { functionCalls, functionCallOutputs });
      session.at(600).close();
      const tool = spanNamed(trace(), 'tool:odd');
      expect(tool).toMatchObject({ input: '{', output: 'no JSON' });
      expect(tool.startedAt).toBeGreaterThanOrEqual(0);
      expect(tool.startedAt).toBeLessThanOrEqual(500);
    }
  });

  it('V36 has a tool that failed, and one that never answered', () => {
    const { session, trace } = attachedCall();
    session.at(500).tools({ name: 'fails', output: '"no such city"', isError: true, from: 400, until: 450 });
    session.tell('function_tools_executed', { functionCalls: [{ name: 'silent' }], functionCallOutputs: [] });
    session.at(600).close();
    expect(spanNamed(trace(), 'tool:fails')).toMatchObject({
      level: 'ERROR',
      error: '"no such city"',
      outcome: 'error',
    });
    expect(spanNamed(trace(), 'tool:silent')).toMatchObject({ outcome: 'ok', output: null });
  });

  it('V29, V31 is one turn where a state is told twice', () => {
    const { session, text } = attachedCall();
    session.at(100).user('speaking').user('speaking');
    session.at(200).user('listening').user('listening');
    const speech = session.at(250).speech('S1');
    session.at(300).agent('speaking', speech).agent('speaking');
    session.at(400).agent('listening').agent('listening');
    speech.finish();
    session.at(500).close().close();
    expect(text()).toBe(`\
support 0–500 webrtc ended user_initiated
  user 100–200
    100 user_speech_start
    200 user_speech_end
  agent 300–400 speech S1 ttfa 100
    300 agent_speech_start
    400 agent_speech_end`);
  });
});
