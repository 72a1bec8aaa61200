import type { TimeAnchor } from '../base/clock.ts';
import { noEvaluations, type Evaluation } from './evaluation.ts';
import type { SpanLink } from './fields.ts';
import type { Level, Outcome } from './kind.ts';
import type { SamplingDecision, Service } from './trace-fields.ts';
import type { CallVoice, VoiceRollup } from './voice.ts';

/** How a trace's root ended. */
export interface RootEnd {
  /** When the pipeline learned of it: monotonic milliseconds. */
  readonly at: number;
  readonly durationMs: number | null;
  readonly level: Level;
  readonly outcome: Outcome;
  readonly statusMessage: string | null;
}

/** What became of a trace's records on their way out. */
export interface Delivery {
  /** Settles when every exporter has answered; undefined when all answered at once. */
  settled: Promise<void> | undefined;
  /** The first failure, or null. */
  error: string | null;
}

/**
 * Who a trace is: what its spans share, and what is still needed when work goes on after its end. It holds no span, so
 * that a timer which was started inside the trace keeps this alive and nothing else.
 */
export interface TraceHead {
  readonly traceId: string;
  service: Service;
  readonly anchor: TimeAnchor;
  startedAt: number;
  /** False when head sampling left the trace out; it may still be kept by a tail rule. */
  readonly isSampled: boolean;
  /** With what probability head sampling keeps such a trace: above 0, at most 1. */
  readonly rate: number;
  /** The W3C `tracestate` that goes with the trace to other processes. */
  readonly tracestate: string;
  name: string;
  runId: string;
  sessionId: string | null;
  sessionName: string | null;
  userId: string | null;
  tags: readonly string[];
  metadataText: string | null;
  links: readonly SpanLink[];
  evaluations: readonly Evaluation[];
  /** What is known of the call, where the trace is one. */
  voice: CallVoice | null;
  /** What the call came to in its whole record: an amendment without spans cannot tell. */
  rollup: VoiceRollup | null;
  /** How many records of this trace were made. */
  rev: number;
  /** The root's id; children name it as their parent. */
  rootId: string;
  /** Undefined while the root is open. */
  root: RootEnd | undefined;
  /** Generators that were called in the trace and not read yet: each may still become a span. */
  expected: number;
  /** Records that were let go of before it was decided to keep the trace. */
  forgotten: number;
  /** Why it is kept; null when it is not; undefined while it is open, or may still be kept. */
  sampling: SamplingDecision | null | undefined;
  delivery: Delivery | undefined;
  /** True once a record went to the exporters that want each span once; what follows amends it. */
  wasSent: boolean;
  /** Where the pipeline collects this trace's spans; undefined before the first and after the last. */
  collection: unknown;
}

/** What a trace is known by from its first moment. */
export type HeadStart = Pick<
  TraceHead,
  'traceId' | 'service' | 'anchor' | 'isSampled' | 'rate' | 'tracestate' | 'name' | 'runId' | 'tags'
>;

/** A trace of which nothing has happened yet. */
export function openHead(start: HeadStart): TraceHead {
  return {
    traceId: start.traceId,
    service: start.service,
    anchor: start.anchor,
    isSampled: start.isSampled,
    rate: start.rate,
    tracestate: start.tracestate,
    name: start.name,
    runId: start.runId,
    tags: start.tags,
    startedAt: start.anchor.monotonic,
    sessionId: null,
    sessionName: null,
    userId: null,
    metadataText: null,
    links: [],
    evaluations: noEvaluations,
    voice: null,
    rollup: null,
    rev: 0,
    rootId: '',
    root: undefined,
    expected: 0,
    forgotten: 0,
    sampling: undefined,
    delivery: undefined,
    wasSent: false,
    collection: undefined,
  };
}
