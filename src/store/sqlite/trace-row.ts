import { roundMs } from '../../base/clock.ts';
import { evaluationsText } from '../../span/evaluation.ts';
import type { SpanRecord } from '../../span/record.ts';
import type { TraceRecord } from '../../span/trace-record.ts';
import { callText, spanVoiceText } from '../../span/voice-text.ts';
import { eventsText, exceptionText, linksText, usageText } from '../../span/wire.ts';

/** What a column can hold. */
export type Cell = string | number | null;

type Column<Source> = readonly [name: string, read: (source: Source) => Cell];

function textOrNull(text: string): string | null {
  return text === 'null' ? null : text;
}

/** The columns of a trace, and where each comes from. Input and output are its root's and stand there. */
export const traceColumns: readonly Column<TraceRecord>[] = [
  ['trace_id', (trace) => trace.traceId],
  ['rev', (trace) => trace.rev],
  ['run_id', (trace) => trace.runId],
  ['name', (trace) => trace.name],
  ['kind', (trace) => trace.kind],
  ['service', (trace) => trace.service.name],
  ['environment', (trace) => trace.service.environment],
  ['version', (trace) => trace.service.version],
  ['tenant_id', (trace) => trace.service.tenantId],
  ['session_id', (trace) => trace.sessionId],
  ['session_name', (trace) => trace.sessionName],
  ['user_id', (trace) => trace.userId],
  ['tags', (trace) => JSON.stringify(trace.tags)],
  ['metadata', (trace) => trace.metadataText ?? '{}'],
  ['links', (trace) => linksText(trace.links)],
  ['start_time', (trace) => trace.startTime],
  ['duration_ms', (trace) => trace.durationMs],
  ['level', (trace) => trace.level],
  ['outcome', (trace) => trace.outcome],
  ['status_message', (trace) => trace.statusMessage],
  ['error_count', (trace) => trace.errorCount],
  ['root_id', (trace) => trace.rootSpan?.spanId ?? null],
  ['usage', (trace) => textOrNull(usageText(trace.usage))],
  ['cost_usd', (trace) => trace.costUsd],
  ['unpriced', (trace) => JSON.stringify(trace.unpriced)],
  ['evaluations', (trace) => evaluationsText(trace.evaluations)],
  ['sampling', (trace) => JSON.stringify(trace.sampling)],
  ['dropped_spans', (trace) => trace.droppedSpans],
  ['voice', (trace) => textOrNull(callText(trace.voice))],
];

/** The columns of a span beside the `rev` of the record it came with. */
export const spanColumns: readonly Column<SpanRecord>[] = [
  ['trace_id', (span) => span.traceId],
  ['span_id', (span) => span.spanId],
  ['parent_id', (span) => span.parentId],
  ['type', (span) => span.type],
  ['kind', (span) => span.kind],
  ['name', (span) => span.name],
  ['start_time', (span) => span.startTime],
  ['started_at', (span) => roundMs(span.startedAt)],
  ['ended_at', (span) => (span.endedAt === null ? null : roundMs(span.endedAt))],
  ['duration_ms', (span) => span.durationMs],
  ['level', (span) => span.level],
  ['outcome', (span) => span.outcome],
  ['status_message', (span) => span.statusMessage],
  ['error', (span) => span.error],
  ['exception', (span) => textOrNull(exceptionText(span.exception))],
  ['attempt', (span) => span.attempt],
  ['input', (span) => span.inputText],
  ['output', (span) => span.outputText],
  ['metadata', (span) => span.metadataText ?? '{}'],
  ['links', (span) => linksText(span.links)],
  ['events', (span) => eventsText(span)],
  ['model', (span) => span.model],
  ['provider', (span) => span.provider],
  ['model_parameters', (span) => span.modelParametersText],
  ['usage', (span) => textOrNull(usageText(span.usage))],
  ['usage_scope', (span) => span.usageScope],
  ['cost_usd', (span) => span.costUsd],
  ['ttft_ms', (span) => span.ttftMs],
  ['response_id', (span) => span.responseId],
  ['tool_calls', (span) => span.toolCallsText ?? '[]'],
  ['voice', (span) => textOrNull(spanVoiceText(span.voice))],
];

/** Columns whose text is JSON already. */
const jsonColumns: ReadonlySet<string> = new Set(
  [
    'tags',
    'metadata',
    'links',
    'usage',
    'unpriced',
    'evaluations',
    'sampling',
    'exception',
    'input',
    'output',
    'events',
  ].concat(['model_parameters', 'tool_calls', 'voice']),
);

/** A row as the members of its wire object. */
export function wireMembers(row: Readonly<Record<string, unknown>>): string {
  return Object.entries(row)
    .map(([column, cell]) => {
      const isJson = jsonColumns.has(column) && typeof cell === 'string';
      return `"${column}":${isJson ? cell : JSON.stringify(cell)}`;
    })
    .join(',');
}
