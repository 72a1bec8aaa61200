import { formatTime } from '../base/clock.ts';
import type { SpanFields } from './fields.ts';
import { spanVoiceText } from './voice-text.ts';
import { eventsText, exceptionText, linksText, msText, numberText, quote, usageText } from './wire.ts';

/**
 * The wire text of a span (design section 4). Captured text is spliced in as it is: nothing is serialised twice.
 * Ids, types, kinds, levels and outcomes are ours and need no escaping.
 */
export function spanText(span: Readonly<SpanFields>, durationMs: number | null): string {
  const parent = span.parentId === null ? 'null' : quote(span.parentId);
  return (
    `{"span_id":"${span.spanId}","parent_id":${parent},"type":"${span.type}","kind":"${span.kind}",` +
    `"name":${quote(span.name)},"start_time":"${formatTime(span.anchor, span.startedAt)}",` +
    `"started_at":${msText(span.startedAt)},"ended_at":${msText(span.endedAt)},"duration_ms":${msText(durationMs)},` +
    `"level":"${span.level}","outcome":"${span.outcome}","status_message":${quote(span.statusMessage)},` +
    `"error":${quote(span.error)},"exception":${exceptionText(span.exception)},"attempt":${span.attempt},` +
    `"input":${span.inputText ?? 'null'},"output":${span.outputText ?? 'null'},"metadata":${span.metadataText ?? '{}'},` +
    `"links":${linksText(span.links)},"events":${eventsText(span)},"model":${quote(span.model)},` +
    `"provider":${quote(span.provider)},"model_parameters":${span.modelParametersText ?? 'null'},` +
    `"usage":${usageText(span.usage)},"usage_scope":"${span.usageScope}","cost_usd":${numberText(span.costUsd)},` +
    `"ttft_ms":${msText(span.ttftMs)},"response_id":${quote(span.responseId)},` +
    `"tool_calls":${span.toolCallsText ?? '[]'},"voice":${spanVoiceText(span.voice)}}`
  );
}
