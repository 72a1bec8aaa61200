import { addUsage, type MutableUsage, type Usage } from '../capture/usage/usage.ts';
import type { SpanRecord } from './record.ts';

/** What a trace's spans come to. */
export interface SpanSummary {
  readonly errorCount: number;
  readonly usage: Usage | null;
  readonly costUsd: number | null;
  /** Models whose usage has no price, each once. */
  readonly unpriced: readonly string[];
}

const nothing: readonly string[] = Object.freeze([]);
const emptySummary: SpanSummary = Object.freeze({ errorCount: 0, usage: null, costUsd: null, unpriced: nothing });

/** Sums errors, usage and cost. Aggregates and repeated response ids are left out, so that nothing counts twice. */
export function summarise(spans: readonly SpanRecord[]): SpanSummary {
  let errorCount = 0;
  let bearers: SpanRecord[] | undefined;
  for (const span of spans) {
    if (span.level === 'ERROR') errorCount += 1;
    if ((span.usage !== null || span.costUsd !== null) && span.usageScope === 'self') (bearers ??= []).push(span);
  }
  if (bearers === undefined) return errorCount === 0 ? emptySummary : { ...emptySummary, errorCount };
  const { usage, costUsd, unpriced } = sumBearers(bearers);
  return { errorCount, usage, costUsd, unpriced };
}

function sumBearers(bearers: readonly SpanRecord[]): Omit<SpanSummary, 'errorCount'> {
  const usage: MutableUsage = {};
  const seen = new Set<string>();
  let unpriced: Set<string> | undefined;
  let costUsd: number | null = null;
  for (const span of bearers) {
    if (span.responseId !== null && seen.has(span.responseId)) continue;
    if (span.responseId !== null) seen.add(span.responseId);
    if (span.usage !== null) addUsage(usage, span.usage);
    if (span.costUsd !== null) costUsd = (costUsd ?? 0) + span.costUsd;
    else (unpriced ??= new Set()).add(span.model ?? span.name);
  }
  return {
    usage: Object.keys(usage).length === 0 ? null : Object.freeze(usage),
    costUsd,
    unpriced: unpriced === undefined ? nothing : Object.freeze([...unpriced]),
  };
}

/** A span above another one with usage tells the same tokens again: it becomes an aggregate (design section 4). */
export function markAggregates(spans: readonly SpanRecord[]): readonly SpanRecord[] {
  const bearers = spans.filter((span) => span.usage !== null);
  if (bearers.length < 2) return spans;
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const above = new Set<string>();
  for (const bearer of bearers) {
    let parent = bearer.parentId;
    while (parent !== null && !above.has(parent)) {
      above.add(parent);
      parent = byId.get(parent)?.parentId ?? null;
    }
  }
  return spans.map((span) =>
    span.usage !== null && above.has(span.spanId) && span.usageScope === 'self'
      ? span.with({ usageScope: 'aggregate' })
      : span,
  );
}
