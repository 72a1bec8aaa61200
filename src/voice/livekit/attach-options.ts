import type { SessionOptions } from '../options.ts';
import type { LiveKitJob, LiveKitRoom } from './livekit-session.ts';

/** What is known of a call that LiveKit makes (V8–V16). */
export interface AttachOptions extends Omit<SessionOptions, 'startedAt'> {
  /** `provider/model`, for recognisers that do not say which they are (V14). */
  readonly sttModel?: string;
  readonly llmModel?: string;
  readonly ttsModel?: string;
  /** The room, for its name; found in the session where it is not given. */
  readonly room?: LiveKitRoom;
  /** The job, so that the end of its process waits for what is not sent yet. */
  readonly job?: LiveKitJob;
}
