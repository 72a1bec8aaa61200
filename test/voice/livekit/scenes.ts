import type { FakeSession, FakeSpeech } from './fake-session.ts';
import { eouMetrics, llmMetrics, ttsMetrics } from './metrics.ts';

export interface Question {
  readonly text: string;
  /** When the user begins to speak, and when the user has spoken. */
  readonly from: number;
  readonly until: number;
  /** The speech that answers it. */
  readonly speechId: string;
}

/** The user has asked, and 25 ms after the end of it the agent begins to think. */
export function asked(session: FakeSession, { text, from, until, speechId }: Question): FakeSpeech {
  session.at(from).user('speaking');
  session.at(until).user('listening');
  session.at(until + 20).final(text);
  return accepted(session, { text, at: until + 25, speechId });
}

/** What the user has said is taken for a whole, and is to be answered. */
export function accepted(
  session: FakeSession,
  { text, at, speechId }: { readonly text: string; readonly at: number; readonly speechId: string },
): FakeSpeech {
  const speech = session.at(at).speech(speechId);
  session.measured(eouMetrics(speechId)).said('user', text).agent('thinking', speech);
  return speech;
}

/** A story is asked for from 1,000 to 2,000 ms, and is heard from 2,500 ms on. */
export function storyBegun(session: FakeSession): FakeSpeech {
  session.at(20).agent('listening');
  const story = asked(session, { text: 'Tell me a story', from: 1_000, until: 2_000, speechId: 'S1' });
  session.at(2_200).measured(llmMetrics('S1'));
  session.at(2_500).agent('speaking');
  session.at(2_550).measured(ttsMetrics('S1'));
  return story;
}

export const once = 'Once upon a time there was a very small robot.';

/** What was heard to its end. */
export function storyTold(session: FakeSession, story: FakeSpeech, at: number): void {
  session.at(at).said('assistant', once, { speech: story }).agent('listening');
  story.finish();
}

export interface Answer {
  readonly text: string;
  readonly from: number;
  readonly until: number;
}

/** What the agent thinks of is heard to its end. */
export function answered(session: FakeSession, speech: FakeSpeech, { text, from, until }: Answer): void {
  session.at(from - 100).measured(llmMetrics(speech.id));
  session.at(from).agent('speaking', speech);
  session.at(from + 40).measured(ttsMetrics(speech.id));
  session.at(until).said('assistant', text, { speech }).agent('listening');
  speech.finish();
}

/** What `storyBegun` is told as in the text of a call. */
export const storyAsked = `\
  user 1000–2000 "Tell me a story"
    1000 user_speech_start
    2000 user_speech_end
    stt 1000–2020 deepgram/nova-3 request_duration_ms=319 final_transcript="Tell me a story"
    vad 2000–2025 end_of_utterance_delay_ms=325`;

/** What `llmMetrics` and `ttsMetrics` are told as. */
export const thought =
  'openai/gpt-4.1-mini prompt_tokens=100 completion_tokens=20 cached_tokens=40 ttft_ms=60 tokens_per_second=235 $0.00006';
export const spoken = 'cartesia/sonic-2 characters=40 audio_duration_ms=4200 ttfb_ms=90 $0.002';

/** For sessions that do not know their models. */
export const models = { sttModel: 'deepgram/nova-3', llmModel: 'openai/gpt-4.1-mini', ttsModel: 'cartesia/sonic-2' };
