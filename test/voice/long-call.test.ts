import { createTracer, InMemoryTraceExporter, type Limits } from 'clew';
import { readTrace } from 'clew/store';
import { VoiceClient } from 'clew/voice';
import { describe, expect, it } from 'vitest';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { only } from '../flows/recording.ts';

const turnMs = 3_600;

/** Two hours: 2,000 turns of four stages each. */
function talk(limits: Partial<Limits> = {}): {
  memory: InMemoryTraceExporter;
  log: RecordingLogger;
  client: VoiceClient;
} {
  const memory = new InMemoryTraceExporter();
  const log = new RecordingLogger();
  const client = new VoiceClient({ tracer: createTracer({ exporter: memory, logger: log, limits }) });
  const session = client.startSession({ agentId: 'support_v3', startedAt: 0 });
  for (let n = 0; n < 1_000; n += 1) {
    const startedAt = n * 2 * turnMs;
    session.userTurn({ startedAt }, (turn) => {
      for (const kind of ['vad', 'stt', 'nlu', 'dialogue_management'] as const) {
        const stage = turn.stage(kind, { startedAt });
        stage.setPayload({ costUsd: 0.001 });
        stage.end({ endedAt: startedAt + 100 });
      }
      turn.setTranscript(`question ${n}`);
      turn.end({ endedAt: startedAt + turnMs });
    });
    const answeredAt = startedAt + turnMs + (n % 100) * 10;
    session.agentTurn({ startedAt: answeredAt }, (turn) => {
      for (const kind of ['llm', 'api_call', 'llm', 'tts'] as const) {
        const stage = turn.stage(kind, { startedAt: answeredAt });
        stage.setPayload({ costUsd: 0.001 });
        stage.end({ endedAt: answeredAt + 100 });
      }
      turn.setTranscript(`answer ${n}`);
      turn.end({ endedAt: startedAt + turnMs * 2 });
    });
  }
  expect(session.turns).toHaveLength(1_000);
  void session.end({ endedAt: 2_000 * turnMs });
  return { memory, log, client };
}

describe('a call of two hours, with 2,000 turns of four stages each', () => {
  it('is one record, whole where the limit allows it', () => {
    const { memory, log } = talk({ traceSpans: 20_000 });
    const trace = only(memory.traces);
    expect(trace).toMatchObject({ durationMs: 7_200_000, droppedSpans: 0 });
    expect(trace.spans).toHaveLength(10_001);
    expect(trace.voice?.rollup).toMatchObject({
      userTurns: 1_000,
      agentTurns: 1_000,
      ttfaMs: { p50: 490, p95: 940, n: 1_000 },
      costUsd: { stt: 1, llm: 2, tts: 1, other: 4, total: 8 },
    });
    expect(trace.costUsd).toBeCloseTo(8, 6);
    expect(log.lines).toEqual([]);
    expect(readTrace(trace.text())?.text()).toBe(trace.text());
  });

  it('keeps within the bounds of a trace: the oldest spans go, counted, with one warning [V111]', () => {
    const { memory, log, client } = talk();
    const trace = only(memory.traces);
    expect(trace.spans).toHaveLength(10_000);
    expect(trace.droppedSpans).toBe(1);
    expect(trace.spans.at(-1)?.name).toBe('tts');
    expect(log.codes).toEqual(['warn trace-spans']);
    expect(client.tracer.stats().spans).toMatchObject({ droppedSpans: 1, openTraces: 0 });
  });

  it('keeps within the bounds of a span, however much is said in a turn', async () => {
    const memory = new InMemoryTraceExporter();
    const client = new VoiceClient({ tracer: createTracer({ exporter: memory, logger: new RecordingLogger() }) });
    const session = client.startSession({ agentId: 'support_v3' });
    const text = 'ten bytes '.repeat(100_000);
    session.agentTurn((turn) => {
      turn.stage('llm', (stage) => stage.setPayload({ prompt: text, completion: text }));
      for (let n = 0; n < 2_000; n += 1) turn.event('word', { n });
      turn.setTranscript(text);
    });
    await session.end({ reason: text });
    const trace = only(memory.traces);
    expect(trace.text().length).toBeLessThan(262_144);
    expect(trace.spans[1]?.events).toHaveLength(1_000);
    expect(trace.voice?.rollup).toMatchObject({ agentTurns: 1 });
  });

  it('takes words for its last thousand turns, and none for older ones', () => {
    const memory = new InMemoryTraceExporter();
    const session = new VoiceClient({ exporter: memory }).startSession({ agentId: 'support_v3', startedAt: 0 });
    const all = Array.from({ length: 1_200 }, (_, n) => session.agentTurn({ startedAt: n }));
    for (const turn of all) turn.end({ endedAt: 2_000 });
    for (const { turnId } of all) session.userTurn((user) => user.markInterrupted({ byTurnId: turnId }));
    void session.end();
    const { spans, voice } = only(memory.traces);
    expect(voice?.rollup.interruptions).toBe(1_200);
    const interrupted = spans.filter((span) => span.voice !== null && 'role' in span.voice && span.voice.interrupted);
    expect(interrupted.length).toBeLessThanOrEqual(1_000);
  });
});
