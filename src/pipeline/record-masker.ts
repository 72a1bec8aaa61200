import { isDictionary } from '../base/object.ts';
import type { Report } from '../base/report.ts';
import { isPromiseLike } from '../base/promise-like.ts';
import { untraced } from '../base/shared.ts';
import type { ExceptionRecord } from '../capture/exception.ts';
import { fromWireFields } from '../capture/exception-fields.ts';
import { marker } from '../capture/marker.ts';
import { wellFormed, wellFormedJson } from '../capture/well-formed.ts';
import type { TraceHead } from '../span/head.ts';
import { parseObject } from '../span/json.ts';
import type { SpanRecord } from '../span/record.ts';
import type { SpanFields } from '../span/fields.ts';
import { isTurn, StageVoice, type CallVoice, type SpanVoice } from '../span/voice.ts';

/** Wire data of a span, or of a trace without its spans; yours to change. */
export type MaskableRecord = Record<string, unknown>;

/**
 * Changes what a record says before any exporter sees it. Given each span, and the head of each trace (it has no
 * `span_id`), as wire data; what it returns is kept. Content, names and metadata can be changed; ids, times and
 * outcomes cannot.
 */
export type RecordMask = (record: MaskableRecord) => MaskableRecord;

const failed = marker('masker-failed');

/** Applies a user's mask, and fails closed: a mask that throws costs the content, not the record. */
export class RecordMasker {
  readonly #mask: RecordMask;
  readonly #report: Report;

  constructor(mask: RecordMask, report: Report) {
    this.#mask = mask;
    this.#report = report;
  }

  maskSpan(record: SpanRecord): SpanRecord {
    const fields = this.#apply({ ...record.toJSON() }, (masked) => readSpan(masked, record));
    return record.with(fields ?? withoutContent(record));
  }

  maskHead(head: TraceHead): void {
    const { name, userId, sessionId, sessionName, tags, metadataText } = head;
    const wire = {
      trace_id: head.traceId,
      name,
      user_id: userId,
      session_id: sessionId,
      session_name: sessionName,
      tags: [...tags],
      metadata: { ...parseObject(metadataText) },
      evaluations: head.evaluations.map((evaluation) => ({ ...evaluation })),
      ...(head.voice !== null && { voice: callWire(head.voice) }),
    };
    Object.assign(head, this.#apply(wire, (masked) => readHead(masked, head)) ?? readHead({}, head));
  }

  /** What the mask made of a record, read out of what it returned; undefined when either failed. */
  #apply<Fields>(record: MaskableRecord, read: (masked: MaskableRecord) => Fields): Fields | undefined {
    try {
      const masked: unknown = untraced(() => this.#mask(record));
      // A promise comes too late; what it rejects with must not end the program.
      if (isPromiseLike(masked)) void masked.then(undefined, () => {});
      else if (isDictionary(masked)) return untraced(() => read(masked));
      this.#report.warn('masker-failed', 'the masker gave no record; the content was left out');
    } catch (error) {
      this.#report.warn('masker-failed', 'the masker failed; the content was left out', error);
    }
    return undefined;
  }
}

function readSpan(masked: MaskableRecord, record: SpanRecord): Partial<SpanFields> {
  return {
    name: asText(masked['name']) ?? '[masked]',
    inputText: asJson(masked['input']),
    outputText: asJson(masked['output']),
    metadataText: asJson(masked['metadata']),
    statusMessage: asText(masked['status_message']),
    error: asText(masked['error']),
    exception: maskException(record.exception, masked['exception']),
    modelParametersText: asJson(masked['model_parameters']),
    toolCallsText: asJson(masked['tool_calls']),
    eventFields: maskEvents(record, masked['events']),
    voice: maskVoice(record.voice, masked['voice']),
  };
}

function readHead(masked: MaskableRecord, { evaluations, voice }: TraceHead): Partial<TraceHead> {
  return {
    name: asText(masked['name']) ?? '[masked]',
    userId: asText(masked['user_id']),
    sessionId: asText(masked['session_id']),
    sessionName: asText(masked['session_name']),
    tags: Array.isArray(masked['tags']) ? masked['tags'].map(String) : [],
    metadataText: asJson(masked['metadata']),
    evaluations: maskEvaluations(evaluations, masked['evaluations']),
    voice: maskCall(voice, masked['voice']),
  };
}

/** What a call's record says in words of its caller's. */
function callWire({ endReason, roomId, externalSessionId }: CallVoice): MaskableRecord {
  return { end_reason: endReason, room_id: roomId, external_session_id: externalSessionId };
}

function maskCall(voice: CallVoice | null, masked: unknown): CallVoice | null {
  if (voice === null) return null;
  const changes = isDictionary(masked) ? masked : {};
  return Object.freeze({
    ...voice,
    endReason: asText(changes['end_reason']),
    roomId: asText(changes['room_id']),
    externalSessionId: asText(changes['external_session_id']),
  });
}

/** Scores stay; texts are what the mask made of them. */
function maskEvaluations(evaluations: TraceHead['evaluations'], masked: unknown): TraceHead['evaluations'] {
  const changes: readonly unknown[] = Array.isArray(masked) ? masked : [];
  return evaluations.map(({ score }, index) => {
    const change = changes[index];
    const [name, label, comment] = ['name', 'label', 'comment'].map((key) =>
      isDictionary(change) ? asText(change[key]) : null,
    );
    return { name: name ?? '[masked]', score, label: label ?? null, comment: comment ?? null };
  });
}

function withoutContent(record: SpanRecord): Partial<SpanFields> {
  return {
    name: '[masked]',
    inputText: failed,
    outputText: failed,
    metadataText: null,
    statusMessage: record.statusMessage === null ? null : '[masked]',
    error: record.error === null ? null : '[masked]',
    exception: null,
    eventFields: [],
    modelParametersText: null,
    toolCallsText: null,
    voice: maskVoice(record.voice, undefined),
  };
}

/** What was said can be masked; who said it, and when, cannot. */
function maskVoice(voice: SpanVoice | null, masked: unknown): SpanVoice | null {
  if (voice === null) return null;
  const changes = isDictionary(masked) ? masked : {};
  if (isTurn(voice)) return Object.freeze({ ...voice, transcript: asText(changes['transcript']) });
  return new StageVoice(isDictionary(changes['payload']) ? wellFormedJson(JSON.stringify(changes['payload'])) : '{}');
}

function maskEvents(record: SpanRecord, masked: unknown): SpanFields['eventFields'] {
  if (!Array.isArray(masked)) return [];
  return record.eventFields.flatMap((event, index) => {
    const change: unknown = masked[index];
    return isDictionary(change)
      ? [{ ...event, name: asText(change['name']) ?? '[masked]', inputText: asJson(change['input']) }]
      : [];
  });
}

/** Messages, stacks and own fields can be masked, down to causes and collected errors; what the mask dropped is dropped. */
function maskException(exception: ExceptionRecord | null, masked: unknown): ExceptionRecord | null {
  if (exception === null || !isDictionary(masked)) return null;
  const errors: readonly unknown[] = Array.isArray(masked['errors']) ? masked['errors'] : [];
  return {
    ...fromWireFields(masked),
    type: exception.type,
    message: asText(masked['message']) ?? '[masked]',
    stack: asText(masked['stack']),
    cause: maskException(exception.cause, masked['cause']),
    errors: exception.errors.flatMap((error, index) => maskException(error, errors[index]) ?? []),
  };
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? wellFormed(value) : null;
}

function asJson(value: unknown): string | null {
  const text: unknown = value === undefined || value === null ? null : JSON.stringify(value);
  return typeof text === 'string' ? wellFormedJson(text) : null;
}
