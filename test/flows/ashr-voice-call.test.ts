import { createTracer, InMemoryTraceExporter, type TraceRecord } from 'clew';
import { startSession, VoiceClient, type LlmPayload, type SttPayload, type TtsPayload } from 'clew/voice';
import { describe, expect, it } from 'vitest';
import { only, treeOf } from './recording.ts';

const stt: SttPayload = {
  audioDurationMs: 2_400,
  requestDurationMs: 180,
  finalTranscript: "I can't log in",
  finalConfidence: 0.97,
  language: 'en',
  costUsd: 0.0012,
};
const llm: LlmPayload = {
  promptTokens: 420,
  completionTokens: 80,
  ttftMs: 320,
  tokensPerSecond: 72.5,
  prompt: [{ role: 'user', content: "I can't log in" }],
  completion: 'Let me help reset your password.',
  costUsd: 0.0021,
};
const tts: TtsPayload = {
  textInput: 'Let me help reset your password.',
  audioBytes: 18_000,
  audioDurationMs: 1_900,
  ttfbMs: 140,
  voiceId: 'cartesia-en-female-1',
  costUsd: 0.0008,
};

/** The seed's call, as it stands there, at times that are told: it begins at 1,000 and ends at 9,000. */
async function makeCall(memory: InMemoryTraceExporter): Promise<TraceRecord> {
  const client = new VoiceClient({ exporter: memory, token: 'vo_test' });
  const session = client.startSession({
    agentId: 'support_v3',
    transport: 'webrtc',
    userId: 'user_42',
    externalSessionId: 'my-call-id-abc',
    startedAt: 1_000,
  });
  session.userTurn({ startedAt: 2_000 }, (turn) => {
    turn.stage('stt', { provider: 'deepgram', model: 'nova-3', startedAt: 4_300 }, (stage) => {
      stage.setPayload(stt);
      stage.end({ endedAt: 4_480 });
    });
    turn.setTranscript("I can't log in");
    turn.end({ endedAt: 4_500 });
  });
  session.agentTurn({ startedAt: 4_600 }, (turn) => {
    turn.stage('llm', { provider: 'openai', model: 'gpt-4.1-mini', startedAt: 4_600 }, (stage) => {
      stage.setPayload(llm);
      stage.end({ endedAt: 5_700 });
    });
    turn.stage('tts', { provider: 'cartesia', model: 'sonic-2', startedAt: 5_700 }, (stage) => {
      stage.setPayload(tts);
      stage.end({ endedAt: 6_100 });
    });
    turn.setTranscript('Let me help reset your password.');
    turn.end({ endedAt: 8_000 });
  });
  expect(await session.end({ reason: 'user_left', endedAt: 9_000 })).toMatchObject({ ok: true, exported: true });
  expect(await client.shutdown()).toEqual({ sent: 6, dropped: 0, pending: 0, reasons: {} });
  return only(memory.traces);
}

describe('the example of the generic primitives', () => {
  it('V3, V47–V54, V57–V76, V101, V103 is one record with every number of it', async () => {
    const trace = await makeCall(new InMemoryTraceExporter());
    expect(treeOf(trace)).toBe(`\
support_v3
  user_turn
    stt
  agent_turn
    llm
    tts`);
    const [root, userTurn, , agentTurn] = trace.spans.map(({ spanId }) => spanId);
    const cost = { stt: 0.0012, llm: 0.0021, tts: 0.0008, other: 0, total: 0.0041 };
    const turn = { type: 'span', kind: 'turn', outcome: 'ok', usage: null, cost_usd: null };
    const silence = { e2e_latency_ms: null, interrupted: false, interrupts_turn_id: null, interrupt_latency_ms: null };
    expect(trace.toJSON()).toMatchObject({
      name: 'support_v3',
      kind: 'voice',
      user_id: 'user_42',
      session_id: trace.traceId,
      duration_ms: 8_000,
      outcome: 'ok',
      error_count: 0,
      cost_usd: 0.0041,
      unpriced: [],
      usage: { input_tokens: 420, output_tokens: 80, audio_ms: 4_300, characters: 32 },
      voice: {
        status: 'ended',
        end_reason: 'user_left',
        agent_id: 'support_v3',
        agent_version: null,
        transport: 'webrtc',
        room_id: null,
        external_session_id: 'my-call-id-abc',
        transport_quality: null,
        audio: null,
        rollup: {
          user_turns: 1,
          agent_turns: 1,
          interruptions: 0,
          failed_interrupts: 0,
          interrupt_latency_ms: { p50: null, p95: null },
          ttfa_ms: { p50: 1_340, p95: 1_340, n: 1 },
          cost_usd: cost,
        },
      },
      spans: [
        { span_id: root, parent_id: null, kind: 'agent', voice: null, events: [], started_at: 1_000, ended_at: 9_000 },
        {
          ...turn,
          parent_id: root,
          duration_ms: 2_500,
          events: [{ name: 'user_speech_start' }, { name: 'user_speech_end' }],
          voice: {
            ...silence,
            role: 'user',
            transcript: "I can't log in",
            confidence: null,
            language: null,
            ttfa_ms: null,
            speech_id: null,
            cost_usd: 0.0012,
          },
        },
        {
          parent_id: userTurn,
          type: 'generation',
          kind: 'stt',
          duration_ms: 180,
          provider: 'deepgram',
          model: 'nova-3',
          usage: { audio_ms: 2_400 },
          cost_usd: 0.0012,
          voice: {
            payload: {
              audio_duration_ms: 2_400,
              request_duration_ms: 180,
              final_transcript: "I can't log in",
              final_confidence: 0.97,
              language: 'en',
            },
          },
        },
        {
          ...turn,
          parent_id: root,
          duration_ms: 3_400,
          events: [{ name: 'agent_speech_start' }, { name: 'agent_speech_end' }],
          voice: {
            ...silence,
            role: 'agent',
            transcript: 'Let me help reset your password.',
            confidence: null,
            language: null,
            ttfa_ms: 1_340,
            speech_id: null,
            cost_usd: 0.0029,
          },
        },
        {
          parent_id: agentTurn,
          type: 'generation',
          kind: 'llm',
          duration_ms: 1_100,
          provider: 'openai',
          model: 'gpt-4.1-mini',
          usage: { input_tokens: 420, output_tokens: 80 },
          ttft_ms: 320,
          cost_usd: 0.0021,
          voice: {
            payload: {
              prompt_tokens: 420,
              completion_tokens: 80,
              ttft_ms: 320,
              tokens_per_second: 72.5,
              prompt: [{ role: 'user', content: "I can't log in" }],
              completion: 'Let me help reset your password.',
            },
          },
        },
        {
          parent_id: agentTurn,
          type: 'generation',
          kind: 'tts',
          duration_ms: 400,
          provider: 'cartesia',
          model: 'sonic-2',
          usage: { audio_ms: 1_900, characters: 32 },
          ttft_ms: 140,
          cost_usd: 0.0008,
          voice: {
            payload: {
              text_input: 'Let me help reset your password.',
              audio_bytes: 18_000,
              audio_duration_ms: 1_900,
              ttfb_ms: 140,
              voice_id: 'cartesia-en-female-1',
            },
          },
        },
      ],
    });
  });

  it('V1, V99 stands beside traces of text, and is found in the same places', async () => {
    const tracer = createTracer({ mode: 'memory' });
    tracer.trace('text', () => 'done');
    const session = new VoiceClient({ tracer }).startSession({ agentId: 'support_v3', session: 'conv_1' });
    await session.end();
    const [call, text] = (await tracer.store?.last()) ?? [];
    expect([call?.kind, call?.sessionId, call?.voice?.status]).toEqual(['voice', 'conv_1', 'ended']);
    expect(text?.toJSON()).toMatchObject({ kind: 'text', voice: null, spans: [{ voice: null }] });
    expect(await tracer.store?.get(session.traceId)).toBe(call);
  });

  it('needs neither account nor init: without them it is called and recorded nowhere', async () => {
    const session = startSession({ agentId: 'support_v3' });
    expect(session.userTurn((turn) => turn.stage('stt', () => 42))).toBe(42);
    expect(await session.end()).toMatchObject({ ok: true, exported: false });
  });
});
