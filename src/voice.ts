export { renderCall, type CallPaint } from './span/call-text.ts';
export type { CallAudio, CallVoice, LatencySummary, StageKind, TraceVoice } from './span/voice.ts';
export { StageVoice, type SpanVoice, type TransportQuality } from './span/voice.ts';
export { stageKinds, type TurnRole, type TurnVoice, type VoiceRollup } from './span/voice.ts';
export type { AudioEncoder, EncoderStream } from './voice/audio/audio-encoder.ts';
export type { AudioFrame } from './voice/audio/audio-frame.ts';
export type { AgentAudio, Progress } from './voice/audio/agent-audio.ts';
export type { CallRecorder } from './voice/audio/call-recorder.ts';
export { opusEncoder } from './voice/audio/opus-encoder.ts';
export type { AudioSource, RecordingFactsGiven } from './voice/audio/recording-import.ts';
export {
  measureRecording,
  readRecording,
  type ReadRecordingOptions,
  type RecordingSink,
  type RecordingStream,
} from './voice/audio/recording-reader.ts';
export { parseAudioKey } from './voice/audio/audio-key.ts';
export type { AudioOptions } from './voice/audio-settings.ts';
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
  StepEnd,
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
