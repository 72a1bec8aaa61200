import { wellFormedJson } from '../capture/well-formed.ts';
import { isDictionary } from '../base/object.ts';
import {
  StageVoice,
  type CallAudio,
  type LatencySummary,
  type SpanVoice,
  type TraceVoice,
  type TransportQuality,
  type VoiceRollup,
} from './voice.ts';
import { WireFields } from './wire-fields.ts';

/** The `voice` of a trace's wire text; null for what is none. */
export function readCall(value: unknown): TraceVoice | null {
  if (!isDictionary(value)) return null;
  const fields = new WireFields(value);
  return Object.freeze({
    status: fields.text('status') === 'ended' ? 'ended' : 'active',
    endReason: fields.text('end_reason'),
    agentId: fields.text('agent_id') ?? '',
    agentVersion: fields.text('agent_version'),
    transport: fields.text('transport'),
    roomId: fields.text('room_id'),
    externalSessionId: fields.text('external_session_id'),
    transportQuality: readQuality(fields.value('transport_quality')),
    audio: readAudio(fields.value('audio')),
    rollup: readRollup(new WireFields(fields.value('rollup'))),
  });
}

/** The `voice` of a span's wire text: a turn has a role, a stage a payload. */
export function readSpanVoice(value: unknown): SpanVoice | null {
  const fields = new WireFields(value);
  const role = fields.oneOf('role', ['user', 'agent'] as const);
  if (role === undefined) {
    const payload = fields.value('payload');
    return isDictionary(payload) ? new StageVoice(wellFormedJson(JSON.stringify(payload))) : null;
  }
  return Object.freeze({
    role,
    transcript: fields.text('transcript'),
    confidence: fields.number('confidence'),
    language: fields.text('language'),
    ttfaMs: fields.ms('ttfa_ms'),
    e2eLatencyMs: fields.ms('e2e_latency_ms'),
    interrupted: fields.value('interrupted') === true,
    interruptsTurnId: fields.id('interrupts_turn_id'),
    interruptLatencyMs: fields.ms('interrupt_latency_ms'),
    speechId: fields.text('speech_id'),
    costUsd: fields.number('cost_usd'),
  });
}

function readQuality(value: unknown): TransportQuality | null {
  if (!isDictionary(value)) return null;
  const fields = new WireFields(value);
  return Object.freeze({
    mosScore: fields.number('mos_score'),
    packetLossPct: fields.number('packet_loss_pct'),
    jitterMs: fields.number('jitter_ms'),
  });
}

function readAudio(value: unknown): CallAudio | null {
  if (!isDictionary(value)) return null;
  const fields = new WireFields(value);
  return Object.freeze({
    codec: fields.text('codec') ?? '',
    sampleRate: fields.number('sample_rate'),
    channels: fields.number('channels'),
    durationMs: fields.ms('duration_ms'),
    startOffsetMs: fields.ms('start_offset_ms') ?? 0,
    ref: fields.text('ref') ?? '',
    peaks: fields.text('peaks') ?? '',
    encrypted: fields.value('encrypted') === true,
  });
}

function readRollup(fields: WireFields): VoiceRollup {
  const cost = new WireFields(fields.value('cost_usd'));
  const ttfa = new WireFields(fields.value('ttfa_ms'));
  return Object.freeze({
    userTurns: fields.number('user_turns') ?? 0,
    agentTurns: fields.number('agent_turns') ?? 0,
    interruptions: fields.number('interruptions') ?? 0,
    failedInterrupts: fields.number('failed_interrupts') ?? 0,
    interruptLatencyMs: readSummary(new WireFields(fields.value('interrupt_latency_ms'))),
    ttfaMs: Object.freeze({ ...readSummary(ttfa), n: ttfa.number('n') ?? 0 }),
    costUsd: Object.freeze({
      stt: cost.number('stt') ?? 0,
      llm: cost.number('llm') ?? 0,
      tts: cost.number('tts') ?? 0,
      other: cost.number('other') ?? 0,
      total: cost.number('total') ?? 0,
    }),
  });
}

function readSummary(fields: WireFields): LatencySummary {
  return Object.freeze({ p50: fields.ms('p50'), p95: fields.ms('p95') });
}
