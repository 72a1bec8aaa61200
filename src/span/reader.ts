import type { TimeAnchor } from '../base/clock.ts';
import { NO_SPAN_ID } from '../base/ids.ts';
import { isDictionary } from '../base/object.ts';
import type { ExceptionRecord } from '../capture/exception.ts';
import { fromWireFields } from '../capture/exception-fields.ts';
import type { Evaluation } from './evaluation.ts';
import type { EventFields } from './fields.ts';
import { isSpanKind, levels, outcomes } from './kind.ts';
import { SpanRecord } from './record.ts';
import type { SamplingDecision } from './trace-fields.ts';
import { TraceRecord } from './trace-record.ts';
import { readCall, readSpanVoice } from './voice-reader.ts';
import { WireFields } from './wire-fields.ts';

/**
 * Reads a trace's wire text (one line of NDJSON) back into a record. What is missing or of the wrong kind is read as
 * nothing, so that a record of a later version can be read too; keys that this version does not know are left out.
 *
 * @returns undefined for what is no trace at all: no JSON object, or one without a `trace_id`.
 */
export function readTrace(text: string): TraceRecord | undefined {
  try {
    const wire: unknown = JSON.parse(text);
    return isDictionary(wire) ? traceOf(new WireFields(wire)) : undefined;
  } catch {
    return undefined;
  }
}

function traceOf(fields: WireFields): TraceRecord | undefined {
  const traceId = fields.id('trace_id');
  if (traceId === null) return undefined;
  const spans = fields.objects('spans').map((span) => spanOf(new WireFields(span), traceId));
  const startedAt = spans[0]?.startedAt ?? 0;
  return new TraceRecord({
    rev: fields.number('rev') ?? 1,
    traceId,
    runId: fields.text('run_id') ?? traceId,
    name: fields.text('name') ?? '',
    kind: fields.text('kind') === 'voice' ? 'voice' : 'text',
    service: {
      name: fields.text('service') ?? '',
      environment: fields.text('environment'),
      version: fields.text('version'),
      tenantId: fields.text('tenant_id') ?? fields.number('tenant_id') ?? 0,
    },
    sessionId: fields.text('session_id'),
    sessionName: fields.text('session_name'),
    userId: fields.text('user_id'),
    tags: fields.texts('tags'),
    metadataText: fields.json('metadata'),
    links: fields.links(),
    anchor: anchorAt(fields.text('start_time'), startedAt),
    startedAt,
    durationMs: fields.ms('duration_ms'),
    level: fields.oneOf('level', levels) ?? 'DEFAULT',
    outcome: fields.oneOf('outcome', outcomes) ?? 'running',
    statusMessage: fields.text('status_message'),
    errorCount: fields.number('error_count') ?? 0,
    inputText: fields.json('input'),
    outputText: fields.json('output'),
    usage: fields.usage(),
    costUsd: fields.number('cost_usd'),
    unpriced: fields.texts('unpriced'),
    evaluations: fields.objects('evaluations').map((evaluation) => evaluationOf(new WireFields(evaluation))),
    sampling: samplingOf(fields),
    droppedSpans: fields.number('dropped_spans') ?? 0,
    amends: fields.value('amends') === true,
    voice: readCall(fields.value('voice')),
    spans: Object.freeze(spans),
  });
}

function spanOf(fields: WireFields, traceId: string): SpanRecord {
  const startedAt = fields.ms('started_at') ?? 0;
  const durationMs = fields.ms('duration_ms');
  const anchor = anchorAt(fields.text('start_time'), startedAt);
  const isGeneration = fields.text('type') === 'generation';
  const kind = fields.text('kind');
  return new SpanRecord({
    traceId,
    spanId: fields.id('span_id') ?? NO_SPAN_ID,
    parentId: fields.id('parent_id'),
    type: isGeneration ? 'generation' : 'span',
    kind: isSpanKind(kind) ? kind : 'custom',
    name: fields.text('name') ?? '',
    anchor,
    startedAt,
    endedAt: fields.ms('ended_at') ?? (durationMs === null ? null : startedAt + durationMs),
    level: fields.oneOf('level', levels) ?? 'DEFAULT',
    outcome: fields.oneOf('outcome', outcomes) ?? 'running',
    statusMessage: fields.text('status_message'),
    error: fields.text('error'),
    exception: exceptionOf(fields.value('exception')),
    attempt: fields.number('attempt') ?? 1,
    inputText: fields.json('input'),
    outputText: fields.json('output'),
    metadataText: fields.json('metadata'),
    links: fields.links(),
    eventFields: fields.objects('events').map((event) => eventOf(new WireFields(event), anchor)),
    model: fields.text('model'),
    provider: fields.text('provider'),
    modelParametersText: fields.json('model_parameters'),
    usage: fields.usage(),
    usageScope: fields.text('usage_scope') === 'aggregate' ? 'aggregate' : 'self',
    costUsd: fields.number('cost_usd'),
    ttftMs: fields.ms('ttft_ms'),
    responseId: fields.text('response_id'),
    toolCallsText: fields.json('tool_calls'),
    voice: readSpanVoice(fields.value('voice')),
  });
}

function eventOf(fields: WireFields, anchor: TimeAnchor): EventFields {
  return {
    name: fields.text('name') ?? '',
    at: anchor.monotonic + (wallTimeOf(fields.text('time')) - anchor.wall),
    level: fields.oneOf('level', levels) ?? 'DEFAULT',
    inputText: fields.json('input'),
  };
}

function evaluationOf(fields: WireFields): Evaluation {
  const [name, label, comment] = [fields.text('name') ?? '', fields.text('label'), fields.text('comment')];
  return { name, score: fields.number('score'), label, comment };
}

function samplingOf(fields: WireFields): SamplingDecision {
  const sampling = new WireFields(fields.value('sampling'));
  const reason = sampling.oneOf('reason', ['head', 'error', 'slow', 'costly', 'rule'] as const) ?? 'head';
  return { rate: sampling.number('rate') ?? 1, reason };
}

function exceptionOf(value: unknown): ExceptionRecord | null {
  if (!isDictionary(value)) return null;
  const fields = new WireFields(value);
  return {
    ...fromWireFields(value),
    type: fields.text('type') ?? 'Error',
    message: fields.text('message') ?? '',
    stack: fields.text('stack'),
    cause: exceptionOf(fields.value('cause')),
    errors: fields.objects('errors').flatMap((error) => exceptionOf(error) ?? []),
  };
}

/** Each span is its own anchor: two spans of one file need not come from one process. */
function anchorAt(startTime: string | null, monotonic: number): TimeAnchor {
  return { monotonic, wall: wallTimeOf(startTime) };
}

/** Milliseconds since 1970; `Date` itself knows no microseconds. */
function wallTimeOf(time: string | null): number {
  const whole = Date.parse(`${time?.slice(0, 19)}Z`);
  const fraction = /^\.(\d{1,6})/.exec(time?.slice(19) ?? '')?.[1] ?? '0';
  return Number.isNaN(whole) ? 0 : whole + Number(fraction.padEnd(6, '0')) / 1000;
}
