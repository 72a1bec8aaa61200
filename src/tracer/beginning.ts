import type { Captured } from '../capture/capturer.ts';
import type { TraceHead } from '../span/head.ts';
import type { SpanPart } from '../span/span-part.ts';
import type { TraceOptions } from '../span/span-options.ts';
import type { Span } from '../span/span.ts';

/** What a span begins with. */
export interface Beginning {
  readonly options: TraceOptions & { readonly name: string };
  readonly isTrace: boolean;
  readonly includeOutput?: boolean;
  readonly capture?: () => Captured | null;
  /** Default: the active span. */
  readonly parent?: Span | undefined;
  readonly part?: SpanPart | undefined;
}

/** Begins a span under a parent. */
export type SpanBeginning = (options: Beginning['options'], parent: Span, part: SpanPart) => Span;

/** Options that only a trace of its own can have. */
export function namesTrace({ session, sessionId, userId, tags, runId, traceparent }: TraceOptions): boolean {
  return [session, sessionId, userId, tags, runId, traceparent].some((option) => option !== undefined);
}

export function linkBoth(root: Span, from: Span, head: TraceHead): void {
  const target = { traceId: from.traceId, spanId: from.spanId };
  root.link(target);
  head.links = [target];
  from.link({ traceId: root.traceId, spanId: root.spanId });
}
