import type { SpanRecord, TraceRecord } from 'clew';
import { describe, expect, it } from 'vitest';
import { attachedCall } from './attached-call.ts';
import type { FakeSession } from './fake-session.ts';
import { eouMetrics, sttMetrics } from './metrics.ts';

/** What was recognised: for which turn, or for the call as a whole, and how many milliseconds of it. */
function recognised(trace: TraceRecord): readonly (readonly [string, unknown])[] {
  const nameOf = new Map(trace.spans.map(({ spanId, name }) => [spanId, name]));
  const stages = trace.spans.filter(({ kind }) => kind === 'stt');
  return stages.map((stage) => [nameOf.get(stage.parentId ?? '') ?? '', payloadOf(stage)['audio_duration_ms']]);
}

function payloadOf({ voice }: SpanRecord) {
  return voice !== null && 'payload' in voice ? voice.payload : {};
}

function usageOf(...audioDurations: readonly number[]): object {
  const modelUsage = audioDurations.map((audioDurationMs) => ({
    type: 'stt_usage',
    provider: 'Deepgram',
    model: 'nova-3',
    audioDurationMs,
  }));
  return { modelUsage: [{ type: 'llm_usage', inputTokens: 9_000 }, ...modelUsage] };
}

/** The user speaks from 1,000 to 2,000 ms, and the recogniser tells of the second of it. */
function sayHello(session: FakeSession): void {
  session.at(1_000).user('speaking');
  session.at(2_000).user('listening').final('Hello', 'en').measured(eouMetrics('S1'));
  session.said('user', 'Hello', { transcriptConfidence: 0.9 });
  session.at(2_100).measured(sttMetrics(1_000));
}

describe('what was recognised', () => {
  it('V35, V60, C29 is one stage of the turn, with words, confidence, language, delay and cost', () => {
    const { session, text } = attachedCall({ sttModel: 'deepgram/nova-3' });
    sayHello(session);
    session.at(3_000).close();
    expect(text()).toBe(`\
support 0–3000 webrtc ended user_initiated $0.00008
  user 1000–2000 "Hello" sure 0.9 en $0.00008
    1000 user_speech_start
    2000 user_speech_end
    stt 1000–2000 deepgram/nova-3 request_duration_ms=319 audio_duration_ms=1000 final_transcript="Hello" final_confidence=0.9 language="en" $0.00008
    vad 2000–2000 end_of_utterance_delay_ms=325`);
  });

  it('V128, C29 is summed where a long turn is told of every five seconds', () => {
    const { session, trace } = attachedCall();
    session.at(1_000).user('speaking');
    session.at(5_000).measured(sttMetrics(5_000));
    session.at(10_000).measured(sttMetrics(5_000));
    session.at(12_000).user('listening').final('A long story');
    session.at(15_000).measured(sttMetrics(5_000));
    session.at(16_000).close();
    expect(recognised(trace())).toEqual([['user_turn', 15_000]]);
  });

  it('V128 is of the call where it was silence: before the first word, and after a turn that was told of', () => {
    const { session, trace } = attachedCall({ sttModel: 'deepgram/nova-3' });
    session.at(500).measured(sttMetrics(500));
    sayHello(session);
    session.at(7_000).measured(sttMetrics(5_000));
    session.at(12_000).measured(sttMetrics(5_000));
    session.at(13_000).close();
    expect(recognised(trace())).toEqual([
      ['support', 10_500],
      ['user_turn', 1_000],
    ]);
    expect(trace().voice?.rollup.costUsd.stt).toBeCloseTo((11_500 / 3_600_000) * 0.288, 9);
  });

  it('V125 goes to the turn that it was told after, when that is over', () => {
    const { session, trace } = attachedCall();
    session.at(1_000).user('speaking');
    session.at(2_000).user('listening').final('Hello').said('user', 'Hello');
    session.at(2_500).agent('speaking', session.speech('S1'));
    session.at(4_000).measured(sttMetrics(4_000));
    session.at(5_000).close();
    expect(recognised(trace())).toEqual([['user_turn', 4_000]]);
  });

  it('V128 is told of a turn once more after a pause in its sentence', () => {
    const { session, trace } = attachedCall();
    session.at(1_000).user('speaking');
    session.at(2_000).user('listening').final('I would');
    session.at(2_100).measured(sttMetrics(1_000));
    session.at(2_200).user('speaking');
    session.at(3_000).user('listening').final('like two');
    session.at(3_100).measured(sttMetrics(1_500));
    session.at(4_000).close();
    expect(recognised(trace())).toEqual([['user_turn', 2_500]]);
  });

  it('C29 keeps what was never told of but stands in the session’s own account, as it is closed', () => {
    const { session, trace } = attachedCall({ sttModel: 'deepgram/nova-3' });
    sayHello(session);
    session.usage = usageOf(3_000, 500);
    session.at(4_000).close();
    expect(recognised(trace())).toEqual([
      ['support', 2_500],
      ['user_turn', 1_000],
    ]);
    expect(trace().voice?.rollup.costUsd.stt).toBeCloseTo((3_500 / 3_600_000) * 0.288, 9);
  });

  it('C29 counts nothing twice where that account says what the metrics said', () => {
    const { session, trace } = attachedCall();
    sayHello(session);
    session.at(7_000).measured(sttMetrics(5_000));
    session.usage = usageOf(6_000);
    session.at(8_000).close();
    session.measured(sttMetrics(5_000));
    expect(recognised(trace())).toEqual([
      ['support', 5_000],
      ['user_turn', 1_000],
    ]);
  });

  it('C29 believes the metrics where there is no account, or it says less', () => {
    for (const usage of [undefined, null, {}, { modelUsage: 'none' }, usageOf(10)]) {
      const { session, trace } = attachedCall();
      sayHello(session);
      session.usage = usage;
      session.at(4_000).close();
      expect(recognised(trace())).toEqual([['user_turn', 1_000]]);
    }
  });

  it('V33 says what was said and nothing of sounds that were no words', () => {
    const { session, trace } = attachedCall();
    session.at(1_000).user('speaking');
    session.at(1_200).user('listening').interim('').final('');
    session.at(5_000).close();
    expect(recognised(trace())).toEqual([]);
    expect(trace().spans[1]?.voice).toMatchObject({ transcript: null });
  });
});
