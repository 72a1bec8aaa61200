import type { TraceRecord } from 'clew';
import { VoiceClient, type Turn, type VoiceSession } from 'clew/voice';
import { describe, expect, it } from 'vitest';
import { only, startRecording } from '../../flows/recording.ts';
import { attachedCall } from './attached-call.ts';
import { callText } from './call-text.ts';
import type { FakeSession } from './fake-session.ts';
import { HandClock } from './hand-clock.ts';
import { eouMetrics, llmMetrics, sttMetrics, ttsMetrics } from './metrics.ts';
import { models } from './scenes.ts';

/** As LiveKit tells of it. */
function tellByEvents(session: FakeSession): void {
  session.at(20).agent('listening');
  const greeting = session.at(30).speech('S1', 'say');
  session.at(250).agent('speaking', greeting);
  session.at(290).measured(ttsMetrics('S1'));
  session.at(1_350).said('assistant', 'Hello, how can I help?').agent('listening');
  greeting.finish();

  session.at(1_749).user('speaking');
  session.at(3_190).user('listening');
  session.at(3_209).final('What is the weather in Paris', 'en');
  const weather = session.at(3_210).speech('S2');
  session.at(3_215).measured(eouMetrics('S2'));
  session.said('user', 'What is the weather in Paris', { transcriptConfidence: 0.97 }).agent('thinking', weather);
  session.at(3_300).measured(llmMetrics('S2'));
  session.at(3_452).tools({ name: 'get_weather', args: '{"city":"Paris"}', output: '19', from: 3_300, until: 3_451 });
  session.at(3_623).measured(llmMetrics('S2'));
  session.at(3_715).agent('speaking').measured(ttsMetrics('S2'));
  session.at(5_000).measured(sttMetrics(5_000));
  session.at(5_200).user('speaking');
  session.at(5_438).agent('listening');
  session.at(6_100).user('listening');
  session.at(6_120).final('Stop', 'en');
  const sorry = session.at(6_125).speech('S3');
  session.measured(eouMetrics('S3')).said('user', 'Stop', { transcriptConfidence: 0.9 }).agent('thinking', sorry);
  session
    .at(6_140)
    .said('assistant', 'Nineteen', { speech: weather, interrupted: true, metrics: { e2eLatency: 0.825 } });
  weather.finish({ interrupted: true });

  session.at(6_300).measured(llmMetrics('S3'));
  session.at(6_500).agent('speaking').measured(ttsMetrics('S3'));
  session.at(7_000).user('speaking');
  session.at(7_240).agent('listening');
  session.at(7_500).user('listening');
  session.at(8_200).agent('speaking').falseInterruption();
  session
    .at(9_000)
    .said('assistant', 'I am quiet.', { speech: sorry, metrics: { e2eLatency: 0.7 } })
    .agent('listening');
  sorry.finish();
  session.at(9_500).close();
}

type Stages = Turn | VoiceSession;

function think(turn: Stages, endedAt: number): void {
  const llm = turn.stage('llm', { provider: 'openai', model: 'gpt-4.1-mini', startedAt: endedAt - 85 });
  llm.setPayload({ promptTokens: 100, completionTokens: 20, cachedTokens: 40, ttftMs: 60, tokensPerSecond: 235 });
  llm.end({ endedAt });
}

function speak(turn: Stages, endedAt: number): void {
  const tts = turn.stage('tts', { provider: 'cartesia', model: 'sonic-2', startedAt: endedAt - 130 });
  tts.setPayload({ characters: 40, audioDurationMs: 4_200, ttfbMs: 90 });
  tts.end({ endedAt });
}

interface Recognised {
  readonly text: string;
  readonly from: number;
  readonly heardAt: number;
  readonly acceptedAt: number;
  readonly confidence: number;
  readonly audioDurationMs?: number;
}

/** The user's side: what was heard, and how long it was waited for more. */
function hear(turn: Turn, { text, from, heardAt, acceptedAt, confidence, audioDurationMs }: Recognised): void {
  const stt = turn.stage('stt', { provider: 'deepgram', model: 'nova-3', startedAt: from });
  stt.setPayload({ requestDurationMs: 319, ...(audioDurationMs !== undefined && { audioDurationMs }) });
  stt.setPayload({ finalTranscript: text, finalConfidence: confidence, language: 'en' });
  stt.end({ endedAt: heardAt });
  const vad = turn.stage('vad', { startedAt: acceptedAt - 25 });
  vad.setPayload({ endOfUtteranceDelayMs: 325 });
  vad.end({ endedAt: acceptedAt });
  turn.setTranscript(text, { confidence, language: 'en' });
}

/** The same call, told by hand as one would without LiveKit. */
function tellByHand(session: VoiceSession): void {
  const greeting = session.agentTurn({ startedAt: 250, speechId: 'S1', isReply: false });
  speak(greeting, 290);
  greeting.setTranscript('Hello, how can I help?');
  greeting.end({ endedAt: 1_350 });

  const question = session.userTurn({ startedAt: 1_749 });
  question.markSpeechEnd(3_190);
  hear(question, {
    text: 'What is the weather in Paris',
    from: 1_749,
    heardAt: 3_209,
    acceptedAt: 3_215,
    confidence: 0.97,
    audioDurationMs: 5_000,
  });
  question.end({ endedAt: 3_190 });

  const weather = session.agentTurn({ startedAt: 3_715, speechId: 'S2' });
  weather.markSpeechStart(3_715);
  think(weather, 3_300);
  const metadata = { tool_call_id: 'call_0' };
  const tool = { kind: 'tool', startedAt: 3_300, input: { city: 'Paris' }, metadata } as const;
  weather.span.span('tool:get_weather', tool).end({ output: 19, endedAt: 3_451 });
  think(weather, 3_623);
  speak(weather, 3_715);
  weather.setTranscript('Nineteen');
  weather.setEndToEndLatency(825);
  weather.end({ endedAt: 5_438 });

  const stop = session.userTurn({ startedAt: 5_200 });
  const broken = { agent_turn_id: weather.turnId, interrupt_latency_ms: 238 };
  stop.markInterrupted({ byTurnId: weather.turnId, interruptLatencyMs: 238 });
  stop.event('barge_in', broken, 'DEFAULT', 5_438);
  stop.markSpeechEnd(6_100);
  hear(stop, { text: 'Stop', from: 5_200, heardAt: 6_120, acceptedAt: 6_125, confidence: 0.9 });
  stop.end({ endedAt: 6_100 });

  const sorry = session.agentTurn({ startedAt: 6_500, speechId: 'S3' });
  sorry.markSpeechStart(6_500);
  think(sorry, 6_300);
  speak(sorry, 6_500);
  const noise = session.userTurn({ startedAt: 7_000 });
  noise.end({ endedAt: 7_500 });
  sorry.event('failed_interrupt', { user_turn_id: noise.turnId, resumed: true }, 'DEFAULT', 8_200);
  sorry.setTranscript('I am quiet.');
  sorry.setEndToEndLatency(700);
  sorry.end({ endedAt: 9_000 });
  void session.end({ reason: 'user_initiated', endedAt: 9_500 });
}

/** What goes over the wire, with ids by the order of what they name: times, durations and costs are kept. */
function wireOf(trace: TraceRecord): unknown {
  const named = [trace.traceId, ...trace.spans.map(({ spanId }) => spanId)];
  const text = named.reduce((wire, id, at) => wire.replaceAll(id, `<${at}>`), trace.text());
  const wire: unknown = JSON.parse(text);
  return wire;
}

describe('the same call by either path', () => {
  it('V2–V5 is the same record, to the last time and cent', () => {
    const attached = attachedCall(models);
    tellByEvents(attached.session);
    const told = attached.trace();
    expect(told.voice?.rollup).toMatchObject({ userTurns: 3, agentTurns: 3, interruptions: 1, failedInterrupts: 1 });

    const clock = new HandClock();
    const { tracer, memory } = startRecording();
    const client = new VoiceClient({ tracer });
    const session = client.startSession({ agentId: 'support', transport: 'webrtc', startedAt: 0 });
    clock.set(9_500);
    tellByHand(session);
    expect(callText(only(memory.traces))).toBe(callText(told));
    expect(wireOf(only(memory.traces))).toEqual(wireOf(told));
  });
});
