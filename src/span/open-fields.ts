import { createAnchor } from '../base/clock.ts';
import { createSpanId, createTraceId } from '../base/ids.ts';
import type { SpanFields } from './fields.ts';
import type { TraceHead } from './head.ts';
import type { SpanHost } from './host.ts';
import { givenOptions, type SpanOptions } from './span-options.ts';

/** What a span can be built of by hand. */
export interface NewSpan extends SpanOptions {
  readonly name: string;
  readonly parentId?: string | null;
  readonly traceId?: string;
}

const noLinks: SpanFields['links'] = Object.freeze([]);
export const noEvents: SpanFields['eventFields'] = Object.freeze([]);

/** What a span is built of by hand: JavaScript may pass anything. */
export function readNewSpan(options: NewSpan): NewSpan {
  return { name: '', ...givenOptions(options) };
}

/** The fields of a span that begins; its start is set when the input is captured. */
export function openFields(
  options: NewSpan,
  { writer, clock }: Pick<SpanHost<never>, 'writer' | 'clock'>,
  head: TraceHead | undefined,
  { parentId, spanId }: { readonly parentId: string | undefined; readonly spanId: string | undefined },
): SpanFields {
  return {
    traceId: head?.traceId ?? options.traceId ?? createTraceId(),
    spanId: spanId ?? createSpanId(),
    parentId: parentId ?? options.parentId ?? null,
    type: options.type === 'generation' ? 'generation' : 'span',
    kind: writer.kind(options.kind, options.type === 'generation' ? 'llm' : 'custom'),
    name: writer.name(options.name),
    anchor: head?.anchor ?? createAnchor(clock),
    startedAt: 0,
    endedAt: null,
    level: 'DEFAULT',
    outcome: 'running',
    statusMessage: null,
    error: null,
    exception: null,
    attempt: 1,
    inputText: null,
    outputText: null,
    metadataText: null,
    links: noLinks,
    eventFields: noEvents,
    model: null,
    provider: null,
    modelParametersText: null,
    usage: null,
    usageScope: 'self',
    costUsd: null,
    ttftMs: null,
    responseId: null,
    toolCallsText: null,
    voice: null,
  };
}
