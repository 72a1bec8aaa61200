import type { VoiceSession } from '../session.ts';
import type { Turn } from '../turn.ts';
import type { AgentSpeech, StagePlace } from './agent-speech.ts';
import { AgentSpeeches } from './agent-speeches.ts';
import { Interruptions } from './interruptions.ts';
import { amountIn, listIn, numberIn, textIn, valueIn, type LiveKitSession } from './livekit-session.ts';
import { durationIn, isCancelled, llmPayload, realtimePayload, requestIdIn, ttsPayload } from './metrics.ts';
import { modelNameOf, type ModelHints, type ModelKind, type ModelName } from './model-name.ts';
import { RecognitionAccount } from './recognition-account.ts';
import { readToolCalls, recordToolCalls } from './tool-calls.ts';
import { UserSpeeches } from './user-speeches.ts';

export interface ConversationParts {
  readonly livekit: LiveKitSession;
  readonly session: VoiceSession;
  readonly hints: ModelHints;
  readonly now: () => number;
  /** Runs what LiveKit calls back, so that nothing it throws reaches LiveKit. */
  readonly guarded: (run: () => void) => void;
}

/**
 * Turns LiveKit's events into turns and stages (V29–V40). Its events come in an order of their own: a transcript after
 * the turn, the numbers of a model before its speech, an interrupted message a second after the silence. The speech handle
 * is what they are joined by; the states of user and agent only tell when.
 */
export class Conversation {
  readonly #parts: ConversationParts;
  readonly #users: UserSpeeches;
  readonly #agents: AgentSpeeches;
  readonly #interruptions = new Interruptions();
  readonly #account = new RecognitionAccount();
  #tellsEndOfUtterance = false;
  /** The agent goes on after a pause, and that was told. */
  #isResumeTold = false;
  /** Done without a word, and not cut off. */
  readonly #silent: AgentSpeech[] = [];

  constructor(parts: ConversationParts) {
    this.#parts = parts;
    this.#users = new UserSpeeches(parts.session, (metrics) => this.#modelOf('stt', metrics), parts.now());
    this.#agents = new AgentSpeeches(parts.livekit, parts.session);
  }

  userState(event: unknown): void {
    const now = this.#parts.now();
    const state = textIn(event, 'newState');
    if (state === 'speaking') this.#userSpeaks(now);
    // From `away` back to `listening` nobody has stopped speaking.
    else if (textIn(event, 'oldState') === 'speaking' || state === 'away') this.#users.stop(now);
  }

  agentState(event: unknown): void {
    const now = this.#parts.now();
    if (textIn(event, 'newState') === 'speaking') this.#agentSpeaks(now);
    else if (textIn(event, 'oldState') === 'speaking') this.#agentStops(now, textIn(event, 'newState') === 'thinking');
  }

  transcribed(event: unknown): void {
    if (valueIn(event, 'isFinal') === true) this.#users.transcribed(event, this.#parts.now());
  }

  itemAdded(event: unknown): void {
    const item = valueIn(event, 'item');
    const type = textIn(item, 'type');
    if (type === 'agent_handoff') return this.#handedOver(item);
    // Before items had types they were messages.
    if (type !== undefined && type !== 'message') return;
    const role = textIn(item, 'role');
    if (role === 'user') this.#users.message(item, this.#parts.now());
    else if (role === 'assistant') this.#agentSaid(item);
  }

  speechCreated(event: unknown): void {
    const handle = valueIn(event, 'speechHandle');
    const id = textIn(handle, 'id');
    if (id === undefined) return;
    const speech = this.#agents.add({ id, handle, source: textIn(event, 'source'), createdAt: this.#parts.now() });
    const onDone = valueIn(handle, 'addDoneCallback');
    if (typeof onDone !== 'function') return;
    Reflect.apply(onDone, handle, [() => this.#parts.guarded(() => this.#finish(speech, this.#parts.now()))]);
  }

  metrics(event: unknown): void {
    const metrics = valueIn(event, 'metrics');
    switch (textIn(metrics, 'type')) {
      case 'stt_metrics':
        this.#account.add(metrics);
        return this.#users.recognised(metrics);
      case 'llm_metrics':
        return this.#modelAnswered(metrics, 'llm', llmPayload(metrics));
      case 'realtime_model_metrics':
        return this.#modelAnswered(metrics, 'llm', realtimePayload(metrics));
      case 'tts_metrics':
        return this.#modelAnswered(metrics, 'tts', ttsPayload(metrics));
      case 'eou_metrics':
        return this.#endOfUtterance(metrics);
      case 'interruption_metrics':
        return this.#overlapJudged(metrics);
      default:
    }
  }

  toolsExecuted(event: unknown): void {
    const { session, now } = this.#parts;
    const calls = readToolCalls(event, { now: now(), from: session.span.startedAt });
    const record = (place: StagePlace): void => recordToolCalls(place.span, calls);
    const speech = this.#agents.current ?? this.#agents.lastHeard;
    if (speech === undefined) record(session);
    else speech.atTurn(record);
  }

  falseInterruption(event: unknown): void {
    const speech = this.#agents.speaking ?? this.#agents.lastHeard;
    if (speech === undefined || this.#isResumeTold) return;
    const resumed = valueIn(event, 'resumed') === true;
    // Something made the agent pause, whether or not anybody was heard to speak.
    if (!this.#interruptions.fail(speech, resumed)) speech.turn?.event('failed_interrupt', { resumed });
  }

  failed(event: unknown): void {
    const failure = valueIn(event, 'error');
    const error = valueIn(failure, 'error') ?? failure;
    const details = {
      type: textIn(failure, 'type'),
      label: textIn(failure, 'label'),
      message: textIn(error, 'message'),
    };
    // Versions before 1.5 do not say whether it is tried again: then the outcome tells.
    const isRecoverable = valueIn(failure, 'recoverable') !== false;
    this.#parts.session.event('error', { ...details, recoverable: isRecoverable }, isRecoverable ? 'WARNING' : 'ERROR');
    const speech = this.#agents.current;
    if (speech === undefined) return;
    if (isRecoverable) speech.failedTry = error;
    else speech.error = error;
  }

  /** LiveKit's session is over: whatever is open ends here. */
  close(event: unknown): void {
    const now = this.#parts.now();
    const { guarded, session, livekit } = this.#parts;
    const failure = valueIn(event, 'error');
    // Whatever is wrong with one part, the others end.
    for (const speech of this.#agents.all) if (!speech.isDone) guarded(() => this.#finish(speech, now));
    for (const speech of this.#agents.all) if (speech.hasWaiting) guarded(() => this.#discard(speech));
    guarded(() => {
      this.#users.unheard(this.#account.untold(listIn(livekit, 'usage', 'modelUsage')));
      this.#users.end(now);
    });
    const error = valueIn(failure, 'error') ?? failure ?? undefined;
    void session.end({ reason: textIn(event, 'reason') ?? 'closed', endedAt: now, error });
  }

  #userSpeaks(now: number): void {
    const user = this.#users.start(now);
    const agent = this.#agents.speaking;
    if (agent !== undefined) this.#interruptions.begin(user, agent, now);
  }

  #agentSpeaks(now: number): void {
    const speech = this.#agents.heard(now, (heard) => this.#openTurn(heard, now));
    this.#isResumeTold = this.#interruptions.resumed(speech);
    const { last } = this.#users;
    // The user was speaking when the agent began to.
    if (last?.isSpeaking === true) this.#interruptions.begin(last, speech, now);
    this.#users.agentHeard(now);
    // A version that lost a speech's end must not leave its turn open: another one is heard now.
    for (const other of this.#agents.all) if (other !== speech && other.isSpeaking) this.#finish(other, now);
  }

  /** `goesOn`: it is silent for a tool, and not for the user. */
  #agentStops(now: number, goesOn: boolean): void {
    const speech = this.#agents.speaking;
    if (speech === undefined) return;
    speech.stop(now);
    this.#users.agentHeard(now);
    this.#isResumeTold = false;
    if (!goesOn) this.#interruptions.silenced(speech, now);
    // Without a handle nothing else tells that it is over.
    if (speech.handle === undefined) this.#finish(speech, now);
  }

  #openTurn(speech: AgentSpeech, at: number, isSpoken = true): Turn {
    const turn = this.#agents.open(speech, { isReply: this.#answersUser(speech), isSpoken }, at);
    if (isSpoken) turn.markSpeechStart(at);
    // A realtime model answers a tool in a speech of its own: what asked for the tool belongs to it.
    for (const silent of this.#silent.splice(0)) silent.flush(turn);
    return turn;
  }

  /** Whether somebody waited for this speech: else there is no time to first audio to tell. */
  #answersUser(speech: AgentSpeech): boolean {
    const user = this.#users.last;
    if (speech.isReply || user === undefined) return speech.isReply;
    const isOthers = user.replyId !== undefined && user.replyId !== speech.id;
    if (isOthers) return false;
    // What a program says by itself is an answer only to words; noise asked for nothing.
    return speech.source === 'say' || this.#tellsEndOfUtterance ? user.isTranscribed : true;
  }

  #agentSaid(item: unknown): void {
    const speech = this.#agents.ofItem(item);
    if (speech === undefined) return;
    speech.addMessage(item);
    const seconds = amountIn(item, 'metrics', 'e2eLatency');
    if (seconds !== undefined && speech.turn?.e2eLatencyMs === null) speech.turn.setEndToEndLatency(seconds * 1000);
  }

  #handedOver(item: unknown): void {
    const from = textIn(item, 'oldAgentId');
    if (from === undefined) return;
    this.#parts.session.event('agent_handoff', { old_agent_id: from, new_agent_id: textIn(item, 'newAgentId') });
  }

  #modelAnswered(metrics: unknown, kind: 'llm' | 'tts', payload: object): void {
    const now = this.#parts.now();
    const speech = this.#agents.byId(textIn(metrics, 'speechId')) ?? this.#speechWithoutId(kind);
    const startedAt = now - durationIn(metrics);
    const model = this.#modelOf(kind, metrics);
    const responseId = requestIdIn(metrics);
    const record = (place: StagePlace): void => {
      const isDiscarded = speech !== undefined && speech.turn === undefined && speech.isInterrupted;
      const metadata = isDiscarded ? { metadata: { preemptive_discarded: true } } : {};
      const stage = place.stage(kind, { ...model, startedAt, responseId, ...metadata });
      stage.setPayload(payload);
      stage.span.conclude({ outcome: isCancelled(metrics) ? 'cancelled' : 'ok', endedAt: now });
    };
    if (speech === undefined) record(this.#parts.session);
    else speech.atTurn(record);
    // Its numbers may come when it is known to be of no use.
    if (speech?.isDone === true && speech.turn === undefined && speech.isInterrupted) this.#discard(speech);
  }

  /** A realtime model's numbers name no speech. */
  #speechWithoutId(kind: ModelKind): AgentSpeech | undefined {
    const { current, speaking, lastHeard } = this.#agents;
    return kind === 'llm' ? (current ?? speaking ?? lastHeard) : current;
  }

  #endOfUtterance(metrics: unknown): void {
    this.#tellsEndOfUtterance = true;
    this.#users.endOfUtterance(metrics, this.#parts.now());
    const speech = this.#agents.byId(textIn(metrics, 'speechId'));
    if (speech !== undefined) speech.isReply = true;
  }

  /** LiveKit's detector has heard the user over the agent: to interrupt it, or to say that they listen. */
  #overlapJudged(metrics: unknown): void {
    const speech = this.#agents.speaking ?? this.#agents.lastHeard;
    if (speech?.turn === undefined) return;
    const delay = amountIn(metrics, 'detectionDelay');
    if ((numberIn(metrics, 'numInterruptions') ?? 0) > 0) {
      const { last } = this.#users;
      if (last !== undefined) this.#interruptions.begin(last, speech, this.#parts.now() - (delay ?? 0));
      this.#interruptions.detected(speech, delay);
    } else if ((numberIn(metrics, 'numBackchannels') ?? 0) > 0) {
      speech.turn.event('backchannel', { detection_delay_ms: delay });
    }
  }

  /** A speech is done: heard, cut off, failed, or never needed. */
  #finish(speech: AgentSpeech, now: number): void {
    if (speech.isDone) return;
    const wasMade = speech.isReply || speech.error !== undefined;
    if (speech.turn === undefined && wasMade) speech.place(this.#openTurn(speech, speech.createdAt, false));
    speech.finish(now);
    this.#interruptions.finish(speech, now);
    if (speech.turn !== undefined || !speech.hasWaiting) return;
    if (speech.isInterrupted) this.#discard(speech);
    else this.#silent.push(speech);
  }

  /** An answer that was made ahead and not needed: its cost belongs to the turn that it was made for. */
  #discard(speech: AgentSpeech): void {
    speech.flush(this.#users.last?.turn ?? this.#parts.session);
  }

  #modelOf(kind: ModelKind, metrics: unknown): ModelName {
    return modelNameOf(kind, metrics, this.#parts.hints, this.#parts.livekit);
  }
}
