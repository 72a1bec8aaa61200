/** What must and must not compile. Nothing here runs: `npm run check` type-checks it. */
import { createTracer, type EndResult, type FlushResult } from 'clew';
import {
  agentTurn,
  type currentSession,
  type currentTurn,
  stage,
  type startSession,
  turn,
  userTurn,
  VoiceClient,
  type LlmPayload,
  type Message,
  type Stage,
  type StageKind,
  type Turn,
  type VoiceSession,
} from 'clew/voice';

type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** Compiles only for `true`. */
function check<_Proof extends true>(): void {}

const client = new VoiceClient({ tracer: createTracer({ mode: 'memory' }) });
const session = client.startSession({
  agentId: 'support_v3',
  agentVersion: 'v7',
  transport: 'webrtc',
  userId: 'user_42',
  externalSessionId: 'my-call-id-abc',
  tenantId: 7,
  session: { id: 'conv_1', name: 'Login' },
});
check<Same<typeof session, VoiceSession>>();
check<Same<ReturnType<typeof startSession>, VoiceSession>>();
check<Same<ReturnType<typeof currentSession>, VoiceSession | undefined>>();
check<Same<ReturnType<typeof currentTurn>, Turn | undefined>>();

// Without a body there is a handle; with one there is what the body gives.
const handle = session.userTurn({ speechId: 's' });
check<Same<typeof handle, Turn>>();
const sync = session.agentTurn((open) => open.turnId.length);
check<Same<typeof sync, number>>();
const later = session.agentTurn({ isReply: false }, async (open) => open.transcript);
check<Same<typeof later, Promise<string | null>>>();
const stt = handle.stage('stt', { provider: 'deepgram', model: 'nova-3' });
check<Same<typeof stt, Stage<'stt'>>>();
const heard = handle.stage('stt', (open) => open.span.name);
check<Same<typeof heard, string>>();
const asked = handle.stage('llm', { model: 'm', responseId: undefined }, async () => 42);
check<Same<typeof asked, Promise<number>>>();
const warm = session.stage('vad');
check<Same<typeof warm, Stage<'vad'>>>();
const ran = handle.run(async () => 1);
check<Same<typeof ran, Promise<number>>>();
check<Same<ReturnType<VoiceSession['end']>, Promise<EndResult>>>();
check<Same<ReturnType<VoiceClient['shutdown']>, Promise<FlushResult>>>();
check<Same<StageKind, 'stt' | 'llm' | 'tts' | 'vad' | 'nlu' | 'dialogue_management' | 'api_call'>>();

// Handles end with `using`.
{
  using open = session.userTurn();
  using step = open.stage('llm');
  step.setPayload({ promptTokens: 420, completionTokens: 80, costUsd: null });
}
const message: Message = { role: 'user', content: "I can't log in" };
const payload: LlmPayload = { prompt: [message], completion: 'Let me help.', ttftMs: 320 };
handle.stage('llm').setPayload(payload);
handle.stage('tts').setPayload({ textInput: 'hi', audioBytes: 18_000, ttfbMs: 140, voiceId: 'v' });
handle.stage('vad').setPayload({ probability: 0.5 });
handle.stage('nlu').setPayload({ intent: 'refund', entities: { id: 7 } });
handle.stage('dialogue_management').setPayload({ state: 'open', action: 'ask' });
handle.stage('api_call').setPayload({ method: 'GET', statusCode: 200 });
handle.markInterrupted({ byTurnId: session.agentTurn().turnId, interruptLatencyMs: 180 });
handle.event('guardrail:toxicity', { flagged: false, score: 0.04 }, 'WARNING');
session.setTransportQuality({ mosScore: 4.2, packetLossPct: 0.3, jitterMs: 18 });

// @ts-expect-error -- the agent must be named
client.startSession({ transport: 'webrtc' });
// @ts-expect-error -- options are required
client.startSession();
// @ts-expect-error -- the wire's name, not ours
client.startSession({ agent_id: 'support_v3' });
// @ts-expect-error -- no such kind of stage
handle.stage('asr');
// @ts-expect-error -- no such kind of stage
session.stage('thinking');
// @ts-expect-error -- the payload of another kind
stt.setPayload({ promptTokens: 5 });
// @ts-expect-error -- the payload of another kind
handle.stage('llm', (open) => open.setPayload({ audioBytes: 5 }));
// @ts-expect-error -- no such field
stt.setPayload({ finalTranscrpt: 'hello' });
// @ts-expect-error -- milliseconds are a number
stt.setPayload({ audioDurationMs: '2400' });
// @ts-expect-error -- a message has a role
handle.stage('llm').setPayload({ prompt: [{ content: 'hello' }] });
// @ts-expect-error -- a turn must be named
handle.markInterrupted({ interruptLatencyMs: 180 });
// @ts-expect-error -- a transcript is a text
handle.setTranscript(7);
// @ts-expect-error -- no such number
session.setTransportQuality({ mos: 4.2 });
// @ts-expect-error -- no such option
new VoiceClient({ api_key: 'vo_1' });
// @ts-expect-error -- it is read only
handle.transcript = 'hello';
// @ts-expect-error -- a turn is somebody's
handle.role = 'agent';

export class Receptionist {
  @userTurn
  hear(text: string): string {
    return text;
  }

  @agentTurn()
  async *answer(): AsyncGenerator<string> {
    yield 'hello';
  }

  @agentTurn({ metadata: { tone: 'warm' }, redact: ['secret'], includeInput: false })
  secret(secret: string): string {
    return secret;
  }

  @turn('user', { includeOutput: false })
  static nod(): void {}

  @stage('stt', { provider: 'deepgram', model: 'nova-3' })
  transcribe<Value>(value: Value): Value {
    return value;
  }

  // @ts-expect-error -- no such kind of stage
  @stage('asr')
  wrongKind(): void {}

  // @ts-expect-error -- nobody's turn
  @turn('nobody')
  wrongRole(): void {}

  // @ts-expect-error -- no such option
  @userTurn({ provider: 'deepgram' })
  wrongOption(): void {}

  // @ts-expect-error -- no such option
  @stage('llm', { modell: 'm' })
  wrongStageOption(): void {}
}

// The types of members are untouched.
const receptionist = new Receptionist();
const kept: 'a' = receptionist.transcribe('a');
const stream: AsyncGenerator<string> = receptionist.answer();
void [kept, stream];
// @ts-expect-error -- a number is no text
receptionist.hear(1);

// @ts-expect-error -- not on a class
@userTurn
export class OnClass {}
