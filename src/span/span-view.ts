import { roundMs } from '../base/clock.ts';
import { inspected, itself } from '../base/enclosure.ts';
import type { ExceptionRecord } from '../capture/exception.ts';
import type { SpanFields } from './fields.ts';
import { parseFrozen, parseObject, type Json, type JsonObject } from './json.ts';
import type { Level, Outcome, SpanKind, SpanType } from './kind.ts';

/** What can be read off a live span. */
export abstract class SpanView {
  protected readonly fields: SpanFields;
  /** Found behind a Proxy too. */
  readonly [itself]: this = this;

  protected constructor(fields: SpanFields) {
    this.fields = fields;
  }

  /** For `console.log`. */
  [inspected](): object {
    const { name, kind, level, outcome, traceId, spanId } = this.fields;
    return { name, kind, level, outcome, traceId, spanId };
  }

  get traceId(): string {
    return this.fields.traceId;
  }

  /** 16 hexadecimal digits. */
  get spanId(): string {
    return this.fields.spanId;
  }

  get parentId(): string | null {
    return this.fields.parentId;
  }

  get name(): string {
    return this.fields.name;
  }

  get type(): SpanType {
    return this.fields.type;
  }

  get kind(): SpanKind {
    return this.fields.kind;
  }

  get level(): Level {
    return this.fields.level;
  }

  /** `running` until it ends. */
  get outcome(): Outcome {
    return this.fields.outcome;
  }

  /** Monotonic milliseconds of this process. */
  get startedAt(): number {
    return this.fields.startedAt;
  }

  /** Monotonic milliseconds of this process; null while it is open. */
  get endedAt(): number | null {
    return this.fields.endedAt;
  }

  /** Milliseconds, never below 0; null while it is open. */
  get durationMs(): number | null {
    const { startedAt, endedAt } = this.fields;
    return endedAt === null ? null : roundMs(Math.max(0, endedAt - startedAt));
  }

  /** The message of what went wrong, or null. */
  get error(): string | null {
    return this.fields.error;
  }

  get exception(): ExceptionRecord | null {
    return this.fields.exception;
  }

  get statusMessage(): string | null {
    return this.fields.statusMessage;
  }

  /** Which try this is, from 1. */
  get attempt(): number {
    return this.fields.attempt;
  }

  /** As it was captured, frozen. Null after the end of a span that belongs to a tracer: its record has it. */
  get input(): Json {
    return parseFrozen(this.fields.inputText);
  }

  /** As it was captured, frozen. Null after the end of a span that belongs to a tracer: its record has it. */
  get output(): Json {
    return parseFrozen(this.fields.outputText);
  }

  /** Seed 002's name for `input`: an empty object where there is none (L26). */
  get inputs(): Json {
    return this.input ?? {};
  }

  /** Seed 002's name for `output` (L27). */
  get outputs(): Json {
    return this.output;
  }

  get metadata(): JsonObject {
    return parseObject(this.fields.metadataText);
  }
}
