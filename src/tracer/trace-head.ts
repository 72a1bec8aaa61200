import { createAnchor } from '../base/clock.ts';
import { createTraceId } from '../base/ids.ts';
import type { Report } from '../base/report.ts';
import { parseTraceparent, type RemoteParent } from '../context/traceparent.ts';
import {
  emptyTraceState,
  formatTracestate,
  parseTracestate,
  probabilityOf,
  type TraceState,
} from '../context/tracestate.ts';
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
  /** With what probability such a trace is kept, as far as it is known; else 1. */
  readonly rate: number;
  /** What goes on to other services as `tracestate`. */
  readonly tracestate: string;
  readonly remote: RemoteParent | undefined;
}

/** Gives a new trace its id and its head decision. A trace from elsewhere keeps its id, and the decision made there. */
export function startTrace(options: TraceOptions, { sampling, report }: TracerParts): TraceStart {
  const { traceparent } = options;
  const isGiven = traceparent !== undefined && traceparent !== null;
  const remote = isGiven ? parseTraceparent(traceparent) : undefined;
  if (remote !== undefined) return continueTrace(remote, readTracestate(options.tracestate, report));
  if (isGiven) {
    report.debug(
      'wrong-traceparent',
      'a traceparent header is not of the form 00-<32 hex>-<16 hex>-<2 hex>; a new trace was begun',
    );
  }
  const traceId = createTraceId();
  const isSampled = sampling.keepsHead(randomBits(traceId));
  const tracestate = isSampled ? `ot=th:${sampling.shortThreshold}` : '';
  return { traceId, remote: undefined, isSampled, rate: sampling.rate, tracestate };
}

/** The caller's flag decides. Its threshold is passed on, and weighs the trace, only where the flag follows from it. */
function continueTrace(remote: RemoteParent, state: TraceState): TraceStart {
  const { traceId, isSampled } = remote;
  const { threshold, randomness = randomBits(traceId) } = state;
  const known = isSampled && threshold !== undefined && randomness >= threshold ? threshold : undefined;
  const tracestate = formatTracestate({ ...state, threshold: known });
  return { traceId, remote, isSampled, rate: known === undefined ? 1 : probabilityOf(known), tracestate };
}

/** The 56 bits of a trace id that are random. */
function randomBits(traceId: string): string {
  return traceId.slice(-14);
}

function readTracestate(header: unknown, report: Report): TraceState {
  if (header === undefined || header === null) return emptyTraceState;
  try {
    const text: unknown = Array.isArray(header) ? header.join(',') : header;
    if (typeof text === 'string') return parseTracestate(text);
  } catch {
    // Told of below.
  }
  report.debug('wrong-tracestate', 'a tracestate header is no text; it was left out');
  return emptyTraceState;
}

/** Who a trace is, from the tracer's defaults and its own options; its own win. */
export function createHead(
  { traceId, isSampled, rate, tracestate }: TraceStart,
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
    rate,
    tracestate,
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
