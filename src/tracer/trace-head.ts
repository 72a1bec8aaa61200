import { createAnchor } from '../base/clock.ts';
import { createTraceId } from '../base/ids.ts';
import { parseTraceparent, type RemoteParent } from '../context/traceparent.ts';
import { openHead, type TraceHead } from '../span/head.ts';
import { setSession } from '../span/session.ts';
import type { TraceOptions } from '../span/span-options.ts';
import { mergeObjectTexts } from '../span/span-writer.ts';
import { mergeTags } from '../span/trace.ts';
import type { TracerParts } from './parts.ts';

/** A trace that is about to begin: who it is, and where it goes on from. */
export interface TraceStart {
  readonly traceId: string;
  readonly isSampled: boolean;
  readonly remote: RemoteParent | undefined;
}

/** Gives a new trace its id and its head decision. A trace from elsewhere keeps both ids and a decision against it. */
export function startTrace(options: TraceOptions, { sampling, report }: TracerParts): TraceStart {
  const { traceparent } = options;
  const remote = traceparent === undefined ? undefined : parseTraceparent(traceparent);
  if (traceparent !== undefined && remote === undefined) {
    report.debug(
      'wrong-traceparent',
      'a traceparent header is not of the form 00-<32 hex>-<16 hex>-<2 hex>; a new trace was begun',
    );
  }
  const traceId = remote?.traceId ?? createTraceId();
  return { traceId, remote, isSampled: remote?.isSampled !== false && sampling.keepsHead(traceId) };
}

/** Who a trace is, from the tracer's defaults and its own options; its own win (G22). */
export function createHead(
  { traceId, isSampled }: TraceStart,
  options: TraceOptions & { readonly name: string },
  isTrace: boolean,
  parts: TracerParts,
): TraceHead {
  const { clock, writer, defaults } = parts;
  const head = openHead({
    traceId,
    service: defaults.service,
    anchor: createAnchor(clock),
    isSampled,
    name: writer.name(options.name),
    runId: writer.id(options.runId ?? defaults.runId ?? traceId),
    tags: defaults.tags,
  });
  setIdentity(head, options, parts);
  head.metadataText = writer.metadataText(defaults.metadata);
  if (isTrace) head.metadataText = mergeObjectTexts(head.metadataText, writer.metadataText(options.metadata));
  return head;
}

function setIdentity(head: TraceHead, options: TraceOptions, { writer, defaults }: TracerParts): void {
  const session = options.session ?? options.sessionId ?? defaults.session;
  if (session !== undefined) setSession(head, session, writer);
  if (options.userId !== undefined) head.userId = writer.identity(options.userId);
  head.tags = mergeTags(head.tags, writer.tags(options.tags));
}
