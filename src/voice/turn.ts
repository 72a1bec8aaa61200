import { roundMs } from '../base/clock.ts';
import type { EventFields, SpanFields } from '../span/fields.ts';
import type { Level } from '../span/kind.ts';
import type { SpanRecord } from '../span/record.ts';
import type { Span } from '../span/span.ts';
import type { SpanPart } from '../span/span-part.ts';
import type { SpanWriter } from '../span/span-writer.ts';
import { givenOptions } from '../span/span-options.ts';
import type { StageKind, TurnRole, TurnVoice } from '../span/voice.ts';
import type { Interruption, StageOptions, TranscriptOptions, TurnOptions } from './options.ts';
import { amount } from './payload.ts';
import type { Stage, StageBody } from './stage.ts';
import { Step } from './step.ts';
import type { TurnOutput } from './turn-output.ts';

/** The turns that are open or were, for as long as their spans are. */
const turns = new WeakMap<Span, Turn>();

/** The turn that a span is, or is in. */
export function turnOf(span: Span | undefined): Turn | undefined {
  for (let above = span; above !== undefined; above = above.parent) {
    const turn = turns.get(above);
    if (turn !== undefined) return turn;
  }
  return undefined;
}

/** The end of a user's speech, from which an agent's time to first audio is counted. */
export interface SpeechEnd {
  readonly at: number;
  readonly turnId: string;
  /** True once an agent was heard after it. */
  isAnswered: boolean;
}

/** What a turn asks of the call it belongs to. */
export interface TurnHost {
  readonly writer: SpanWriter;
  readonly reader: TurnOutput | undefined;
  begin(part: SpanPart): Span;
  stage<Kind extends StageKind, Result>(
    turn: Turn,
    kind: Kind,
    options: StageOptions | StageBody<Kind, Result> | undefined,
    run: StageBody<Kind, Result> | undefined,
  ): Stage<Kind> | Result;
  /** The last end of a user's speech that nobody has answered, if it was by then. */
  unansweredAt(time: number): SpeechEnd | undefined;
  speechEnded(end: SpeechEnd): void;
  interrupted(agentTurnId: string): void;
  ended(turn: Turn): void;
  revise(record: SpanRecord): void;
  /** False once the session has ended. */
  isActive(): boolean;
  /** Something was told after that. */
  tooLate(): void;
  now(): number;
}

/**
 * One side's speech, and the steps that were taken for it. Open until its block or `end`. What is learned later, such
 * as a transcript that comes after the speech, can be told until the session ends. No method throws.
 */
export class Turn extends Step {
  override readonly span: Span;
  readonly role: TurnRole;
  readonly #host: TurnHost;
  readonly #options: TurnOptions;
  #voice: TurnVoice;
  readonly #answers: SpeechEnd | undefined;
  #speechStartedAt: number | undefined;
  #speechEndedAt: number | undefined;
  /** When the first speech of a `tts` stage was there, which is the start unless another is told. */
  #firstAudioAt: number | undefined;
  #record: SpanRecord | undefined;
  /** While the span ends it takes no events by itself. */
  #closing: SpanFields | undefined;

  constructor(role: TurnRole, options: TurnOptions, host: TurnHost) {
    super();
    this.role = role;
    this.#host = host;
    this.#options = options;
    const { speechId = null } = options;
    this.#voice = silent(role, speechId === null ? null : host.writer.id(speechId));
    this.span = host.begin({
      observe: (part) => host.reader?.part(part),
      conclude: (fields, output) => this.#conclude(fields, output),
      recorded: (record) => this.#recorded(record),
    });
    if (this.span.isRecording) turns.set(this.span, this);
    if (role === 'user') this.markSpeechStart(this.span.startedAt);
    else if (options.isReply !== false) this.#answers = host.unansweredAt(this.span.startedAt);
  }

  /** What other turns and events name it by (V79). */
  get turnId(): string {
    return this.span.spanId;
  }

  get transcript(): string | null {
    return this.#voice.transcript;
  }

  /** Milliseconds from the end of the user's speech to the first of this; null before that, and where no user spoke. */
  get ttfaMs(): number | null {
    return this.#voice.ttfaMs;
  }

  get e2eLatencyMs(): number | null {
    return this.#voice.e2eLatencyMs;
  }

  /** True for an agent's turn that was broken into. */
  get isInterrupted(): boolean {
    return this.#voice.interrupted;
  }

  get isOpen(): boolean {
    return this.#record === undefined && this.span.endedAt === null;
  }

  /** A step of this turn (V50): open without `run`; with it, ended by what `run` gives or throws. */
  stage<Kind extends StageKind>(kind: Kind, options?: StageOptions): Stage<Kind>;
  stage<Kind extends StageKind, Result>(kind: Kind, run: (stage: Stage<Kind>) => Result): Result;
  stage<Kind extends StageKind, Result>(kind: Kind, options: StageOptions, run: (stage: Stage<Kind>) => Result): Result;
  stage<Kind extends StageKind, Result>(
    kind: Kind,
    options?: StageOptions | StageBody<Kind, Result>,
    run?: StageBody<Kind, Result>,
  ): Stage<Kind> | Result {
    return this.#host.stage(this, kind, options, run);
  }

  /** What was said; the last word holds (V52). */
  setTranscript(text: string, options: TranscriptOptions = {}): void {
    const { confidence, language } = givenOptions(options);
    const transcript = this.#host.writer.transcript(text);
    this.#tell({
      transcript,
      confidence: amount(confidence) ?? null,
      ...(typeof language === 'string' && { language }),
    });
  }

  /**
   * On a user's turn: it broke into the agent's turn `byTurnId` (V78), which becomes an interrupted one. On an agent's
   * turn, without an argument: it did not come to its end.
   */
  markInterrupted(interruption?: Interruption): void {
    if (this.role === 'agent') return this.#tell({ interrupted: true });
    const { byTurnId, interruptLatencyMs } = givenOptions(interruption);
    // Ids stand in the record as they are.
    if (typeof byTurnId !== 'string' || !/^[\w-]{1,128}$/.test(byTurnId)) return;
    this.#tell({ interruptsTurnId: byTurnId, interruptLatencyMs: amount(interruptLatencyMs) ?? null });
    this.#host.interrupted(byTurnId);
  }

  /** What a voice framework measured from the end of the user's speech to the start of the agent's, in milliseconds. */
  setEndToEndLatency(ms: number): void {
    const given = amount(ms);
    this.#tell({ e2eLatencyMs: given === undefined ? null : roundMs(given) });
  }

  /**
   * The speech begins: an agent's first audio is heard, from which its time to first audio is told. Unless it is called,
   * the first byte of its first `tts` stage is taken for it, and without one the start of the turn.
   *
   * @param at - On the clock of `performance.now()`. Default: now.
   */
  markSpeechStart(at?: number): void {
    this.#startSpeech(this.#time(at));
  }

  /** The speech is over; the turn may go on, as while its transcript is waited for. May be told again after a pause. */
  markSpeechEnd(at?: number): void {
    if (this.#options.isSpoken === false) return;
    const endedAt = this.#time(at);
    this.#speechEndedAt = endedAt;
    this.#addEvent(`${this.role}_speech_end`, endedAt);
    if (this.role === 'user') this.#host.speechEnded({ at: endedAt, turnId: this.turnId, isAnswered: false });
  }

  /** A point in time: a built-in one such as `barge_in`, or any of yours (V80, V84). */
  event(name: string, data?: unknown, level?: Level, at?: number): void {
    this.#addEvent(name, this.#time(at), data, level);
  }

  /** A stage of this turn gave its first byte, or ended without one. */
  stageEnded(fields: Readonly<SpanFields>): void {
    if (this.role !== 'agent' || fields.kind !== 'tts' || fields.level === 'ERROR') return;
    this.#firstAudioAt ??= fields.startedAt + (fields.ttftMs ?? 0);
  }

  #startSpeech(at: number): void {
    if (this.#options.isSpoken === false) return;
    this.#speechStartedAt ??= at;
    this.#addEvent(`${this.role}_speech_start`, at);
    if (this.role === 'user' || this.#options.isReply === false || this.#voice.ttfaMs !== null) return;
    const known = this.#answers?.isAnswered === false ? this.#answers : undefined;
    const answered = known ?? this.#host.unansweredAt(at);
    if (answered === undefined || answered.at > at) return;
    answered.isAnswered = true;
    this.#tell({ ttfaMs: roundMs(at - answered.at) });
  }

  /** Now, where no time was told or what was told is none. */
  #time(at: number | undefined): number {
    return this.#host.writer.time('at', at) ?? this.#host.now();
  }

  #addEvent(name: string, at: number, data?: unknown, level?: Level): void {
    const { writer } = this.#host;
    if (this.#record !== undefined) {
      const fields: SpanFields = { ...this.#record };
      writer.event(name, at, data, level, fields);
      this.#revise({ eventFields: sorted(fields.eventFields) });
    } else if (this.#closing === undefined) this.span.event(name, data, level, at);
    else writer.event(name, at, data, level, this.#closing);
  }

  #tell(changes: Partial<TurnVoice>): void {
    this.#voice = Object.freeze({ ...this.#voice, ...changes });
    if (this.#record !== undefined) this.#revise({ voice: this.#voice });
  }

  #revise(changes: Partial<SpanFields>): void {
    if (this.#record === undefined) return;
    if (!this.#host.isActive()) return this.#host.tooLate();
    this.#record = this.#record.with(changes);
    this.#host.revise(this.#record);
  }

  #conclude(fields: SpanFields, output: unknown): void {
    const said = this.#host.reader?.transcript(output) ?? null;
    if (said !== null && this.#voice.transcript === null) this.setTranscript(said);
    const endedAt = fields.endedAt ?? this.#host.now();
    const failed = fields.level === 'ERROR';
    this.#closing = fields;
    // Without any other sign the turn itself is the speech; one that failed before its first audio was never heard.
    const startedAt = this.#firstAudioAt ?? (failed ? undefined : fields.startedAt);
    if (this.#speechStartedAt === undefined && startedAt !== undefined) this.#startSpeech(startedAt);
    const isOver = this.#speechEndedAt !== undefined;
    if (this.#speechStartedAt !== undefined && !isOver) this.markSpeechEnd(Math.max(endedAt, this.#speechStartedAt));
    fields.eventFields = sorted(fields.eventFields);
    fields.voice = this.#voice;
  }

  #recorded(record: SpanRecord): void {
    this.#record = record;
    this.#host.ended(this);
  }
}

function silent(role: TurnRole, speechId: string | null): TurnVoice {
  return Object.freeze({
    role,
    transcript: null,
    confidence: null,
    language: null,
    ttfaMs: null,
    e2eLatencyMs: null,
    interrupted: false,
    interruptsTurnId: null,
    interruptLatencyMs: null,
    speechId,
    costUsd: null,
  });
}

/** What is told after the fact stands where it was. */
function sorted(events: readonly EventFields[]): readonly EventFields[] {
  return events.toSorted((one, other) => one.at - other.at);
}
