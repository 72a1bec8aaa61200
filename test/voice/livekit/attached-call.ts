import type { InMemoryTraceExporter, TraceRecord, TracerOptions } from 'clew';
import { VoiceObservability, type AttachOptions, type LiveKitSession } from 'clew/livekit';
import type { VoiceSession } from 'clew/voice';
import type { RecordingLogger } from '../../fixtures/recording-logger.ts';
import { only, startRecording } from '../../flows/recording.ts';
import { callText } from './call-text.ts';
import { createSession, type FakeSession } from './fake-session.ts';
import { HandClock } from './hand-clock.ts';

/** A session that is listened to since 0 ms, and nothing else. */
export interface AttachedCall {
  readonly clock: HandClock;
  readonly session: FakeSession & LiveKitSession;
  readonly observability: VoiceObservability;
  readonly memory: InMemoryTraceExporter;
  readonly log: RecordingLogger;
  readonly call: VoiceSession;
  /** The one call that has ended. */
  trace(): TraceRecord;
  text(): string;
}

export interface AttachedOptions extends Partial<AttachOptions> {
  /** Done to the session before anybody listens to it. */
  readonly before?: (session: FakeSession) => void;
  readonly tracer?: TracerOptions;
}

export function attachedCall({ before, tracer: options, ...rest }: AttachedOptions = {}): AttachedCall {
  const clock = new HandClock();
  const { tracer, memory, log } = startRecording(options);
  const session = createSession(clock);
  before?.(session);
  const observability = new VoiceObservability({ tracer });
  const call = observability.attach(session, { agentId: 'support', ...rest });
  if (call === undefined) throw new Error('a session is listened to');
  const trace = (): TraceRecord => only(memory.traces);
  return { clock, session, observability, memory, log, call, trace, text: () => callText(trace()) };
}
