import type { TimeAnchor } from '../base/clock.ts';
import type { Usage } from '../capture/usage/usage.ts';
import type { Evaluation } from './evaluation.ts';
import type { SpanLink } from './fields.ts';
import type { Level, Outcome } from './kind.ts';
import type { SpanRecord } from './record.ts';
import type { TraceVoice } from './voice.ts';

/** Who made the records: the same for every trace of a tracer. */
export interface Service {
  readonly name: string;
  readonly environment: string | null;
  readonly version: string | null;
  readonly tenantId: number | string;
}

/** Why a trace was kept, and with what probability: aggregates weigh it by the inverse. */
export interface SamplingDecision {
  /** 0 to 1. */
  readonly rate: number;
  readonly reason: 'head' | 'error' | 'slow' | 'costly' | 'rule';
}

/** Everything that a trace has to tell beside its spans. */
export interface TraceFields {
  rev: number;
  traceId: string;
  runId: string;
  name: string;
  kind: 'text' | 'voice';
  service: Service;
  sessionId: string | null;
  sessionName: string | null;
  userId: string | null;
  tags: readonly string[];
  metadataText: string | null;
  links: readonly SpanLink[];
  anchor: TimeAnchor;
  startedAt: number;
  durationMs: number | null;
  level: Level;
  outcome: Outcome;
  statusMessage: string | null;
  errorCount: number;
  inputText: string | null;
  outputText: string | null;
  usage: Usage | null;
  costUsd: number | null;
  unpriced: readonly string[];
  evaluations: readonly Evaluation[];
  sampling: SamplingDecision;
  droppedSpans: number;
  amends: boolean;
  voice: TraceVoice | null;
  spans: readonly SpanRecord[];
}
