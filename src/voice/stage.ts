import { roundMs } from '../base/clock.ts';
import { completeUsage, mergeUsage } from '../capture/usage/usage.ts';
import type { SpanFields } from '../span/fields.ts';
import type { Level } from '../span/kind.ts';
import type { Span } from '../span/span.ts';
import type { SpanPart } from '../span/span-part.ts';
import type { SpanWriter } from '../span/span-writer.ts';
import { StageVoice, type StageKind } from '../span/voice.ts';
import { amount, payloadCost, payloadFields, payloadUsage, type PayloadFields, type StagePayloads } from './payload.ts';
import { Step } from './step.ts';

/** Finds what belongs into a payload in what a decorated method gives. Nothing of it may throw. */
export interface StageReader {
  /** A part of what the method yields. */
  part(part: unknown): void;
  /** What is known when it has ended. */
  fields(output: unknown, span: Readonly<SpanFields>): PayloadFields;
}

/** Where a stage comes from. */
export interface StageOrigin {
  readonly kind: StageKind;
  readonly writer: SpanWriter;
  readonly begin: (part: SpanPart) => Span;
  readonly reader?: StageReader | undefined;
  /** Told when it ended: the turn learns from it when speech began. */
  readonly onEnd: (fields: Readonly<SpanFields>) => void;
}

/** What runs as a stage. */
export type StageBody<Kind extends StageKind, Result> = (stage: Stage<Kind>) => Result;

const generations: ReadonlySet<StageKind> = new Set<StageKind>(['stt', 'llm', 'tts']);

/** Stages of these kinds carry model, usage and cost as generations do. */
export function isGeneration(kind: StageKind): boolean {
  return generations.has(kind);
}

/**
 * One step of a turn: speech to text, a language model's call, text to speech, and so on (V50, V86). Open until its
 * block or `end`; what is called inside `run` or its block nests under it. No method throws.
 */
export class Stage<Kind extends StageKind = StageKind> extends Step {
  override readonly span: Span;
  readonly kind: StageKind;
  readonly #origin: StageOrigin;
  readonly #payload: PayloadFields = {};
  #costUsd: number | undefined;

  constructor(origin: StageOrigin) {
    super();
    this.kind = origin.kind;
    this.#origin = origin;
    this.span = origin.begin({
      observe: (part) => origin.reader?.part(part),
      conclude: (fields, output) => this.#conclude(fields, output),
      recorded: () => {},
    });
  }

  /** Tells what the step did (V51). Given again, its fields are added; the later word on a field holds. */
  setPayload(payload: StagePayloads[Kind]): void {
    Object.assign(this.#payload, payloadFields(payload));
    this.#costUsd = payloadCost(payload) ?? this.#costUsd;
  }

  /** A point in time. */
  event(name: string, data?: unknown, level?: Level): void {
    this.span.event(name, data, level);
  }

  #conclude(fields: SpanFields, output: unknown): void {
    const { kind, writer, reader, onEnd } = this.#origin;
    const payload = { ...reader?.fields(output, fields), ...this.#payload };
    const first = kind === 'tts' ? 'ttfb_ms' : 'ttft_ms';
    if (isGeneration(kind)) {
      fields.usage = mergeUsage(fields.usage, completeUsage(payloadUsage(kind, payload)));
      // What was told by hand says more than when the first part came through here.
      fields.ttftMs = amount(payload[first]) ?? fields.ttftMs;
      if (fields.ttftMs !== null && kind !== 'stt') payload[first] ??= roundMs(fields.ttftMs);
    }
    fields.costUsd = this.#costUsd ?? fields.costUsd;
    fields.voice = new StageVoice(writer.value(payload, fields) ?? '{}');
    onEnd(fields);
  }
}
