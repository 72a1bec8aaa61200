import type { Stage } from '../stage.ts';
import type { Turn } from '../turn.ts';
import type { ModelName } from './model-name.ts';

/** What a recogniser was asked for, and by which model. */
interface Recognition {
  readonly model: ModelName;
  readonly audioMs: number;
}

/** One turn of the user's as LiveKit tells of it: in pieces, some of them long after it was over. */
export class UserSpeech {
  readonly turn: Turn;
  #isSpeaking: boolean;
  #speechEndedAt: number | undefined;
  /** True once nothing that the user says belongs to this turn any more. */
  #isSettled = false;
  #hasItem = false;
  #stt: Stage<'stt'> | undefined;
  #transcribedAt: number | undefined;
  #audioMs = 0;
  #isModelKnown = false;
  #confidence: number | undefined;
  #language: string | undefined;
  /** Speech for which the recogniser has not told its price yet. */
  #isUnpaid = true;
  /** The speech handle whose reply answers this turn. */
  replyId: string | undefined;

  constructor(turn: Turn, isSpeaking: boolean) {
    this.turn = turn;
    this.#isSpeaking = isSpeaking;
  }

  get isSpeaking(): boolean {
    return this.#isSpeaking;
  }

  get speechEndedAt(): number | undefined {
    return this.#speechEndedAt;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** The whole message was told. */
  get hasItem(): boolean {
    return this.#hasItem;
  }

  get isTranscribed(): boolean {
    return this.turn.transcript !== null;
  }

  get isUnpaid(): boolean {
    return this.#isUnpaid || this.#isSpeaking;
  }

  /** The user goes on after a pause within the sentence. */
  resume(at: number): void {
    this.#isSpeaking = true;
    this.#isUnpaid = true;
    this.turn.markSpeechStart(at);
  }

  stopSpeaking(at: number): void {
    this.#isSpeaking = false;
    // What was said since the recogniser last told of itself is still to be paid for.
    this.#isUnpaid = true;
    this.#speechEndedAt = at;
    this.turn.markSpeechEnd(at);
  }

  /** A part was recognised for good; several make up the turn, until the message says it whole. */
  addTranscript(text: string, at: number, language: string | undefined): void {
    if (this.#hasItem) return;
    this.#transcribedAt = at;
    this.#language ??= language;
    const before = this.turn.transcript;
    this.turn.setTranscript(before === null ? text : `${before} ${text}`, { language });
  }

  /** The message as the agent's model was given it: the last word on what was said. */
  setMessage(text: string | undefined, confidence: number | undefined): void {
    this.#hasItem = true;
    this.#confidence = confidence;
    if (text !== undefined) this.turn.setTranscript(text, { confidence });
  }

  addRecognition({ model, audioMs }: Recognition): void {
    this.#isUnpaid = false;
    this.#audioMs += audioMs;
    this.openRecognition(model).setPayload({ audioDurationMs: this.#audioMs });
  }

  /** One stage for the turn, however often the recogniser tells of itself (C29). */
  openRecognition(model: ModelName): Stage<'stt'> {
    const stt = (this.#stt ??= this.turn.stage('stt', { ...model, startedAt: this.turn.span.startedAt }));
    // It may be opened before anything has named its model.
    if (!this.#isModelKnown && model.model !== null) {
      this.#isModelKnown = true;
      stt.span.update(model);
    }
    return stt;
  }

  /** Milliseconds from the end of the speech to its final transcript. */
  setTranscriptionDelay(ms: number, model: ModelName): void {
    this.openRecognition(model).setPayload({ requestDurationMs: ms });
  }

  /** Ends the turn where the speech ended. More may be learned of it. */
  settle(at: number): void {
    this.#isSettled = true;
    this.#isSpeaking = false;
    this.turn.end({ endedAt: this.#speechEndedAt ?? at });
  }

  /** Nothing more can be learned. */
  seal(at: number, model: ModelName): void {
    if (!this.#isSettled) this.settle(at);
    const { transcript } = this.turn;
    // What was written needed no recogniser, and a realtime model has none of its own.
    const isRecognised = this.#transcribedAt !== undefined && (model.model !== null || model.provider !== null);
    if (this.#stt === undefined && !isRecognised) return;
    const stt = this.openRecognition(model);
    stt.setPayload({
      ...(transcript !== null && { finalTranscript: transcript }),
      ...(this.#confidence !== undefined && { finalConfidence: this.#confidence }),
      ...(this.#language !== undefined && { language: this.#language }),
    });
    stt.end({ endedAt: this.#transcribedAt ?? this.#speechEndedAt ?? at });
  }
}
