import { readTrace } from 'clew/store';
import type { TraceRecord } from 'clew';

export interface SpanLine {
  readonly name: string;
  readonly ms?: number;
  readonly kind?: string;
  readonly error?: string;
  readonly errorType?: string;
  readonly attempt?: number;
}

export interface TraceLine {
  readonly id: string;
  readonly ms?: number;
  readonly at?: string;
  readonly spans?: readonly SpanLine[];
  readonly failed?: boolean;
  readonly outcome?: string;
  readonly usage?: object | null;
  readonly costUsd?: number | null;
  readonly unpriced?: readonly string[];
  readonly rate?: number;
  readonly evaluations?: readonly object[];
  readonly input?: unknown;
}

/** A line of NDJSON with the durations that the test wants, under a root of the trace's own duration. */
export function lineOf(trace: TraceLine): string {
  const {
    id,
    ms = 100,
    at = '2026-11-20T10:00:00.000000Z',
    spans = [],
    failed = false,
    outcome = failed ? 'error' : 'ok',
  } = trace;
  const children = spans.map((span, index) => ({
    span_id: `${id}-${index}`,
    parent_id: `${id}-root`,
    name: span.name,
    kind: span.kind ?? 'custom',
    start_time: at,
    started_at: index,
    ended_at: index + (span.ms ?? 10),
    level: span.error === undefined ? 'DEFAULT' : 'ERROR',
    outcome: span.error === undefined ? 'ok' : 'error',
    error: span.error ?? null,
    exception: span.error === undefined ? null : { type: span.errorType ?? 'Error', message: span.error, errors: [] },
    attempt: span.attempt ?? 1,
  }));
  const root = { span_id: `${id}-root`, name: 'handle', start_time: at, started_at: 0, ended_at: ms, outcome };
  return JSON.stringify({
    v: 1,
    trace_id: id,
    name: 'handle',
    start_time: at,
    duration_ms: ms,
    level: failed ? 'ERROR' : 'DEFAULT',
    outcome,
    error_count: children.filter(({ level }) => level === 'ERROR').length,
    input: trace.input ?? null,
    usage: trace.usage ?? null,
    cost_usd: trace.costUsd ?? null,
    unpriced: trace.unpriced ?? [],
    evaluations: trace.evaluations ?? [],
    sampling: { rate: trace.rate ?? 1, reason: 'head' },
    spans: [root, ...children],
  });
}

export function tracesOf(...traces: readonly TraceLine[]): readonly TraceRecord[] {
  return traces.flatMap((trace) => readTrace(lineOf(trace)) ?? []);
}
