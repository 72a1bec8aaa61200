import { describe, expect, it } from 'vitest';
import { attachedCall } from './attached-call.ts';
import { FakeSpeech, type FakeSession } from './fake-session.ts';
import { models } from './scenes.ts';

/** Version 1.0: no metadata, no usage, no handover items, no numbers in messages, and one private field for the activity. */
function makeOld(session: FakeSession): void {
  session.usage = undefined;
  session._activity = undefined;
}

function oldMetrics(type: string, more: object): object {
  return { type, label: 'livekit.Plugin', requestId: '', timestamp: 0, cancelled: false, ...more };
}

describe('an older LiveKit', () => {
  it('V122, V132 of version 1.0 is told as the newest is', () => {
    const { session, text } = attachedCall({ ...models, before: makeOld });
    session.at(20).agent('listening');
    session.at(1_000).user('speaking');
    session.at(2_000).user('listening');
    session.at(2_020).final('Hello');
    const reply = session.at(2_021).speech('S1');
    session.at(2_025).measured(oldMetrics('eou_metrics', { endOfUtteranceDelayMs: 325, speechId: 'S1' }));
    session.said('user', 'Hello').agent('thinking');
    session.at(2_100).measured(oldMetrics('stt_metrics', { audioDurationMs: 1_000, durationMs: 0, streamed: true }));
    session
      .at(2_200)
      .measured(oldMetrics('llm_metrics', { durationMs: 100, ttftMs: 60, promptTokens: 100, speechId: 'S1' }));
    session.at(2_500).agent('speaking');
    session
      .at(2_600)
      .measured(oldMetrics('tts_metrics', { durationMs: 100, ttfbMs: 80, charactersCount: 3, speechId: 'S1' }));
    session.at(4_000).user('speaking');
    reply.interrupted = true;
    session.at(4_250).said('assistant', 'Hi.', { speech: reply, interrupted: true }).agent('listening');
    reply.finish();
    session.at(4_600).user('listening');
    session.at(5_000).close();
    expect(text()).toBe(`\
support 0–5000 webrtc ended user_initiated $0.00027
  user 1000–2000 "Hello" $0.00008
    1000 user_speech_start
    2000 user_speech_end
    stt 1000–2020 deepgram/nova-3 audio_duration_ms=1000 final_transcript="Hello" $0.00008
    vad 2000–2025 end_of_utterance_delay_ms=325
  agent 2500–4250 "Hi." speech S1 ttfa 500 interrupted $0.00019
    2500 agent_speech_start
    4250 agent_speech_end
    llm 2100–2200 openai/gpt-4.1-mini prompt_tokens=100 ttft_ms=60 $0.00004
    tts 2500–2600 cartesia/sonic-2 characters=3 ttfb_ms=80 $0.00015
  user 4000–4600 interrupts agent@2500 in 250
    4000 user_speech_start
    4250 barge_in agent_turn_id=agent@2500 interrupt_latency_ms=250
    4600 user_speech_end`);
  });

  it('V132 of version 1.1 has durations without their unit, and seconds of sound', () => {
    const { session, text } = attachedCall({ ...models, before: makeOld });
    session.at(1_000).user('speaking');
    session.at(2_000).user('listening').final('Hello');
    const reply = session.at(2_021).speech('S1');
    session.measured(oldMetrics('eou_metrics', { endOfUtteranceDelay: 325, transcriptionDelay: 20, speechId: 'S1' }));
    session.said('user', 'Hello').agent('thinking');
    session.at(2_100).measured(oldMetrics('stt_metrics', { audioDuration: 1, duration: 0, streamed: true }));
    session
      .at(2_200)
      .measured(oldMetrics('llm_metrics', { duration: 100, ttft: 60, promptTokens: 100, speechId: 'S1' }));
    session.at(2_500).agent('speaking');
    const tts = { duration: 100, ttfb: 80, audioDuration: 1.5, charactersCount: 3, speechId: 'S1' };
    session.at(2_600).measured(oldMetrics('tts_metrics', tts));
    session.at(4_000).said('assistant', 'Hi.', { speech: reply }).agent('listening');
    reply.finish();
    session.at(5_000).close();
    expect(text()).toBe(`\
support 0–5000 webrtc ended user_initiated $0.00027
  user 1000–2000 "Hello" $0.00008
    1000 user_speech_start
    2000 user_speech_end
    stt 1000–2000 deepgram/nova-3 request_duration_ms=20 audio_duration_ms=1000 final_transcript="Hello" $0.00008
    vad 2000–2021 end_of_utterance_delay_ms=325
  agent 2500–4000 "Hi." speech S1 ttfa 500 $0.00019
    2500 agent_speech_start
    4000 agent_speech_end
    llm 2100–2200 openai/gpt-4.1-mini prompt_tokens=100 ttft_ms=60 $0.00004
    tts 2500–2600 cartesia/sonic-2 characters=3 audio_duration_ms=1500 ttfb_ms=80 $0.00015`);
  });

  it('V132 has no first token or byte where it says -1', () => {
    const { session, text } = attachedCall();
    session.agent('speaking', session.speech('S1', 'say'));
    session.measured(oldMetrics('llm_metrics', { durationMs: 100, ttftMs: -1, promptTokens: 0, speechId: 'S1' }));
    session.measured(oldMetrics('tts_metrics', { durationMs: 100, ttfbMs: -1, charactersCount: 0, speechId: 'S1' }));
    session.close();
    expect(text()).not.toContain('ttft');
    expect(text()).not.toContain('ttfb');
  });

  it('V122 may tell of messages that do not say that they are some', () => {
    const { session, text } = attachedCall();
    session.at(1_000).user('speaking');
    session.at(2_000).user('listening').said('user', 'Hello', { type: undefined });
    session.at(2_500).agent('speaking', session.speech('S1'));
    session.at(3_000).said('assistant', 'Hi.', { type: undefined }).agent('listening').close();
    expect(text()).toContain('user 1000–2000 "Hello"');
    expect(text()).toContain('agent 2500–3000 "Hi."');
  });

  it('V129 has its activity under another name, and in it the speech that is heard', () => {
    const { session, text } = attachedCall({ before: makeOld });
    const [currentSpeech] = [session.speech('S1', 'say'), session.speech('S2', 'say')];
    Reflect.set(session, 'activity', { currentSpeech });
    session.at(100).agent('speaking').at(200).agent('listening').close();
    expect(text()).toContain('agent 100–200 speech S1');
  });

  it('V34 may know a speech that it never announced', () => {
    const { session, text } = attachedCall();
    session.at(100).agent('speaking', new FakeSpeech('S7'));
    session.at(200).said('assistant', 'Hello.').agent('listening');
    session.at(900).close();
    expect(text()).toBe(`\
support 0–900 webrtc ended user_initiated
  agent 100–200 "Hello." speech S7
    100 agent_speech_start
    200 agent_speech_end`);
  });
});
