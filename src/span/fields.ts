import type { TimeAnchor } from '../base/clock.ts';
import type { ExceptionRecord } from '../capture/exception.ts';
import type { Usage } from '../capture/usage/usage.ts';
import type { Level, Outcome, SpanKind, SpanType } from './kind.ts';
import type { SpanVoice } from './voice.ts';

/** A point in time on a span. `inputText` is JSON. */
export interface EventFields {
  readonly name: string;
  readonly at: number;
  readonly level: Level;
  readonly inputText: string | null;
}

/** A pointer to a span of another trace. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
}

/** Everything that a span has to tell; what is named `…Text` is JSON text as it was captured. */
export interface SpanFields {
  traceId: string;
  spanId: string;
  parentId: string | null;
  type: SpanType;
  kind: SpanKind;
  name: string;
  anchor: TimeAnchor;
  startedAt: number;
  endedAt: number | null;
  level: Level;
  outcome: Outcome;
  statusMessage: string | null;
  error: string | null;
  exception: ExceptionRecord | null;
  attempt: number;
  inputText: string | null;
  outputText: string | null;
  metadataText: string | null;
  links: readonly SpanLink[];
  eventFields: readonly EventFields[];
  model: string | null;
  provider: string | null;
  modelParametersText: string | null;
  usage: Usage | null;
  usageScope: 'self' | 'aggregate';
  costUsd: number | null;
  ttftMs: number | null;
  responseId: string | null;
  toolCallsText: string | null;
  voice: SpanVoice | null;
}
