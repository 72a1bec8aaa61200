import { msText, numberText, quote } from './wire.ts';
import { isTurn, type CallAudio, type SpanVoice, type TraceVoice, type VoiceRollup } from './voice.ts';

/** The wire text of what a trace has to tell of a call. */
export function callText(voice: TraceVoice | null): string {
  if (voice === null) return 'null';
  const { transportQuality: quality } = voice;
  const qualityText =
    quality === null
      ? 'null'
      : `{"mos_score":${numberText(quality.mosScore)},"packet_loss_pct":${numberText(quality.packetLossPct)},` +
        `"jitter_ms":${numberText(quality.jitterMs)}}`;
  return (
    `{"status":"${voice.status}","end_reason":${quote(voice.endReason)},"agent_id":${quote(voice.agentId)},` +
    `"agent_version":${quote(voice.agentVersion)},"transport":${quote(voice.transport)},` +
    `"room_id":${quote(voice.roomId)},"external_session_id":${quote(voice.externalSessionId)},` +
    `"transport_quality":${qualityText},"audio":${audioText(voice.audio)},"rollup":${rollupText(voice.rollup)}}`
  );
}

function audioText(audio: CallAudio | null): string {
  if (audio === null) return 'null';
  return (
    `{"codec":${quote(audio.codec)},"sample_rate":${numberText(audio.sampleRate)},` +
    `"channels":${numberText(audio.channels)},"duration_ms":${msText(audio.durationMs)},` +
    `"start_offset_ms":${msText(audio.startOffsetMs)},"ref":${quote(audio.ref)},` +
    `"encrypted":${audio.encrypted},"peaks":${quote(audio.peaks)}}`
  );
}

function rollupText(rollup: VoiceRollup): string {
  const { interruptLatencyMs: latency, ttfaMs: ttfa, costUsd: cost } = rollup;
  return (
    `{"user_turns":${rollup.userTurns},"agent_turns":${rollup.agentTurns},"interruptions":${rollup.interruptions},` +
    `"failed_interrupts":${rollup.failedInterrupts},` +
    `"interrupt_latency_ms":{"p50":${msText(latency.p50)},"p95":${msText(latency.p95)}},` +
    `"ttfa_ms":{"p50":${msText(ttfa.p50)},"p95":${msText(ttfa.p95)},"n":${ttfa.n}},` +
    `"cost_usd":{"stt":${numberText(cost.stt)},"llm":${numberText(cost.llm)},"tts":${numberText(cost.tts)},` +
    `"other":${numberText(cost.other)},"total":${numberText(cost.total)}}}`
  );
}

/** The wire text of what a turn or a stage has to tell beside its span. */
export function spanVoiceText(voice: SpanVoice | null): string {
  if (voice === null) return 'null';
  if (!isTurn(voice)) return `{"payload":${voice.payloadText}}`;
  return (
    `{"role":"${voice.role}","transcript":${quote(voice.transcript)},"confidence":${numberText(voice.confidence)},` +
    `"language":${quote(voice.language)},"ttfa_ms":${msText(voice.ttfaMs)},` +
    `"e2e_latency_ms":${msText(voice.e2eLatencyMs)},"interrupted":${voice.interrupted},` +
    `"interrupts_turn_id":${quote(voice.interruptsTurnId)},` +
    `"interrupt_latency_ms":${msText(voice.interruptLatencyMs)},"speech_id":${quote(voice.speechId)},` +
    `"cost_usd":${numberText(voice.costUsd)}}`
  );
}
