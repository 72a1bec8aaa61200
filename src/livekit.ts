export type { LiveKitJob, LiveKitRoom, LiveKitSession } from './voice/livekit/livekit-session.ts';
export type { AttachOptions } from './voice/livekit/attach-options.ts';
export { VoiceObservability } from './voice/livekit/voice-observability.ts';
export type { VoiceOptions } from './voice/client.ts';
