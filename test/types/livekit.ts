/** What must and must not compile. Nothing here runs: `npm run check` type-checks it. */
import type { JobContext, voice } from '@livekit/agents';
import type { Room } from '@livekit/rtc-node';
import { createTracer, InMemoryTraceExporter, type FlushResult, type Tracer } from 'clew';
import { VoiceObservability, type AttachOptions, type LiveKitSession } from 'clew/livekit';
import type { VoiceSession } from 'clew/voice';

type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** Compiles only for `true`. */
function check<_Proof extends true>(): void {}

declare const session: voice.AgentSession;
declare const sessionOfOwnData: voice.AgentSession<{ a: number }>;
declare const job: JobContext;
declare const room: Room;

// With the tracer that `init` made, a tracer, or what one is made of.
const observability = new VoiceObservability();
void new VoiceObservability({ tracer: createTracer({ mode: 'memory' }) });
void new VoiceObservability({ exporter: new InMemoryTraceExporter(), audio: { folder: '/tmp' } });
void new VoiceObservability({ mode: 'prod', baseUrl: 'https://example.org', token: 'clew_1', audio: false });
// @ts-expect-error -- a tracer is an object
void new VoiceObservability({ tracer: 'mine' });
// @ts-expect-error -- no such option
void new VoiceObservability({ apiKey: 'vo_1' });

// LiveKit's own sessions, without a cast, whatever data they carry.
const call = observability.attach(session, { agentId: 'support' });
check<Same<typeof call, VoiceSession | undefined>>();
observability.attach(sessionOfOwnData, { agentId: 'support' });
check<typeof session extends LiveKitSession ? true : false>();
check<typeof sessionOfOwnData extends LiveKitSession ? true : false>();

// V8–V16: the agent's name, and whatever else is known.
const everything: AttachOptions = {
  agentId: 'support',
  agentVersion: 'v12',
  tenantId: 7,
  roomId: 'room-1',
  userId: 'user_42',
  externalSessionId: 'ext-1',
  sttModel: 'deepgram/nova-3',
  llmModel: 'openai/gpt-4.1-mini',
  ttsModel: 'cartesia/sonic-2',
  transport: 'webrtc',
  session: { id: 'conv_1', name: 'A call' },
  tags: ['prod'],
  metadata: { campaign: 'winter' },
  room,
  job,
};
observability.attach(session, everything);
// @ts-expect-error -- the agent's name is required
observability.attach(session, {});
// @ts-expect-error -- and so are the options
observability.attach(session);
// @ts-expect-error -- a hint is a text
observability.attach(session, { agentId: 'support', sttModel: { provider: 'deepgram', model: 'nova-3' } });
// @ts-expect-error -- a call begins when it is attached to
observability.attach(session, { agentId: 'support', startedAt: 0 });
// @ts-expect-error -- no such option
observability.attach(session, { agentId: 'support', sttmodel: 'deepgram/nova-3' });
// @ts-expect-error -- a job is one that can be waited for
observability.attach(session, { agentId: 'support', job: {} });

// What is no session.
// @ts-expect-error -- nothing
observability.attach(null, { agentId: 'support' });
// @ts-expect-error -- an object without events
observability.attach({}, { agentId: 'support' });
// @ts-expect-error -- a name
observability.attach('session', { agentId: 'support' });
// @ts-expect-error -- the agent, of which a session may have several
observability.attach(session.currentAgent, { agentId: 'support' });
// @ts-expect-error -- something that can be listened to, and not be left alone again
observability.attach({ on: () => {} }, { agentId: 'support' });

check<Same<ReturnType<typeof observability.shutdown>, Promise<FlushResult>>>();
check<Same<typeof observability.tracer, Tracer>>();
check<Same<typeof observability.sessions, readonly VoiceSession[]>>();
