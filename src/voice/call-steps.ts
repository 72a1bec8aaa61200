import { NoopSpan } from '../span/noop-span.ts';
import type { SpanRecord } from '../span/record.ts';
import { givenOptions } from '../span/span-options.ts';
import type { Span } from '../span/span.ts';
import type { SpanPart } from '../span/span-part.ts';
import type { StageKind, TurnRole } from '../span/voice.ts';
import type { Beginning, SpanBeginning } from '../tracer/beginning.ts';
import type { Tracer } from '../tracer/tracer.ts';
import type { StageOptions, TurnOptions } from './options.ts';
import { isGeneration, Stage, type StageBody, type StageReader } from './stage.ts';
import { Turn, type SpeechEnd, type TurnHost } from './turn.ts';
import type { TurnOutput } from './turn-output.ts';

/** Where a turn stands. */
export interface TurnPlace {
  readonly parent?: Span | undefined;
  readonly begin?: SpanBeginning | undefined;
  readonly reader?: TurnOutput | undefined;
}

/** Where a stage stands. */
export interface StagePlace {
  readonly turn: Turn | undefined;
  readonly parent?: Span | undefined;
  readonly begin?: SpanBeginning | undefined;
  readonly reader?: StageReader | undefined;
}

/** What the turns of a call ask of it. */
export interface CallStepsParts {
  readonly tracer: Tracer;
  readonly root: Span;
  readonly isActive: () => boolean;
  readonly onTurnEnd: () => void;
}

/** Turns whose record can still be changed; a call has that many only if it goes on for days. */
const mostTurns = 1_000;

/** The turns and stages of one call: begins them, and knows what one has to know of the others. */
export class CallSteps {
  readonly #parts: CallStepsParts;
  readonly #turns = new Map<string, Turn>();
  readonly #open = new Set<Turn>();
  #speechEnd: SpeechEnd | undefined;

  constructor(parts: CallStepsParts) {
    this.#parts = parts;
  }

  /** Oldest first; the last 1,000. */
  get turns(): readonly Turn[] {
    return [...this.#turns.values()];
  }

  /** Ends the turns that are open. */
  endAll(endedAt: number): void {
    for (const turn of this.#open) turn.end({ endedAt });
  }

  /** A turn under `parent`, which is a span of this call; under the call itself unless given. */
  openTurn(role: TurnRole, options: TurnOptions, place: TurnPlace = {}): Turn {
    const turn = new Turn(role, options, this.#turnHost(role, options, place));
    if (!turn.span.isRecording) return turn;
    this.#open.add(turn);
    this.#turns.set(turn.turnId, turn);
    for (const id of this.#turns.keys()) {
      if (this.#turns.size <= mostTurns) break;
      this.#turns.delete(id);
    }
    return turn;
  }

  /** A stage under `parent`, which tells `turn` how it ended. */
  openStage<Kind extends StageKind>(
    kind: Kind,
    options: StageOptions,
    { turn, parent = turn?.span ?? this.#parts.root, begin, reader }: StagePlace,
  ): Stage<Kind> {
    return new Stage<Kind>({
      kind,
      writer: this.#parts.tracer.writer,
      reader,
      onEnd: (fields) => turn?.stageEnded(fields),
      begin: (part) => {
        const type = isGeneration(kind) ? 'generation' : 'span';
        return this.#begin({ ...options, name: kind, kind, type }, parent, part, begin);
      },
    });
  }

  /** A stage of `turn`, or of none: open without `run`; with it, ended by what `run` gives or throws. */
  stage<Kind extends StageKind, Result>(
    turn: Turn | undefined,
    kind: Kind,
    options: StageOptions | StageBody<Kind, Result> | undefined,
    run: StageBody<Kind, Result> | undefined,
  ): Stage<Kind> | Result {
    const body = typeof options === 'function' ? options : run;
    const stage = this.openStage(kind, typeof options === 'function' ? {} : givenOptions(options), { turn });
    return typeof body === 'function' ? this.#parts.tracer.block(stage.span, () => body(stage)) : stage;
  }

  #turnHost(
    role: TurnRole,
    { startedAt, metadata }: TurnOptions,
    { parent = this.#parts.root, begin, reader }: TurnPlace,
  ): TurnHost {
    const tracer = this.#parts.tracer;
    const options = {
      name: `${role}_turn`,
      kind: 'turn',
      ...(startedAt !== undefined && { startedAt }),
      ...(metadata !== undefined && { metadata }),
    } as const;
    return {
      writer: tracer.writer,
      reader,
      begin: (part) => this.#begin(options, parent, part, begin),
      stage: (turn, kind, stageOptions, run) => this.stage(turn, kind, stageOptions, run),
      unansweredAt: (time) => this.#unansweredAt(time),
      speechEnded: (end) => {
        this.#speechEnd = end;
      },
      interrupted: (turnId) => {
        const turn = this.#turns.get(turnId);
        if (turn?.role === 'agent') turn.markInterrupted();
      },
      ended: (turn) => {
        this.#open.delete(turn);
        this.#parts.onTurnEnd();
      },
      revise: (record) => this.#revise(record),
      isActive: this.#parts.isActive,
      tooLate: () => {
        tracer.report.debug(
          'turn-after-session',
          'something was told of a turn when its session had ended; it was left out',
        );
      },
      now: () => tracer.clock.now(),
    };
  }

  #begin(
    options: Beginning['options'],
    parent: Span,
    part: SpanPart,
    begin: SpanBeginning = (spanOptions, above, spanPart) =>
      this.#parts.tracer.begin({ options: spanOptions, isTrace: false, parent: above, part: spanPart }),
  ): Span {
    return this.#parts.isActive()
      ? begin(options, parent, part)
      : new NoopSpan(this.#parts.tracer, this.#parts.root.traceId);
  }

  /** One answer for each speech: what the agent says after that waited for nobody. */
  #unansweredAt(time: number): SpeechEnd | undefined {
    const end = this.#speechEnd;
    return end === undefined || end.isAnswered || end.at > time ? undefined : end;
  }

  #revise(record: SpanRecord): void {
    const { head } = this.#parts.root;
    if (head !== undefined) this.#parts.tracer.revised(record, head);
  }
}
