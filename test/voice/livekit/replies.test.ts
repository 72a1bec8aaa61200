import { describe, expect, it } from 'vitest';
import { attachedCall } from './attached-call.ts';
import { eouMetrics, llmMetrics, realtimeMetrics, ttsMetrics } from './metrics.ts';
import { accepted, answered, asked, models, spoken, thought } from './scenes.ts';

const heardAndSaid =
  'openai/gpt-realtime prompt_tokens=300 completion_tokens=120 cached_tokens=60 input_audio_tokens=200 output_audio_tokens=90 cached_audio_tokens=50 ttft_ms=200 tokens_per_second=133 $0.011424';

/** The orders of events are those that were observed in LiveKit 1.9. */
describe('a reply', () => {
  it('V126, V129 that was made ahead and thrown away is paid for where it was asked for', () => {
    const { session, text } = attachedCall(models);
    session.at(20).agent('listening');
    session.at(1_000).user('speaking');
    session.at(1_800).user('listening');
    session.at(1_820).final('I would like');
    const discarded = session.at(1_821).speech('S1');
    session.at(1_950).measured(llmMetrics('S1'));
    session.at(2_200).user('speaking');
    session.at(3_000).user('listening');
    session.at(3_020).final('two tickets please');
    const reply = session.at(3_021).speech('S2');
    discarded.finish({ interrupted: true });
    session.at(3_150).measured(llmMetrics('S2'));
    session.at(3_900).measured(eouMetrics('S2')).said('user', 'I would like two tickets please');
    session.agent('thinking', reply);
    session.at(4_100).agent('speaking');
    session.at(4_140).measured(ttsMetrics('S2'));
    session.at(5_000).said('assistant', 'I see.', { speech: reply }).agent('listening');
    reply.finish();
    session.at(5_500).close();
    expect(text()).toBe(`\
support 0–5500 webrtc ended user_initiated $0.00212
  user 1000–3000 "I would like two tickets please" $0.00006
    1000 user_speech_start
    1800 user_speech_end
    2200 user_speech_start
    3000 user_speech_end
    stt 1000–3020 deepgram/nova-3 request_duration_ms=319 final_transcript="I would like two tickets please"
    llm 1865–1950 ${thought} preemptive_discarded=true
    vad 3000–3900 end_of_utterance_delay_ms=325
  agent 4100–5000 "I see." speech S2 ttfa 1100 $0.00206
    4100 agent_speech_start
    5000 agent_speech_end
    llm 3065–3150 ${thought}
    tts 4010–4140 ${spoken}`);
  });

  it('V124, V129 in two parts with a tool between them is one turn, and a handover opens the next', () => {
    const { session, text } = attachedCall(models);
    session.at(20).agent('listening');
    const speech = asked(session, { text: 'I want to buy something', from: 1_000, until: 2_000, speechId: 'S1' });
    session.at(2_200).measured(llmMetrics('S1'));
    session.at(2_400).agent('speaking');
    session.at(2_450).measured(ttsMetrics('S1'));
    session.at(3_000).said('assistant', 'Transferring you.', { speech, metrics: { e2eLatency: 0.7 } });
    session.agent('thinking');
    session.at(3_100).tools({ name: 'transfer', output: 'transferred', from: 3_000, until: 3_099 });
    session.at(3_300).measured(llmMetrics('S1'));
    session.at(3_450).measured(ttsMetrics('S1'));
    session.at(3_460).agent('speaking');
    session.at(3_900).said('assistant', 'Okay.', { speech }).agent('listening');
    speech.finish();
    session.at(3_910).handoff('sales', 'support');
    const greeting = session.at(3_920).speech('S2', 'say');
    session.at(4_100).agent('speaking', greeting);
    session.at(4_140).measured(ttsMetrics('S2'));
    session.at(4_900).said('assistant', 'Sales here.').agent('listening');
    greeting.finish();
    session.at(5_000).close();
    expect(text()).toBe(`\
support 0–5000 webrtc ended user_initiated $0.00612
  3910 agent_handoff old_agent_id="support" new_agent_id="sales"
  user 1000–2000 "I want to buy something"
    1000 user_speech_start
    2000 user_speech_end
    stt 1000–2020 deepgram/nova-3 request_duration_ms=319 final_transcript="I want to buy something"
    vad 2000–2025 end_of_utterance_delay_ms=325
  agent 2400–3900 "Transferring you. Okay." speech S1 ttfa 400 e2e 700 $0.00412
    2400 agent_speech_start
    3900 agent_speech_end
    llm 2115–2200 ${thought}
    tts 2320–2450 ${spoken}
    tool:transfer 3000–3099  → "transferred" tool_call_id="call_0"
    llm 3215–3300 ${thought}
    tts 3320–3450 ${spoken}
  agent 4100–4900 "Sales here." speech S2 $0.002
    4100 agent_speech_start
    4900 agent_speech_end
    tts 4010–4140 ${spoken}`);
  });

  it('V36, V125, V135 of a realtime model is before what the user said, and a tool’s answer is a speech of its own', () => {
    const { session, text } = attachedCall();
    session.at(20).agent('listening');
    session.at(1_000).user('speaking');
    session.at(2_000).user('listening').interim('');
    const morning = session.at(2_150).speech('S1');
    session.at(2_200).agent('speaking', morning);
    session.at(2_250).measured(realtimeMetrics('response-1'));
    session.at(2_550).final('Good morning').said('user', 'Good morning');
    session.at(2_800).said('assistant', 'Good morning.', { speech: morning }).agent('listening');
    morning.finish();

    session.at(4_000).user('speaking');
    session.at(5_000).user('listening').interim('');
    const call = session.at(5_150).speech('S2');
    session.agent('thinking', call);
    session.at(5_250).measured(realtimeMetrics('response-2'));
    session.at(5_300).tools({ name: 'get_weather', output: '19', from: 5_200, until: 5_300 });
    const answer = session.at(5_301).speech('S3', 'tool_response');
    call.finish();
    session.at(5_400).agent('speaking', answer);
    session.at(5_450).measured(realtimeMetrics('response-3'));
    session.at(5_800).said('assistant', 'Nineteen degrees.', { speech: answer }).agent('listening');
    answer.finish();
    session.at(5_900).final('What is the weather').said('user', 'What is the weather');
    session.at(6_000).close();
    expect(text()).toBe(`\
support 0–6000 webrtc ended user_initiated $0.034272
  user 1000–2000 "Good morning"
    1000 user_speech_start
    2000 user_speech_end
  agent 2200–2800 "Good morning." speech S1 ttfa 200 $0.011424
    2200 agent_speech_start
    2800 agent_speech_end
    llm 1350–2250 ${heardAndSaid} response response-1
  user 4000–5000 "What is the weather"
    4000 user_speech_start
    5000 user_speech_end
  agent 5400–5800 "Nineteen degrees." speech S3 ttfa 400 $0.022848
    5400 agent_speech_start
    5800 agent_speech_end
    llm 4350–5250 ${heardAndSaid} response response-2
    llm 4550–5450 ${heardAndSaid} response response-3
    tool:get_weather 5200–5300  → 19 tool_call_id="call_0"`);
  });

  it('V36 that fails for good is a turn that failed, and so is the call', () => {
    const { session, text, trace } = attachedCall(models);
    session.at(20).agent('listening');
    const speech = asked(session, { text: 'Is anybody there', from: 1_000, until: 2_000, speechId: 'S1' });
    session.at(2_100).fail('overloaded', { recoverable: true });
    session.at(2_300).fail('overloaded', { recoverable: true });
    session.at(2_500).fail('overloaded');
    speech.finish({ interrupted: true });
    const nothing = { cancelled: true, ttftMs: -1, promptTokens: 0, completionTokens: 0, promptCachedTokens: 0 };
    session.at(2_501).measured(llmMetrics('S1', { ...nothing, durationMs: 475, tokensPerSecond: 0 }));
    session
      .agent('listening')
      .close('error', { type: 'llm_error', error: new Error('overloaded'), recoverable: false });
    expect(text()).toBe(`\
support 0–2501 webrtc ended error ERROR overloaded
  2100 error WARNING type="llm_error" label="openai.LLM" message="overloaded" recoverable=true
  2300 error WARNING type="llm_error" label="openai.LLM" message="overloaded" recoverable=true
  2500 error ERROR type="llm_error" label="openai.LLM" message="overloaded" recoverable=false
  user 1000–2000 "Is anybody there"
    1000 user_speech_start
    2000 user_speech_end
    stt 1000–2020 deepgram/nova-3 request_duration_ms=319 final_transcript="Is anybody there"
    vad 2000–2025 end_of_utterance_delay_ms=325
  agent 2025–2500 speech S1 interrupted ERROR overloaded
    llm 2026–2501 openai/gpt-4.1-mini prompt_tokens=0 completion_tokens=0 cached_tokens=0 tokens_per_second=0 CANCELLED`);
    expect(trace().errorCount).toBe(2);
  });

  it('V36 that fails at first and then succeeds has not failed', () => {
    const { session, trace, text } = attachedCall(models);
    session.at(20).agent('listening');
    const speech = asked(session, { text: 'Is anybody there', from: 1_000, until: 2_000, speechId: 'S1' });
    session.at(2_100).fail('overloaded', { recoverable: true });
    answered(session, speech, { text: 'I am.', from: 2_500, until: 3_000 });
    session.at(4_000).close();
    expect(trace().errorCount).toBe(0);
    expect(text()).toContain(
      '\n  2100 error WARNING type="llm_error" label="openai.LLM" message="overloaded" recoverable=true',
    );
  });

  it('V36 that is never heard, since the user went on, has its costs and nothing that was said', () => {
    const { session, text } = attachedCall(models);
    session.at(20).agent('listening');
    const unheard = asked(session, { text: 'I would like', from: 1_000, until: 2_000, speechId: 'S1' });
    session.at(2_200).measured(llmMetrics('S1')).measured(ttsMetrics('S1'));
    session.at(2_210).user('speaking');
    session.at(3_000).user('listening');
    session.at(3_020).final('two tickets');
    const reply = accepted(session, { text: 'two tickets', at: 3_025, speechId: 'S2' });
    unheard.finish({ interrupted: true });
    answered(session, reply, { text: 'Here they are.', from: 3_500, until: 4_000 });
    session.at(4_500).close();
    expect(text()).toBe(`\
support 0–4500 webrtc ended user_initiated $0.00412
  user 1000–2000 "I would like"
    1000 user_speech_start
    2000 user_speech_end
    stt 1000–2020 deepgram/nova-3 request_duration_ms=319 final_transcript="I would like"
    vad 2000–2025 end_of_utterance_delay_ms=325
  agent 2025–3025 speech S1 interrupted $0.00206
    tts 2070–2200 ${spoken}
    llm 2115–2200 ${thought}
  user 2210–3000 "two tickets"
    2210 user_speech_start
    3000 user_speech_end
    stt 2210–3020 deepgram/nova-3 request_duration_ms=319 final_transcript="two tickets"
    vad 3000–3025 end_of_utterance_delay_ms=325
  agent 3500–4000 "Here they are." speech S2 ttfa 500 $0.00206
    3500 agent_speech_start
    4000 agent_speech_end
    llm 3315–3400 ${thought}
    tts 3410–3540 ${spoken}`);
  });

  it('V33, V34, V117 that is written answers what is written: nobody has spoken', () => {
    const { session, text } = attachedCall();
    session.at(20).agent('listening');
    const reply = session.at(100).speech('S1');
    session.said('user', 'Good morning', { metrics: {} }).agent('thinking', reply);
    session.at(300).agent('speaking').measured(llmMetrics('S1'));
    session.at(320).said('assistant', 'I see.', { speech: reply }).agent('listening');
    reply.finish();
    session.at(500).close();
    expect(text()).toBe(`\
support 0–500 webrtc ended user_initiated $0.00006
  user 100–100 "Good morning"
  agent 300–320 "I see." speech S1 $0.00006
    300 agent_speech_start
    320 agent_speech_end
    llm 215–300 ${thought}`);
  });
});
