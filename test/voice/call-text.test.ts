import { createTracer, InMemoryTraceExporter, type TraceRecord } from 'clew';
import { renderCall, VoiceClient, type CallPaint, type VoiceSession } from 'clew/voice';
import { describe, expect, it } from 'vitest';
import { only } from '../flows/recording.ts';

function callOf(play: (session: VoiceSession) => void): TraceRecord {
  const exporter = new InMemoryTraceExporter();
  const client = new VoiceClient({ tracer: createTracer({ exporter }) });
  const session = client.startSession({ agentId: 'support', startedAt: 0 });
  play(session);
  void session.end({ reason: 'user_left', endedAt: 12_000 });
  return only(exporter.traces);
}

function playSupport(session: VoiceSession): void {
  const greeting = session.agentTurn({ startedAt: 100 });
  greeting.setTranscript('Hello.');
  greeting.end({ endedAt: 900 });
  const question = session.userTurn({ startedAt: 1_000 });
  question.setTranscript("I can't log in");
  const stt = question.stage('stt', { provider: 'deepgram', model: 'nova-3', startedAt: 1_000 });
  stt.setPayload({ audioDurationMs: 2_000, costUsd: 0.002 });
  stt.end({ endedAt: 3_200 });
  question.end({ endedAt: 3_000 });
  const answer = session.agentTurn({ startedAt: 3_500 });
  answer.markSpeechStart(3_500);
  answer.setTranscript('Let me see.');
  answer.setEndToEndLatency(800);
  const llm = answer.stage('llm', { provider: 'openai', model: 'gpt-4.1-mini', startedAt: 3_000 });
  llm.setPayload({ promptTokens: 420, completionTokens: 80, ttftMs: 320, costUsd: 0.001 });
  llm.end({ endedAt: 3_400 });
  const tts = answer.stage('tts', { model: 'unheard-of', startedAt: 3_400 });
  tts.setPayload({ textInput: 'Let me see.', ttfbMs: 100 });
  tts.end({ endedAt: 3_800 });
  const stop = session.userTurn({ startedAt: 4_000 });
  stop.markInterrupted({ byTurnId: answer.turnId, interruptLatencyMs: 180 });
  stop.event('barge_in', {}, 'DEFAULT', 4_180);
  stop.end({ endedAt: 5_000 });
  answer.end({ endedAt: 4_180 });
}

describe('a call as text', () => {
  it('V100 is each turn with its words, its length and its stages, and what the call comes to', () => {
    expect(renderCall(callOf(playSupport))).toBe(`\
support  12.0 s  ended: user_left
2 user turns, 2 agent turns   1 interruption (180 ms), 0 failed   TTFA p50 500 ms, p95 500 ms   $0.003: stt $0.002, llm $0.001, tts $0
unpriced: unheard-of

   0.1 s  agent  Hello.  0.8 s

   1.0 s  user   I can't log in  2.0 s
                 ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇  stt   2200 ms  nova-3  $0.002

   3.5 s  agent  Let me see.  0.7 s  TTFA 500 ms  end to end 800 ms  interrupted
                 ▇▇▇▇▇▇▇▇▇▇▇▇············  llm    400 ms  gpt-4.1-mini  first token 320 ms  420 → 80 tokens  $0.001
                 ············▇▇▇▇▇▇▇▇▇▇▇▇  tts    400 ms  unheard-of  first byte 100 ms

   4.0 s  user   (nothing was heard)  1.0 s
   4.2 s         barge_in`);
  });

  it('V88 has stages of every kind, and what belongs to no turn', () => {
    const text = renderCall(
      callOf((session) => {
        session.stage('vad', { startedAt: 10 }).end({ endedAt: 20 });
        session.agentTurn({ startedAt: 30 }).stage('dialogue_management', { startedAt: 30 }).end({ endedAt: 40 });
      }),
    );
    expect(text).toContain('  dialogue_management     10 ms');
    expect(text).toContain('\noutside of turns\n');
    expect(text).toContain('  vad     10 ms');
  });

  it('says what went wrong', () => {
    const text = renderCall(callOf((session) => session.agentTurn({ startedAt: 10 }).end({ error: 'no answer' })));
    expect(text).toContain('                 ERROR: no answer');
  });

  it('is painted by who asks for it, and plain otherwise', () => {
    const mark = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
    const names = ['agent', 'user', 'detail', 'event', 'error'] as const;
    const paint: CallPaint = {
      agent: mark('agent'),
      user: mark('user'),
      detail: mark('detail'),
      event: mark('event'),
      error: mark('error'),
    };
    const text = renderCall(callOf(playSupport), paint);
    for (const name of names.slice(0, 4)) expect(text).toContain(`<${name}>`);
    expect(text.replaceAll(/<\/?\w+>/g, '')).toBe(renderCall(callOf(playSupport)));
  });

  it('cannot paint, move or clear a terminal by what callers say', () => {
    const text = renderCall(
      callOf((session) => {
        session.userTurn((turn) => {
          turn.setTranscript('\u001B[2Jgone\nsecond line');
          turn.event('\u001B[31mred');
          turn.stage('stt', { model: '\u001B[0m' }, (stt) => stt.setPayload({ costUsd: 1 }));
        });
      }),
    );
    expect(text).not.toContain('\u001B');
    expect(text).toContain('gone');
  });

  it('says of a trace that is no call that it is none, and of one that goes on that it does', async () => {
    const exporter = new InMemoryTraceExporter();
    const tracer = createTracer({ exporter });
    tracer.trace('chat', () => 1);
    expect(renderCall(only(exporter.traces))).toBe('(no call)');
    exporter.clear();
    new VoiceClient({ tracer }).startSession({ agentId: 'support' });
    await tracer.shutdown();
    expect(renderCall(only(exporter.traces))).toContain('still active');
  });
});
