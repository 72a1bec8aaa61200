import type { TraceRecord } from 'clew';
import { describe, expect, it } from 'vitest';
import { attachedCall } from './attached-call.ts';
import { eouMetrics, llmMetrics, sttMetrics } from './metrics.ts';
import { accepted, answered, asked, models } from './scenes.ts';

function timesToFirstAudio({ spans }: TraceRecord): readonly (number | null)[] {
  return spans.flatMap(({ voice }) =>
    voice !== null && 'role' in voice && voice.role === 'agent' ? [voice.ttfaMs] : [],
  );
}

describe('a user’s turn', () => {
  it('V29, V30 is where the user speaks, V33 with the words that are final', () => {
    const { session, text } = attachedCall();
    session.at(1_000).user('speaking');
    session.at(1_500).interim('I');
    session.at(2_000).user('listening').final("I can't log in", 'en');
    session.at(3_000).close();
    expect(text()).toBe(`\
support 0–3000 webrtc ended user_initiated
  user 1000–2000 "I can't log in" en
    1000 user_speech_start
    2000 user_speech_end`);
  });

  it('V128 with a pause in the sentence is one turn, of all its words, and the message is the last word on them', () => {
    const { session, text } = attachedCall();
    session.at(1_000).user('speaking');
    session.at(1_800).user('listening');
    session.at(2_200).user('speaking').final('I would like');
    session.at(3_000).user('listening');
    session.at(3_020).final('two tickets please');
    session.at(3_900).said('user', 'I would like two tickets, please');
    session.at(3_950).final('too late');
    session.at(4_000).close();
    expect(text()).toBe(`\
support 0–4000 webrtc ended user_initiated
  user 1000–3000 "I would like two tickets, please"
    1000 user_speech_start
    1800 user_speech_end
    2200 user_speech_start
    3000 user_speech_end`);
  });

  it('V128 is made of all its final words where no message follows', () => {
    const { session, trace } = attachedCall();
    session.at(1_000).user('speaking').final('I would like').final('two tickets');
    session.at(2_000).user('listening').final('please').close();
    expect(trace().spans[1]?.voice).toMatchObject({ transcript: 'I would like two tickets please' });
  });

  it('V125 takes what is learned of it when it is over, also when the agent speaks', () => {
    const { session, trace } = attachedCall();
    session.at(1_000).user('speaking');
    session.at(2_000).user('listening');
    const reply = session.at(2_100).speech('S1');
    session.at(2_200).agent('speaking', reply);
    session.at(2_600).final('Good morning').said('user', 'Good morning!', { transcriptConfidence: 0.9 });
    session.at(2_700).close();
    expect(trace().spans[1]).toMatchObject({
      endedAt: 2_000,
      voice: { transcript: 'Good morning!', confidence: 0.9 },
    });
  });

  it('V123 does not end when the user is away, and is begun by who comes back and speaks', () => {
    const { session, trace, text } = attachedCall();
    session.at(20).agent('listening');
    const reply = asked(session, { text: 'Hello', from: 1_000, until: 2_000, speechId: 'S1' });
    answered(session, reply, { text: 'Hi.', from: 2_500, until: 3_000 });
    session.at(18_000).user('away');
    const reminder = session.at(18_010).speech('S2', 'say');
    answered(session, reminder, { text: 'Are you there?', from: 18_200, until: 19_000 });
    session.at(20_000).user('listening');
    const second = session.at(20_100).speech('S3', 'say');
    answered(session, second, { text: 'Good.', from: 20_500, until: 21_000 });
    session.at(40_000).user('away');
    const last = asked(session, { text: 'Yes', from: 41_000, until: 41_500, speechId: 'S4' });
    answered(session, last, { text: 'Fine.', from: 42_000, until: 43_000 });
    session.at(44_000).close();
    expect(text().match(/\d+ user_speech_\w+/g)).toEqual([
      '1000 user_speech_start',
      '2000 user_speech_end',
      '41000 user_speech_start',
      '41500 user_speech_end',
    ]);
    expect(timesToFirstAudio(trace())).toEqual([500, null, null, 500]);
  });

  it('V116 has no words where nobody told them, and is there all the same', () => {
    const { session, text } = attachedCall();
    session.at(1_000).user('speaking');
    session.at(2_000).user('listening').interim('I');
    session.at(2_500).agent('speaking');
    session.at(3_000).agent('listening').close();
    expect(text()).toBe(`\
support 0–3000 webrtc ended user_initiated
  user 1000–2000
    1000 user_speech_start
    2000 user_speech_end
  agent 2500–3000 ttfa 500
    2500 agent_speech_start
    3000 agent_speech_end`);
  });

  it('is not the one before, where words are written after a cough', () => {
    const { session, text } = attachedCall();
    const greeting = session.at(100).speech('S1', 'say');
    session.at(200).agent('speaking', greeting);
    session.at(300).user('speaking');
    session.at(500).user('listening');
    session.at(1_000).said('assistant', 'Hello.').agent('listening');
    greeting.finish();
    session.at(9_000).said('user', 'Good morning').close();
    expect(text()).toContain('  user 9000–9000 "Good morning"');
  });
});

describe('an agent’s turn', () => {
  it('V31, V32, V34 is where the agent is heard, V34 with what it said and nobody else', () => {
    const { session, text } = attachedCall();
    const greeting = session.at(100).speech('S1', 'say');
    session.at(200).agent('speaking', greeting);
    session.at(900).said('system', 'Be kind.').said('developer', 'Be brief.').said('assistant', 'Hello.');
    session.at(1_000).agent('listening');
    greeting.finish();
    session.at(2_000).close();
    expect(text()).toBe(`\
support 0–2000 webrtc ended user_initiated
  agent 200–1000 "Hello." speech S1
    200 agent_speech_start
    1000 agent_speech_end`);
  });

  it('V124 is none where the agent only listens, thinks, or has nothing to do', () => {
    const { session, text } = attachedCall();
    session.at(10).agent('listening').agent('idle').agent('thinking').agent('listening');
    session.at(20).close();
    expect(text()).toBe('support 0–20 webrtc ended user_initiated');
  });

  it('V31, V41, V112 has a time to first audio on the monotonic clock, whatever the wall clock does', () => {
    const { session, trace, clock } = attachedCall();
    session.at(1_000).user('speaking');
    session.at(2_000).user('listening').final('Hello');
    clock.setBack(3_600_000);
    const reply = session.at(2_500).speech('S1');
    session.agent('speaking', reply);
    session.at(3_000).agent('listening').close();
    expect(timesToFirstAudio(trace())).toEqual([500]);
    expect(trace().spans.map(({ durationMs }) => durationMs)).toEqual([3_000, 1_000, 500]);
  });

  it('V42 that nobody asked for has no time to first audio, after noise as after silence', () => {
    const { session, trace } = attachedCall();
    const first = asked(session, { text: 'Hello', from: 1_000, until: 2_000, speechId: 'S1' });
    answered(session, first, { text: 'Hi.', from: 2_500, until: 3_000 });
    const second = session.at(60_000).speech('S2', 'say');
    answered(session, second, { text: 'Are you there?', from: 60_100, until: 61_000 });
    session.at(70_000).user('speaking');
    session.at(70_300).user('listening');
    const third = session.at(90_000).speech('S3', 'say');
    answered(session, third, { text: 'Hello?', from: 90_100, until: 91_000 });
    session.at(92_000).close();
    expect(timesToFirstAudio(trace())).toEqual([500, null, null]);
  });

  it('V127 takes its interrupted words when the next reply is being made', () => {
    const { session, text } = attachedCall(models);
    const first = asked(session, { text: 'Hello', from: 1_000, until: 2_000, speechId: 'S1' });
    session.at(2_500).agent('speaking');
    session.at(3_000).user('speaking');
    session.at(3_200).agent('listening');
    session.at(4_000).user('listening').final('Stop');
    const second = accepted(session, { text: 'Stop', at: 4_010, speechId: 'S2' });
    session.at(4_020).said('assistant', 'Well, let', { interrupted: true });
    first.finish({ interrupted: true });
    answered(session, second, { text: 'Sure.', from: 4_500, until: 5_000 });
    session.at(6_000).close();
    expect(text()).toContain('  agent 2500–3200 "Well, let" speech S1 ttfa 500 interrupted');
    expect(text()).toContain('  agent 4500–5000 "Sure." speech S2 ttfa 500 $');
  });

  it('that LiveKit never settles ends where the next is heard, or with the call', () => {
    const { session, text } = attachedCall();
    const lost = asked(session, { text: 'Hello', from: 1_000, until: 2_000, speechId: 'S1' });
    session.at(2_500).agent('speaking', lost);
    session.at(3_000).agent('listening');
    const second = session.at(3_900).speech('S2');
    session.at(4_000).agent('speaking', second);
    const third = session.at(4_900).speech('S3');
    session.at(5_000).agent('speaking', third);
    session.at(6_000).close();
    const turns = text()
      .split('\n')
      .filter((line) => line.startsWith('  agent'));
    expect(turns).toEqual([
      '  agent 2500–3000 speech S1 ttfa 500',
      '  agent 4000–5000 speech S2',
      '  agent 5000–6000 speech S3',
    ]);
  });
});

describe('what belongs to no turn', () => {
  it('V135, V137 is left out without a word: other metrics, other items, other events', () => {
    const { session, text, log } = attachedCall();
    session.handoff('support');
    session.measured({ type: 'vad_metrics', label: 'silero.VAD', inferenceCount: 32 });
    session.measured({ type: 'eot_inference_metrics', totalDuration: 3 });
    session.measured({ type: 'avatar_metrics', playbackLatencyMs: 3 });
    session.tell('conversation_item_added', { item: { type: 'agent_config_update' } });
    session.tell('overlapping_speech', { isInterruption: true, speechInput: new Int16Array(8) });
    session.tell('session_usage_updated', { usage: { modelUsage: [] } });
    session.tell('eot_prediction', { probability: 0.9 });
    session.at(100).measured(eouMetrics('S1')).close();
    expect(text()).toBe('support 0–100 webrtc ended user_initiated');
    expect(log.lines).toEqual([]);
  });

  it('V36 is not lost: numbers of speeches that nobody has heard of, and tools', () => {
    const { session, text } = attachedCall();
    session.at(200).measured(llmMetrics('S0', { completionTokens: 0 }));
    session.at(300).tools({ name: 'warm_up', from: 100, until: 250 });
    session.at(5_000).measured(sttMetrics(5_000));
    session.at(6_000).close();
    expect(text()).toBe(`\
support 0–6000 webrtc ended user_initiated $0.000428
  stt 0–6000 deepgram/nova-3 audio_duration_ms=5000 $0.0004
  tool:warm_up 100–250  → "done" tool_call_id="call_0"
  llm 115–200 openai/gpt-4.1-mini prompt_tokens=100 completion_tokens=0 cached_tokens=40 ttft_ms=60 tokens_per_second=235 $0.000028`);
  });

  it('V40 ends with the call: turns that are open, and the call with the reason that LiveKit gives', () => {
    const { session, trace, text } = attachedCall();
    session.at(100).agent('speaking', session.speech('S1', 'say'));
    session.at(300).user('speaking');
    session.at(500).close('participant_disconnected');
    expect(text()).toBe(`\
support 0–500 webrtc ended participant_disconnected
  agent 100–500 speech S1
    100 agent_speech_start
    500 agent_speech_end
  user 300–500
    300 user_speech_start
    500 user_speech_end`);
    expect(trace()).toMatchObject({ outcome: 'ok', level: 'DEFAULT', kind: 'voice' });
  });
});
