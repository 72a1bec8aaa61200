import { isObject } from '../base/object.ts';
import type { Report } from '../base/report.ts';
import { untraced } from '../base/shared.ts';
import type { Capturer } from '../capture/capturer.ts';
import { marker } from '../capture/marker.ts';
import { readUsage } from '../capture/usage/answer.ts';
import { sliceWhole, wellFormed } from '../capture/well-formed.ts';
import { noPrices, type PriceList } from '../pricing/prices.ts';
import type { Evaluation } from './evaluation.ts';
import type { EventFields, SpanFields, SpanLink } from './fields.ts';
import { isLevel, isSpanKind, type Level, type SpanKind } from './kind.ts';
import { givenOptions, type GenerationFields, type SpanUpdate } from './span-options.ts';

const mostEvents = 1_000;
const longestName = 500;
const longestTranscript = 16_384;
/** Sums of such amounts stay finite; what is above it is a mistake, not a cost or a time. */
const mostOfAnAmount = Number.MAX_SAFE_INTEGER;

export interface SpanWriterParts {
  readonly capturer: Capturer;
  readonly report: Report;
  /** Bytes of all values of one span. */
  readonly spanBytes: number;
  readonly pseudonymOf?: ((id: string) => string) | undefined;
  /** What usage costs; nobody knows unless it is given. */
  readonly prices?: PriceList;
}

/**
 * Writes what a caller says into a span's fields, and makes sense of what is no sense: a wrong value costs itself and
 * is told once at debug level (design section 6: after `init` nothing throws).
 */
export class SpanWriter {
  readonly #capturer: Capturer;
  readonly #report: Report;
  readonly #spanBytes: number;
  readonly #pseudonymOf: (id: string) => string;
  readonly #prices: PriceList;

  constructor({ capturer, report, spanBytes, pseudonymOf = (id) => id, prices = noPrices }: SpanWriterParts) {
    this.#capturer = capturer;
    this.#report = report;
    this.#spanBytes = spanBytes;
    this.#pseudonymOf = pseudonymOf;
    this.#prices = prices;
  }

  /** A user's or a session's id, as it is or as its pseudonym. */
  identity(id: string | null | undefined): string | null {
    return id === null || id === undefined || id === ''
      ? null
      : this.#pseudonymOf(sliceWhole(this.id(id), longestName));
  }

  /** An id as text, whatever was passed. */
  id(id: unknown): string {
    return typeof id === 'string' ? wellFormed(id) : (this.#capturer.text(id) ?? '');
  }

  tags(tags: unknown): readonly string[] {
    if (tags === null || tags === undefined) return [];
    const list = listOf(tags);
    if (list === undefined) this.#wrong('tags', 'tags are a list of texts; what came was taken for one tag');
    return (list ?? [tags]).map((tag) => this.#capturer.phrase(this.id(tag), 200));
  }

  kind(kind: unknown, fallback: SpanKind): SpanKind {
    if (kind === undefined || isSpanKind(kind)) return kind ?? fallback;
    this.#wrong('kind', 'no such kind of span; the wrong one was left out');
    return fallback;
  }

  /** Undefined for what points nowhere. */
  link(target: SpanLink | null | undefined): SpanLink | undefined {
    const { traceId, spanId } = givenOptions<Partial<Record<keyof SpanLink, unknown>>>(target);
    if (typeof traceId === 'string' && typeof spanId === 'string') return { traceId, spanId };
    this.#wrong('link', 'a link has the texts traceId and spanId; the wrong one was left out');
    return undefined;
  }

  name(name: unknown): string {
    if (typeof name === 'string' && name !== '') return this.#capturer.phrase(name, longestName);
    this.#wrong('name', 'a span needs a name that is not empty; it is called "(unnamed)"');
    return '(unnamed)';
  }

  level(level: unknown, fallback: Level): Level {
    if (level === undefined) return fallback;
    if (isLevel(level)) return level;
    this.#wrong('level', 'a level is DEBUG, DEFAULT, WARNING or ERROR; the wrong one was left out');
    return fallback;
  }

  evaluation(name: unknown, score: unknown, label: unknown, comment: unknown): Evaluation {
    const number = score ?? null;
    const isScore = number === null || (typeof number === 'number' && Number.isFinite(number));
    if (!isScore) this.#wrong('score', 'the score of an evaluation is a number, or null; it was left out');
    return Object.freeze({
      name: this.name(name),
      score: isScore ? number : null,
      label: this.phrase(label),
      comment: this.phrase(comment),
    });
  }

  phrase(text: unknown): string | null {
    if (text === null || text === undefined) return null;
    return this.#capturer.phrase(typeof text === 'string' ? text : (this.#capturer.text(text) ?? ''));
  }

  /** The text of a value, as far as the span's budget still has room for it. */
  value(value: unknown, fields: SpanFields): string | null {
    return this.bounded(this.#capturer.text(value), fields);
  }

  bounded(text: string | null, fields: SpanFields): string | null {
    if (text === null || text.length + spanLength(fields) <= this.#spanBytes) return text;
    return marker('truncated', { bytes: text.length, reason: 'span budget' });
  }

  metadata(metadata: unknown, fields: SpanFields): void {
    const text = this.bounded(this.metadataText(metadata), fields);
    if (text !== null) fields.metadataText = mergeObjectTexts(fields.metadataText, text);
  }

  /** The text of an object; null where there is none. */
  metadataText(metadata: unknown): string | null {
    if (metadata === null || metadata === undefined) return null;
    const text = this.#capturer.text(metadata);
    if (text === null || text.startsWith('{')) return text;
    this.#wrong('metadata', 'metadata is an object; what came was kept as its value');
    return `{"value":${text}}`;
  }

  event(name: unknown, at: number, input: unknown, level: unknown, fields: SpanFields): void {
    if (fields.eventFields.length >= mostEvents) {
      this.#wrong('events', `a span keeps ${mostEvents} events; later ones were left out`);
      return;
    }
    const event: EventFields = {
      name: this.name(name),
      at,
      level: this.level(level, 'DEFAULT'),
      inputText: this.value(input, fields),
    };
    fields.eventFields = [...fields.eventFields, event];
  }

  /** Everything that `update` and `end` share. */
  update(update: SpanUpdate, fields: SpanFields): void {
    if (update.name !== undefined) fields.name = this.name(update.name);
    fields.kind = this.kind(update.kind, fields.kind);
    if (update.input !== undefined) fields.inputText = this.value(update.input, fields);
    if (update.output !== undefined) fields.outputText = this.value(update.output, fields);
    this.metadata(update.metadata, fields);
    fields.level = this.level(update.level, fields.level);
    if (update.statusMessage !== undefined) fields.statusMessage = this.phrase(update.statusMessage);
    if (update.attempt !== undefined) fields.attempt = this.#attempt(update.attempt) ?? fields.attempt;
    this.generation(update, fields);
  }

  generation(given: GenerationFields, fields: SpanFields): void {
    if (given.model !== undefined) fields.model = asText(given.model);
    if (given.provider !== undefined) fields.provider = asText(given.provider);
    if (given.modelParameters !== undefined) fields.modelParametersText = this.value(given.modelParameters, fields);
    if (given.usage !== undefined) fields.usage = this.#usage(given.usage);
    if (given.costUsd !== undefined) fields.costUsd = this.#amount('costUsd', given.costUsd);
    if (given.ttftMs !== undefined) fields.ttftMs = this.#amount('ttftMs', given.ttftMs);
    if (given.responseId !== undefined) fields.responseId = asText(given.responseId);
    if (given.toolCalls !== undefined) fields.toolCallsText = this.value(given.toolCalls, fields);
  }

  /** US dollars for what a span used; null where nobody knows. */
  cost({ usage, model, provider, metadataText }: SpanFields): number | null {
    if (usage === null || model === null) return null;
    const tier = metadataText?.includes('"service_tier"') === true ? asObject(metadataText) : {};
    return this.#prices.costOf(usage, { model, provider, serviceTier: Reflect.get(tier, 'service_tier') }, new Date());
  }

  unreadUsage(name: string, keys: readonly string[]): void {
    this.#report.debug(
      'usage-unread',
      `the answer of "${name}" has a usage with no number of 0 or more under a known name: ${keys.join(', ')}`,
    );
  }

  #usage(usage: unknown): SpanFields['usage'] {
    if (usage === null) return null;
    const read = readUsage(usage);
    if (read === undefined) {
      this.#wrong('usage', 'usage has no number of 0 or more under a known name; it was left out');
    }
    return read ?? null;
  }

  #amount(option: string, amount: unknown): number | null {
    if (amount === null || (typeof amount === 'number' && amount >= 0 && amount <= mostOfAnAmount)) return amount;
    this.#wrong(option, `${option} must be a number from 0 to ${mostOfAnAmount}, or null; it was left out`);
    return null;
  }

  /** A time of the monotonic clock; undefined where none was told. */
  time(option: string, time: unknown): number | undefined {
    if (time === undefined || (typeof time === 'number' && Number.isFinite(time * 1000))) return time;
    this.#wrong(
      option,
      `${option} must be a number of milliseconds on the clock of performance.now(); it was left out`,
    );
    return undefined;
  }

  /** What was said, or another long text of a record: masked and bounded. */
  transcript(text: unknown): string | null {
    return text === null || text === undefined ? null : this.#capturer.phrase(this.id(text), longestTranscript);
  }

  #attempt(attempt: unknown): number | undefined {
    if (typeof attempt === 'number' && Number.isInteger(attempt) && attempt >= 1) return attempt;
    this.#wrong('attempt', 'attempt must be a whole number from 1; it was left out');
    return undefined;
  }

  #wrong(option: string, message: string): void {
    this.#report.debug(`wrong-${option}`, message);
  }
}

/** Undefined for what is no list, or none that can be read. */
function listOf(value: unknown): readonly unknown[] | undefined {
  try {
    return Array.isArray(value) ? untraced(() => Array.from<unknown>(value)) : undefined;
  } catch {
    return undefined;
  }
}

function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? wellFormed(sliceWhole(value, longestName)) : null;
}

function spanLength(fields: SpanFields): number {
  let length = (fields.inputText?.length ?? 0) + (fields.outputText?.length ?? 0) + (fields.metadataText?.length ?? 0);
  for (const event of fields.eventFields) length += event.inputText?.length ?? 0;
  return length;
}

/** Merges two JSON objects, the second one's keys win. Rare, so that it may parse. */
export function mergeObjectTexts(first: string | null, second: string | null): string | null {
  if (first === null || second === null) return second ?? first;
  const merged: unknown = { ...asObject(first), ...asObject(second) };
  return JSON.stringify(merged);
}

function asObject(text: string): object {
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : { value };
}
