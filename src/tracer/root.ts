import { SampledOutRoot } from '../span/sampled-out-root.ts';
import type { SpanHost } from '../span/host.ts';
import { Span } from '../span/span.ts';
import { linkBoth, type Beginning } from './beginning.ts';
import type { TracerParts } from './parts.ts';
import { createHead, startTrace } from './trace-head.ts';

/** Begins a trace with its root, linked to the span `from`, if there is one. A no-op twin where nothing could be kept. */
export function beginRoot(
  host: SpanHost<Span>,
  parts: TracerParts,
  { options, isTrace, includeOutput = true, capture, part }: Beginning,
  from: Span | undefined,
): Span {
  const start = startTrace(options, parts);
  if (!start.isSampled && !parts.sampling.hasTailRule) return new SampledOutRoot(host, start.traceId, start.tracestate);
  const head = createHead(start, options, isTrace, parts);
  // The metadata of `trace` is the trace's own, and stands in its head.
  const given = isTrace && options.metadata !== undefined ? withoutMetadata(options) : options;
  const root = new Span(
    { ...given, parentId: start.remote?.spanId ?? null },
    { host, head, parent: undefined, includeOutput, captured: capture?.(), part },
  );
  head.rootId = root.spanId;
  head.startedAt = root.startedAt;
  if (from?.isRecording === true) linkBoth(root, from, head);
  return root;
}

function withoutMetadata({ metadata: _, ...options }: Beginning['options']): Beginning['options'] {
  return options;
}
