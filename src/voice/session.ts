import type { SpanFields } from '../span/fields.ts';
import type { TraceHead } from '../span/head.ts';
import type { EndResult } from '../span/host.ts';
import type { Level } from '../span/kind.ts';
import { givenOptions, type TraceOptions } from '../span/span-options.ts';
import type { Span } from '../span/span.ts';
import type { CallVoice, StageKind, TurnRole } from '../span/voice.ts';
import type { Tracer } from '../tracer/tracer.ts';
import type { CallRecorder } from './audio/call-recorder.ts';
import type { AudioSource, RecordingFactsGiven } from './audio/recording-import.ts';
import type { AudioSettings } from './audio-settings.ts';
import { Call } from './call.ts';
import { CallSteps } from './call-steps.ts';
import type {
  SessionEnd,
  SessionOptions,
  SessionUpdate,
  StageOptions,
  TransportObservation,
  TurnOptions,
} from './options.ts';
import { SessionAudio } from './session-audio.ts';
import type { Stage, StageBody } from './stage.ts';
import type { Turn } from './turn.ts';

/** By head, which all spans of a call share and which a timer may keep alive: an ended session is taken out. */
const sessions = new WeakMap<TraceHead, ActiveCall>();

/** A call that goes on. */
interface ActiveCall {
  readonly session: VoiceSession;
  readonly steps: CallSteps;
}

/** The call that a span belongs to, while it is active. */
export function callOf(span: Span | undefined): ActiveCall | undefined {
  return span?.head === undefined ? undefined : sessions.get(span.head);
}

/**
 * A call: a trace of kind `voice` whose spans are turns, and stages in them. Its status is `active` until `end`. No
 * method throws; where tracing is off, nothing of it is recorded.
 *
 * @example
 * ```ts
 * import { init } from 'clew';
 * import { startSession } from 'clew/voice';
 * init({ mode: 'memory' });
 * const session = startSession({ agentId: 'support_v3', transport: 'webrtc', userId: 'user_42' });
 * session.userTurn((turn) => {
 *   turn.stage('stt', { provider: 'deepgram', model: 'nova-3' }, (stt) => {
 *     stt.setPayload({ audioDurationMs: 2_400, finalTranscript: 'I cannot log in' });
 *   });
 *   turn.setTranscript('I cannot log in');
 * });
 * await session.end({ reason: 'user_left' });
 * ```
 */
export class VoiceSession {
  readonly #tracer: Tracer;
  readonly #root: Span;
  readonly #agentId: string;
  readonly #call: Call;
  readonly #onEnd: () => void;
  readonly #audio: SessionAudio;
  readonly #steps: CallSteps;
  #isActive = true;
  #endedAt: number | undefined;
  #isShowing = false;
  #ended: Promise<EndResult> | undefined;

  constructor(tracer: Tracer, given: SessionOptions, { onEnd = () => {}, audio }: SessionParts = {}) {
    const options = givenOptions(given);
    this.#tracer = tracer;
    this.#onEnd = onEnd;
    this.#agentId = tracer.writer.name(options.agentId);
    this.#root = tracer.begin({
      options: { ...rootOptions(options), name: this.#agentId, root: true, kind: 'agent' },
      isTrace: true,
      part: {
        observe: () => {},
        conclude: (fields) => this.#conclude(fields),
        recorded: () => {},
      },
    });
    this.#call = new Call(this.#root.head, this.#agentId, tracer);
    this.#call.tell(options);
    this.#audio = new SessionAudio(tracer, this.#call, this.#root, audio);
    this.#steps = new CallSteps({
      tracer,
      root: this.#root,
      isActive: () => this.#isActive,
      onTurnEnd: () => this.#showSoon(),
    });
    if (this.#root.head !== undefined) sessions.set(this.#root.head, { session: this, steps: this.#steps });
    this.#showSoon();
  }

  /** The id of the conversation: what the call's trace is found by, with others of the same conversation (V56). */
  get sessionId(): string {
    return this.#root.head?.sessionId ?? this.traceId;
  }

  /** 32 hexadecimal digits. */
  get traceId(): string {
    return this.#root.traceId;
  }

  get agentId(): string {
    return this.#agentId;
  }

  /** `active` until `end`; then `ended`. */
  get status(): CallVoice['status'] {
    return this.#isActive ? 'active' : 'ended';
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  /** The span that the call is. */
  get span(): Span {
    return this.#root;
  }

  /** The turns so far, oldest first; the last 1,000. */
  get turns(): readonly Turn[] {
    return this.#steps.turns;
  }

  /** A turn of the user's (V49): open without `run`; with it, ended by what `run` gives or throws. */
  userTurn(options?: TurnOptions): Turn;
  userTurn<Result>(run: (turn: Turn) => Result): Result;
  userTurn<Result>(options: TurnOptions, run: (turn: Turn) => Result): Result;
  userTurn<Result>(options?: TurnOptions | TurnBody<Result>, run?: TurnBody<Result>): Turn | Result {
    return this.#turn('user', options, run);
  }

  /** A turn of the agent's (V49). */
  agentTurn(options?: TurnOptions): Turn;
  agentTurn<Result>(run: (turn: Turn) => Result): Result;
  agentTurn<Result>(options: TurnOptions, run: (turn: Turn) => Result): Result;
  agentTurn<Result>(options?: TurnOptions | TurnBody<Result>, run?: TurnBody<Result>): Turn | Result {
    return this.#turn('agent', options, run);
  }

  /** A step that belongs to no turn. */
  stage<Kind extends StageKind>(kind: Kind, options?: StageOptions): Stage<Kind>;
  stage<Kind extends StageKind, Result>(kind: Kind, run: (stage: Stage<Kind>) => Result): Result;
  stage<Kind extends StageKind, Result>(kind: Kind, options: StageOptions, run: (stage: Stage<Kind>) => Result): Result;
  stage<Kind extends StageKind, Result>(
    kind: Kind,
    options?: StageOptions | StageBody<Kind, Result>,
    run?: StageBody<Kind, Result>,
  ): Stage<Kind> | Result {
    return this.#steps.stage(undefined, kind, options, run);
  }

  /** A point in time of the call as a whole. */
  event(name: string, data?: unknown, level?: Level): void {
    this.#root.event(name, data, level);
  }

  /** How the line is, as often as you know. The last word on each number holds (V83). */
  setTransportQuality(observation: TransportObservation): void {
    if (this.#isActive) this.#call.tellQuality(givenOptions(observation));
  }

  /** Tells more of a call that goes on. */
  update(update: SessionUpdate): void {
    if (this.#isActive) this.#call.tell(givenOptions(update));
  }

  /**
   * Records the call's audio from now on, mixed to 24 kHz mono in a temporary file; it is written and handed to the
   * exporters when the call ends. Undefined where recordings are turned off, or no exporter keeps them.
   */
  recordAudio(): CallRecorder | undefined {
    return this.#isActive ? this.#audio.record() : undefined;
  }

  /**
   * Takes a recording that was made elsewhere, while the call goes on or after it (V95): bytes, a path, or a stream. What
   * a WAV says of itself need not be told.
   *
   * @returns Whether every exporter has taken it. Never rejects.
   */
  uploadAudio(audio: AudioSource, facts: RecordingFactsGiven = {}): Promise<boolean> {
    return this.#audio.import(audio, givenOptions(facts));
  }

  /** Runs `run` with the call as the parent of what it calls: decorated methods find it. */
  run<Result>(run: () => Result): Result {
    return this.#root.run(run);
  }

  /**
   * Ends the call with the turns that are open; the first end wins. Resolves when it was exported or could not be,
   * within 5 s; never rejects, and need not be awaited (V54).
   */
  end(end: SessionEnd = {}): Promise<EndResult> {
    return (this.#ended ??= this.#end(givenOptions(end)));
  }

  /** `using session = …`: ends it with the block. */
  [Symbol.dispose](): void {
    void this.end();
  }

  /** `await using session = …`: ends it with the block and waits for its export. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  #end({ reason, endedAt, error }: SessionEnd): Promise<EndResult> {
    const at = endedAt ?? this.#tracer.clock.now();
    this.#steps.endAll(at);
    this.#call.end(reason);
    this.#isActive = false;
    this.#endedAt = at;
    const { head } = this.#root;
    if (head !== undefined) sessions.delete(head);
    const finish = (): Promise<EndResult> => {
      this.#root.end({ endedAt: at, error });
      void this.#audio.finish();
      this.#onEnd();
      const { traceId } = this;
      return head === undefined
        ? Promise.resolve({ ok: true, traceId, exported: false })
        : this.#tracer.delivered(head);
    };
    // The record waits for what it says of the recording; without one it is there at once.
    if (!this.#audio.isRecording) return finish();
    const closed = this.#audio.close().then(finish);
    this.#tracer.waitFor(closed);
    return closed;
  }

  /** The process goes, or the call is given up: one that was ended by then is not told as one without an end. */
  #conclude(fields: SpanFields): void {
    if (this.#endedAt === undefined) return this.#audio.abandon();
    if (fields.outcome !== 'no_end') return;
    fields.outcome = 'ok';
    fields.endedAt = this.#endedAt;
  }

  #turn<Result>(
    role: TurnRole,
    options: TurnOptions | TurnBody<Result> | undefined,
    run: TurnBody<Result> | undefined,
  ): Turn | Result {
    const body = typeof options === 'function' ? options : run;
    const turn = this.#steps.openTurn(role, typeof options === 'function' ? {} : givenOptions(options));
    return typeof body === 'function' ? this.#tracer.block(turn.span, () => body(turn), body) : turn;
  }

  /** A call of hours is shown while it goes on: when it begins, and with each turn. */
  #showSoon(): void {
    const { head } = this.#root;
    if (head === undefined || this.#isShowing) return;
    this.#isShowing = true;
    // What ended just now is not collected yet, and several turns may end at once.
    void Promise.resolve().then(() => {
      this.#isShowing = false;
      this.#tracer.showOpen(head);
    });
  }
}

/** What a session has beside its options. */
export interface SessionParts {
  /** Told when it has ended, and what is known of its recording. */
  readonly onEnd?: () => void;
  /** How it is recorded; undefined for not at all. */
  readonly audio?: AudioSettings | undefined;
}

/** Of the options, what the trace itself begins with. */
function rootOptions({ startedAt, session }: Partial<SessionOptions>): TraceOptions {
  return { ...(startedAt !== undefined && { startedAt }), ...(session !== undefined && { session }) };
}

type TurnBody<Result> = (turn: Turn) => Result;
