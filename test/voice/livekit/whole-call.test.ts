import { describe, expect, it } from 'vitest';
import { attachedCall } from './attached-call.ts';
import { models, spoken, thought } from './scenes.ts';
import { eouMetrics, llmMetrics, sttMetrics, ttsMetrics } from './metrics.ts';

/** The orders of events are those that were observed in LiveKit 1.9. */
describe('a whole call', () => {
  it('V29–V37, V41, V42 is told with every turn, stage, time and cost of it', () => {
    const { session, text, log } = attachedCall(models);
    session.handoff('support');
    session.at(20).agent('listening');
    const greeting = session.at(30).speech('S1', 'say');
    session.at(250).agent('speaking', greeting);
    session.at(290).measured(ttsMetrics('S1', { charactersCount: 22, audioDurationMs: 1_100 }));
    session.at(1_350).said('assistant', 'Hello, how can I help?').agent('listening');
    greeting.finish();

    session.at(1_749).user('speaking');
    session.at(3_090).interim('What is');
    session.at(3_190).user('listening');
    session.at(3_209).final('What is the weather in Paris', 'en');
    const answer = session.at(3_210).speech('S2');
    session.at(3_215).measured(eouMetrics('S2'));
    session.said('user', 'What is the weather in Paris', { transcriptConfidence: 0.97 });
    session.agent('thinking', answer);
    session.at(3_300).measured(llmMetrics('S2'));
    session.at(3_452).tools({ name: 'get_weather', args: '{"city":"Paris"}', output: '19', from: 3_300, until: 3_451 });
    session.at(3_623).measured(llmMetrics('S2', { promptTokens: 150, promptCachedTokens: 0, completionTokens: 8 }));
    session.at(3_715).agent('speaking');
    session.at(3_757).measured(ttsMetrics('S2'));
    session.at(5_000).measured(sttMetrics(5_000));
    session.at(7_974).said('assistant', 'Nineteen degrees.', { speech: answer, metrics: { e2eLatency: 0.825 } });
    session.agent('listening');
    answer.finish();
    session.at(8_500).close();
    expect(text()).toBe(`\
support 0–8500 webrtc ended user_initiated $0.0036328
  agent 250–1350 "Hello, how can I help?" speech S1 $0.0011
    250 agent_speech_start
    1350 agent_speech_end
    tts 160–290 cartesia/sonic-2 characters=22 audio_duration_ms=1100 ttfb_ms=90 $0.0011
  user 1749–3190 "What is the weather in Paris" sure 0.97 en $0.0004
    1749 user_speech_start
    3190 user_speech_end
    stt 1749–3209 deepgram/nova-3 request_duration_ms=319 audio_duration_ms=5000 final_transcript="What is the weather in Paris" final_confidence=0.97 language="en" $0.0004
    vad 3190–3215 end_of_utterance_delay_ms=325
  agent 3715–7974 "Nineteen degrees." speech S2 ttfa 525 e2e 825 $0.0021328
    3715 agent_speech_start
    7974 agent_speech_end
    llm 3215–3300 ${thought}
    tool:get_weather 3300–3451 city="Paris" → 19 tool_call_id="call_0"
    llm 3538–3623 openai/gpt-4.1-mini prompt_tokens=150 completion_tokens=8 cached_tokens=0 ttft_ms=60 tokens_per_second=235 $0.0000728
    tts 3627–3757 ${spoken}`);
    expect(log.lines).toEqual([]);
  });
});
