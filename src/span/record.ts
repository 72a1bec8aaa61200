import { formatTime, type TimeAnchor } from '../base/clock.ts';
import type { ExceptionRecord } from '../capture/exception.ts';
import type { Usage } from '../capture/usage/usage.ts';
import type { EventFields, SpanFields, SpanLink } from './fields.ts';
import { parseFrozen, parseObject, parseWire, type Json, type JsonObject } from './json.ts';
import type { Level, Outcome, SpanKind, SpanType } from './kind.ts';
import { isTurn, type SpanVoice } from './voice.ts';
import { spanText } from './span-text.ts';

/** A point in time on a span, as it is read from a record. */
export interface EventRecord {
  readonly name: string;
  /** ISO 8601 with microseconds. */
  readonly time: string;
  readonly level: Level;
  readonly input: Json;
}

/**
 * A span as plain frozen data: what every exporter, store and test sees. `input`, `output` and the other values are
 * parsed when they are first read; their JSON text stands in the fields named `…Text`. Times are milliseconds,
 * `startedAt` and `endedAt` on this process's monotonic clock.
 */
export class SpanRecord implements Readonly<SpanFields> {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly type: SpanType;
  readonly kind: SpanKind;
  readonly name: string;
  readonly anchor: TimeAnchor;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly durationMs: number | null;
  readonly level: Level;
  readonly outcome: Outcome;
  readonly statusMessage: string | null;
  readonly error: string | null;
  readonly exception: ExceptionRecord | null;
  readonly attempt: number;
  readonly inputText: string | null;
  readonly outputText: string | null;
  readonly metadataText: string | null;
  readonly links: readonly SpanLink[];
  /** As they were captured; `events` has them as data. */
  readonly eventFields: readonly EventFields[];
  readonly model: string | null;
  readonly provider: string | null;
  readonly modelParametersText: string | null;
  readonly usage: Usage | null;
  readonly usageScope: 'self' | 'aggregate';
  readonly costUsd: number | null;
  readonly ttftMs: number | null;
  readonly responseId: string | null;
  readonly toolCallsText: string | null;
  /** What a turn or a stage of a call has to tell; null elsewhere. */
  readonly voice: SpanVoice | null;
  #input: Json | undefined;
  #output: Json | undefined;

  constructor(fields: Readonly<SpanFields>) {
    this.traceId = fields.traceId;
    this.spanId = fields.spanId;
    this.parentId = fields.parentId;
    this.type = fields.type;
    this.kind = fields.kind;
    this.name = fields.name;
    this.anchor = fields.anchor;
    this.startedAt = fields.startedAt;
    this.endedAt = fields.endedAt;
    this.durationMs = fields.endedAt === null ? null : durationOf(fields.startedAt, fields.endedAt);
    this.level = fields.level;
    this.outcome = fields.outcome;
    this.statusMessage = fields.statusMessage;
    this.error = fields.error;
    this.exception = fields.exception;
    this.attempt = fields.attempt;
    this.inputText = fields.inputText;
    this.outputText = fields.outputText;
    this.metadataText = fields.metadataText;
    this.links = fields.links;
    this.eventFields = fields.eventFields;
    this.model = fields.model;
    this.provider = fields.provider;
    this.modelParametersText = fields.modelParametersText;
    this.usage = fields.usage;
    this.usageScope = fields.usageScope;
    this.costUsd = fields.costUsd;
    this.ttftMs = fields.ttftMs;
    this.responseId = fields.responseId;
    this.toolCallsText = fields.toolCallsText;
    this.voice = fields.voice;
    Object.freeze(this);
  }

  /** What the call was given; frozen. Null when it was not captured. */
  get input(): Json {
    return (this.#input ??= parseFrozen(this.inputText));
  }

  /** What the call gave; frozen. Null when it gave nothing or was not captured. */
  get output(): Json {
    return (this.#output ??= parseFrozen(this.outputText));
  }

  /** Seed 002's name for `input`: an object, empty where nothing was captured (L26). */
  get inputs(): Json {
    return this.input ?? {};
  }

  /** Seed 002's name for `output` (L27). */
  get outputs(): Json {
    return this.output;
  }

  get metadata(): JsonObject {
    return parseObject(this.metadataText);
  }

  get modelParameters(): Json {
    return parseFrozen(this.modelParametersText);
  }

  /** The tools that an answer asked for: `[{id, name, arguments}]`. */
  get toolCalls(): Json {
    return parseFrozen(this.toolCallsText ?? '[]');
  }

  /** Output tokens by the second, from the first part of a stream on; null where either is not known. */
  get tokensPerSecond(): number | null {
    const tokens = this.usage?.outputTokens;
    const ms = (this.durationMs ?? 0) - (this.ttftMs ?? 0);
    return tokens === undefined || ms <= 0 ? null : (tokens * 1000) / ms;
  }

  get events(): readonly EventRecord[] {
    return this.eventFields.map(({ name, at, level, inputText }) => ({
      name,
      time: formatTime(this.anchor, at),
      level,
      input: parseFrozen(inputText),
    }));
  }

  /** Wall-clock time at which it started: ISO 8601 with microseconds. */
  get startTime(): string {
    return formatTime(this.anchor, this.startedAt);
  }

  /** About how many characters it holds: what bounds on memory are counted by. */
  get length(): number {
    const content = (this.inputText?.length ?? 0) + (this.outputText?.length ?? 0);
    return fixedLength + content + (this.metadataText?.length ?? 0) + (contentOf(this.voice)?.length ?? 0);
  }

  /** The record as wire text (design section 4). */
  text(): string {
    return spanText(this, this.durationMs);
  }

  /** The record as wire data, new at each call and free to change. */
  toJSON(): JsonObject {
    return parseWire(this.text());
  }

  /** The same record with other fields. */
  with(changes: Partial<SpanFields>): SpanRecord {
    return new SpanRecord({ ...this, ...changes });
  }
}

/** Ids, times and names. */
const fixedLength = 500;

/** What a turn or a stage holds of text. */
function contentOf(voice: SpanVoice | null): string | null {
  if (voice === null) return null;
  return isTurn(voice) ? voice.transcript : voice.payloadText;
}

/** Between the times as they are written, so that who reads them comes to the same. */
function durationOf(startedAt: number, endedAt: number): number {
  return Math.max(0, Math.round(endedAt * 1000) - Math.round(startedAt * 1000)) / 1000;
}
