import { describe, expect, it } from 'vitest';
import { attachedCall } from './attached-call.ts';
import { interruptionMetrics } from './metrics.ts';
import { accepted, answered, models, spoken, storyAsked, storyBegun, storyTold, thought } from './scenes.ts';

/** The orders of events are those that were observed in LiveKit 1.9. */
describe('a user who speaks while the agent does', () => {
  it('V38, V127, V131 breaks in where the speech is paused first and given up a second later', () => {
    const { session, text } = attachedCall(models);
    const story = storyBegun(session);
    session.at(4_000).user('speaking');
    session.at(4_238).agent('listening');
    session.at(4_800).user('listening').interim('Stop that');
    session.at(4_820).final('Stop that is enough');
    const reply = accepted(session, { text: 'Stop that is enough', at: 4_825, speechId: 'S2' });
    story.interrupted = true;
    session.at(4_835).said('assistant', 'Once upon a time', { speech: story, interrupted: true });
    story.finish();
    answered(session, reply, { text: 'I will stop.', from: 5_300, until: 6_000 });
    session.at(6_500).close();
    expect(text()).toBe(`\
support 0–6500 webrtc ended user_initiated $0.00412
${storyAsked}
  agent 2500–4238 "Once upon a time" speech S1 ttfa 500 interrupted $0.00206
    2500 agent_speech_start
    4238 agent_speech_end
    llm 2115–2200 ${thought}
    tts 2420–2550 ${spoken}
  user 4000–4800 "Stop that is enough" interrupts agent@2500 in 238
    4000 user_speech_start
    4238 barge_in agent_turn_id=agent@2500 interrupt_latency_ms=238
    4800 user_speech_end
    stt 4000–4820 deepgram/nova-3 request_duration_ms=319 final_transcript="Stop that is enough"
    vad 4800–4825 end_of_utterance_delay_ms=325
  agent 5300–6000 "I will stop." speech S2 ttfa 500 $0.00206
    5300 agent_speech_start
    6000 agent_speech_end
    llm 5115–5200 ${thought}
    tts 5210–5340 ${spoken}`);
  });

  it('V38, V131 breaks in where the speech cannot be paused', () => {
    const { session, text } = attachedCall(models);
    const story = storyBegun(session);
    session.at(4_000).user('speaking');
    story.interrupted = true;
    session.at(4_238).said('assistant', 'Once upon a time', { speech: story, interrupted: true }).agent('listening');
    story.finish();
    session.at(4_800).user('listening');
    session.at(4_820).final('Stop that is enough');
    const reply = accepted(session, { text: 'Stop that is enough', at: 4_825, speechId: 'S2' });
    answered(session, reply, { text: 'I will stop.', from: 5_300, until: 6_000 });
    session.at(6_500).close();
    expect(text()).toBe(`\
support 0–6500 webrtc ended user_initiated $0.00412
${storyAsked}
  agent 2500–4238 "Once upon a time" speech S1 ttfa 500 interrupted $0.00206
    2500 agent_speech_start
    4238 agent_speech_end
    llm 2115–2200 ${thought}
    tts 2420–2550 ${spoken}
  user 4000–4800 "Stop that is enough" interrupts agent@2500 in 238
    4000 user_speech_start
    4238 barge_in agent_turn_id=agent@2500 interrupt_latency_ms=238
    4800 user_speech_end
    stt 4000–4820 deepgram/nova-3 request_duration_ms=319 final_transcript="Stop that is enough"
    vad 4800–4825 end_of_utterance_delay_ms=325
  agent 5300–6000 "I will stop." speech S2 ttfa 500 $0.00206
    5300 agent_speech_start
    6000 agent_speech_end
    llm 5115–5200 ${thought}
    tts 5210–5340 ${spoken}`);
  });

  it('V131 breaks in with nothing but noise, where the speech cannot be paused', () => {
    const { session, text } = attachedCall(models);
    const story = storyBegun(session);
    session.at(4_000).user('speaking');
    session.at(4_200).said('assistant', 'Once upon a time', { speech: story, interrupted: true }).agent('listening');
    story.finish({ interrupted: true });
    session.at(4_500).user('listening');
    session.at(6_500).close();
    expect(text()).toBe(`\
support 0–6500 webrtc ended user_initiated $0.00206
${storyAsked}
  agent 2500–4200 "Once upon a time" speech S1 ttfa 500 interrupted $0.00206
    2500 agent_speech_start
    4200 agent_speech_end
    llm 2115–2200 ${thought}
    tts 2420–2550 ${spoken}
  user 4000–4500 interrupts agent@2500 in 200
    4000 user_speech_start
    4200 barge_in agent_turn_id=agent@2500 interrupt_latency_ms=200
    4500 user_speech_end`);
  });

  it('V39, V42, V136 has interrupted nothing where the same speech goes on: one turn, no new time to first audio', () => {
    const { session, text } = attachedCall(models);
    const story = storyBegun(session);
    session.at(4_000).user('speaking');
    session.at(4_238).agent('listening');
    session.at(4_600).user('listening');
    session.at(5_300).agent('speaking').falseInterruption();
    storyTold(session, story, 7_200);
    session.at(7_500).close();
    expect(text()).toBe(`\
support 0–7500 webrtc ended user_initiated $0.00206
${storyAsked}
  agent 2500–7200 "Once upon a time there was a very small robot." speech S1 ttfa 500 $0.00206
    2500 agent_speech_start
    5300 failed_interrupt user_turn_id=user@4000 resumed=true
    7200 agent_speech_end
    llm 2115–2200 ${thought}
    tts 2420–2550 ${spoken}
  user 4000–4600
    4000 user_speech_start
    4600 user_speech_end`);
  });

  it('V39 has interrupted nothing where LiveKit says so and the speech does not go on', () => {
    const { session, trace, text } = attachedCall(models);
    const story = storyBegun(session);
    session.at(4_000).user('speaking');
    session.at(4_238).agent('listening');
    session.at(4_600).user('listening');
    session.at(5_300).falseInterruption(false);
    story.finish();
    session.at(7_500).close();
    expect(text()).toContain('    5300 failed_interrupt user_turn_id=user@4000 resumed=false\n');
    expect(trace().voice?.rollup).toMatchObject({ interruptions: 0, failedInterrupts: 1 });
  });

  it('V38, V130 breaks in where LiveKit’s own detector is sure of it, which tells how long that took', () => {
    const { session, text } = attachedCall(models);
    const story = storyBegun(session);
    session.at(4_000).user('speaking');
    session.at(4_233).measured(interruptionMetrics(true, 233));
    session.at(4_234).agent('listening');
    session.at(4_800).user('listening');
    session.at(4_820).final('Stop that is enough');
    const reply = accepted(session, { text: 'Stop that is enough', at: 4_825, speechId: 'S2' });
    session.at(4_835).said('assistant', 'Once upon a time', { speech: story, interrupted: true });
    story.finish({ interrupted: true });
    answered(session, reply, { text: 'I will stop.', from: 5_300, until: 6_000 });
    session.at(6_500).close();
    expect(text()).toBe(`\
support 0–6500 webrtc ended user_initiated $0.00412
${storyAsked}
  agent 2500–4234 "Once upon a time" speech S1 ttfa 500 interrupted $0.00206
    2500 agent_speech_start
    4234 agent_speech_end
    llm 2115–2200 ${thought}
    tts 2420–2550 ${spoken}
  user 4000–4800 "Stop that is enough" interrupts agent@2500 in 234
    4000 user_speech_start
    4234 barge_in agent_turn_id=agent@2500 interrupt_latency_ms=234 detection_delay_ms=233
    4800 user_speech_end
    stt 4000–4820 deepgram/nova-3 request_duration_ms=319 final_transcript="Stop that is enough"
    vad 4800–4825 end_of_utterance_delay_ms=325
  agent 5300–6000 "I will stop." speech S2 ttfa 500 $0.00206
    5300 agent_speech_start
    6000 agent_speech_end
    llm 5115–5200 ${thought}
    tts 5210–5340 ${spoken}`);
  });

  it('V38 breaks in by the detector’s word, also where the call ends before the speech is given up', () => {
    const { session, trace } = attachedCall(models);
    storyBegun(session);
    session.at(4_000).user('speaking');
    session.at(4_233).measured(interruptionMetrics(true, 233));
    session.at(4_234).agent('listening');
    session.at(4_800).user('listening');
    session.at(5_000).close();
    expect(trace().voice?.rollup).toMatchObject({ interruptions: 1, interruptLatencyMs: { p50: 234 } });
  });

  it('V130 has only said "mm-hmm" where the detector counts a backchannel', () => {
    const { session, text } = attachedCall(models);
    const story = storyBegun(session);
    session.at(4_000).user('speaking');
    session.at(4_500).user('listening');
    session.at(4_734).measured(interruptionMetrics(false, 734));
    storyTold(session, story, 7_200);
    session.at(7_500).close();
    expect(text()).toBe(`\
support 0–7500 webrtc ended user_initiated $0.00206
${storyAsked}
  agent 2500–7200 "Once upon a time there was a very small robot." speech S1 ttfa 500 $0.00206
    2500 agent_speech_start
    4734 backchannel detection_delay_ms=734
    7200 agent_speech_end
    llm 2115–2200 ${thought}
    tts 2420–2550 ${spoken}
  user 4000–4500
    4000 user_speech_start
    4500 user_speech_end`);
  });

  it('V130, V131 is only heard where the speech may not be interrupted, or an echo is feared', () => {
    const { session, text } = attachedCall(models);
    const notice = session.at(100).speech('S1', 'say');
    session.at(200).agent('speaking', notice);
    session.at(1_000).user('speaking');
    session.at(1_400).user('listening');
    session.at(2_000).user('speaking');
    session.at(2_400).user('listening');
    session.at(3_000).said('assistant', 'This call is recorded.').agent('listening');
    notice.finish();
    session.at(7_500).close();
    expect(text()).toBe(`\
support 0–7500 webrtc ended user_initiated
  agent 200–3000 "This call is recorded." speech S1
    200 agent_speech_start
    3000 agent_speech_end
  user 1000–2400
    1000 user_speech_start
    1400 user_speech_end
    2000 user_speech_start
    2400 user_speech_end`);
  });
});
