import type { Turn } from '../turn.ts';
import type { VoiceSession } from '../session.ts';
import { listIn, textIn, valueIn } from './livekit-session.ts';

/** Where stages of a speech go: its turn, or whatever stands in for it. */
export type StagePlace = Pick<Turn, 'stage' | 'span'> | Pick<VoiceSession, 'stage' | 'span'>;

/** How a speech came about, as LiveKit names it: `say`, `generate_reply`, `tool_response`. */
export interface SpeechOrigin {
  readonly id: string;
  readonly handle: unknown;
  readonly source: string | undefined;
  readonly createdAt: number;
}

/**
 * One speech of the agent's: everything that LiveKit does under one handle, tools and pauses included. Its turn opens
 * when it is first heard; what is learned before that waits.
 */
export class AgentSpeech {
  readonly id: string;
  readonly handle: unknown;
  readonly source: string | undefined;
  readonly createdAt: number;
  #turn: Turn | undefined;
  #isSpeaking = false;
  #isHeard = false;
  #stoppedAt: number | undefined;
  #isDone = false;
  /** What its last message says; a handle is interrupted also by a call that ends when all was said. */
  #wasCutOff: boolean | undefined;
  #waiting: ((place: StagePlace) => void)[] = [];
  readonly #texts = new Map<string, string>();
  /** True once the user's turn was taken for over, and this is the answer to it. */
  isReply = false;
  /** What ended it before its end. */
  error: unknown;
  /** What one try failed with; it counts where no other try was heard. */
  failedTry: unknown;

  constructor({ id, handle, source, createdAt }: SpeechOrigin) {
    this.id = id;
    this.handle = handle;
    this.source = source;
    this.createdAt = createdAt;
  }

  get turn(): Turn | undefined {
    return this.#turn;
  }

  get isSpeaking(): boolean {
    return this.#isSpeaking;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  get stoppedAt(): number | undefined {
    return this.#stoppedAt;
  }

  /** LiveKit's own word on it, or that of a message that was cut off. */
  get isInterrupted(): boolean {
    return this.#wasCutOff ?? valueIn(this.handle, 'interrupted') === true;
  }

  /** True where what was said is a message of this speech. */
  holds(item: unknown): boolean {
    const id = textIn(item, 'id');
    return id !== undefined && listIn(this.handle, 'chatItems').some((each) => textIn(each, 'id') === id);
  }

  /** It is heard, for the first time or again. */
  speak(open: () => Turn): void {
    this.#isSpeaking = true;
    this.#isHeard = true;
    this.#stoppedAt = undefined;
    if (this.#turn === undefined) this.place(open());
  }

  stop(at: number): void {
    this.#isSpeaking = false;
    this.#stoppedAt = at;
  }

  /** Gives the speech its turn, and the turn what has waited for it. */
  place(turn: Turn): void {
    this.#turn = turn;
    this.flush(turn);
    this.#tellTranscript();
  }

  /** Does `record` at the turn, at once or when there is one. */
  atTurn(record: (place: StagePlace) => void): void {
    if (this.#turn === undefined) this.#waiting.push(record);
    else record(this.#turn);
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  flush(place: StagePlace): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const record of waiting) record(place);
  }

  /** A message of it: several where tools were called in between. */
  addMessage(item: unknown): void {
    const wasCutOff = valueIn(item, 'interrupted');
    if (typeof wasCutOff === 'boolean') this.#wasCutOff = wasCutOff;
    // When a call ends in the middle of a speech, its message comes after its end.
    if (wasCutOff === true && this.#isDone) this.#turn?.markInterrupted();
    const text = textIn(item, 'textContent');
    if (text === undefined) return;
    this.#texts.set(textIn(item, 'id') ?? `${this.#texts.size}`, text);
    this.#tellTranscript();
  }

  /** It will neither be heard nor be told of any more. */
  finish(at: number): void {
    this.#isDone = true;
    for (const item of listIn(this.handle, 'chatItems')) {
      if (textIn(item, 'type') === 'message' && textIn(item, 'role') === 'assistant') this.addMessage(item);
    }
    const turn = this.#turn;
    if (turn === undefined) return;
    if (this.isInterrupted) turn.markInterrupted();
    turn.end({ endedAt: this.#stoppedAt ?? at, error: this.error ?? (this.#isHeard ? undefined : this.failedTry) });
    this.#isSpeaking = false;
  }

  #tellTranscript(): void {
    if (this.#texts.size > 0) this.#turn?.setTranscript([...this.#texts.values()].join(' '));
  }
}
