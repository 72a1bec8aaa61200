export type { CallAudio, CallVoice, LatencySummary, StageKind, TraceVoice } from './span/voice.ts';
export { StageVoice, type SpanVoice, type TransportQuality } from './span/voice.ts';
export { stageKinds, type TurnRole, type TurnVoice, type VoiceRollup } from './span/voice.ts';
export { startSession, VoiceClient, type VoiceOptions } from './voice/client.ts';
export { currentSession, currentTurn } from './voice/current.ts';
export {
  agentTurn,
  stage,
  turn,
  userTurn,
  type StageDecoratorOptions,
  type TurnDecorator,
  type TurnDecoratorOptions,
} from './voice/decorator.ts';
export type {
  EndTimes,
  Interruption,
  SessionEnd,
  SessionOptions,
  SessionUpdate,
  StageOptions,
  StartTimes,
  TranscriptOptions,
  TransportObservation,
  TurnOptions,
} from './voice/options.ts';
export type {
  ApiCallPayload,
  DialogueManagementPayload,
  LlmPayload,
  Message,
  NluPayload,
  StagePayloads,
  SttPayload,
  TtsPayload,
  VadPayload,
} from './voice/payload.ts';
export { VoiceSession } from './voice/session.ts';
export { Stage } from './voice/stage.ts';
export { Turn } from './voice/turn.ts';
