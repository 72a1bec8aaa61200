import type { VoiceSession } from '../session.ts';
import { amountIn, numberIn, textIn } from './livekit-session.ts';
import { audioDurationIn } from './metrics.ts';
import type { ModelName } from './model-name.ts';
import { UserSpeech } from './user-speech.ts';

/** The user's side of a call: which turn a piece of news belongs to. */
export class UserSpeeches {
  readonly #session: VoiceSession;
  readonly #modelOf: (metrics: unknown) => ModelName;
  readonly #startedAt: number;
  #last: UserSpeech | undefined;
  /** When the agent was last heard: what the user says after it is a turn of its own. */
  #agentHeardAt = Number.NEGATIVE_INFINITY;
  #unheardMs = 0;
  #unheardModel: ModelName | undefined;

  constructor(session: VoiceSession, modelOf: (metrics: unknown) => ModelName, startedAt: number) {
    this.#session = session;
    this.#modelOf = modelOf;
    this.#startedAt = startedAt;
  }

  /** The turn that goes on, or was the last. */
  get last(): UserSpeech | undefined {
    return this.#last;
  }

  /** The user speaks: in a new turn, or on in one that was only paused. */
  start(at: number): UserSpeech {
    const last = this.#last;
    if (last?.isSpeaking === true) return last;
    const goesOn = last !== undefined && !last.isSettled && (last.speechEndedAt ?? at) >= this.#agentHeardAt;
    if (!goesOn) return this.#open(at, true);
    last.resume(at);
    return last;
  }

  stop(at: number): void {
    if (this.#last?.isSpeaking === true) this.#last.stopSpeaking(at);
  }

  /** What the user said before the agent was heard is a turn that is over. */
  agentHeard(at: number): void {
    this.#agentHeardAt = at;
    const last = this.#last;
    if (last !== undefined && !last.isSpeaking && !last.isSettled) last.settle(at);
  }

  transcribed(event: unknown, at: number): void {
    const text = textIn(event, 'transcript');
    if (text === undefined) return;
    (this.#last ?? this.#open(at, false)).addTranscript(text, at, textIn(event, 'language'));
  }

  /** The whole message. Without speech before it, it was written. */
  message(item: unknown, at: number): UserSpeech {
    const last = this.#last;
    const isOver = last?.isSettled === true && (last.hasItem || !last.isTranscribed);
    const isNew = last === undefined || isOver || (last.hasItem && !last.isSpeaking);
    const speech = isNew ? this.#open(at, false) : last;
    speech.setMessage(textIn(item, 'textContent'), confidenceIn(item));
    if (!speech.isSpeaking && !speech.isSettled) speech.settle(at);
    return speech;
  }

  /** The recogniser tells what it heard, silence included, every few seconds. */
  recognised(metrics: unknown): void {
    const audioMs = audioDurationIn(metrics) ?? 0;
    const model = this.#modelOf(metrics);
    if (this.#last?.isUnpaid === true) return this.#last.addRecognition({ model, audioMs });
    this.#unheardMs += audioMs;
    this.#unheardModel = model;
  }

  /** How long the end of the turn was waited for. */
  endOfUtterance(metrics: unknown, at: number): void {
    const speech = this.#last;
    if (speech === undefined) return;
    speech.replyId = textIn(metrics, 'speechId');
    const delay = amountIn(metrics, 'transcriptionDelayMs') ?? amountIn(metrics, 'transcriptionDelay');
    if (delay !== undefined && delay > 0) speech.setTranscriptionDelay(delay, this.#modelOf(undefined));
    const waited = amountIn(metrics, 'endOfUtteranceDelayMs') ?? amountIn(metrics, 'endOfUtteranceDelay');
    if (waited === undefined || speech.speechEndedAt === undefined) return;
    const startedAt = Math.min(speech.speechEndedAt, at);
    const vad = speech.turn.stage('vad', { startedAt });
    vad.setPayload({ endOfUtteranceDelayMs: waited });
    vad.end({ endedAt: at });
  }

  /** Recognised speech that no metrics told of: what is left of the session's own account. */
  unheard(audioMs: number): void {
    this.#unheardMs += audioMs;
  }

  /** The call is over. */
  end(at: number): void {
    this.#last?.seal(at, this.#modelOf(undefined));
    if (this.#unheardMs <= 0) return;
    const stt = this.#session.stage('stt', {
      ...(this.#unheardModel ?? this.#modelOf(undefined)),
      startedAt: this.#startedAt,
    });
    stt.setPayload({ audioDurationMs: this.#unheardMs });
    stt.end({ endedAt: at });
  }

  #open(at: number, isSpoken: boolean): UserSpeech {
    this.#last?.seal(at, this.#modelOf(undefined));
    this.#last = new UserSpeech(this.#session.userTurn({ startedAt: at, isSpoken }), isSpoken);
    return this.#last;
  }
}

function confidenceIn(item: unknown): number | undefined {
  const confidence = numberIn(item, 'transcriptConfidence');
  return confidence !== undefined && confidence >= 0 && confidence <= 1 ? confidence : undefined;
}
