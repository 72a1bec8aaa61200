import type { TraceRecord } from '../span/trace-record.ts';
import { weightOf } from './trace-facts.ts';
import { averageOf, sumOf, type Weighted } from './weighted.ts';

/** Tokens and US dollars of the average request. Null for what no trace tells. */
export interface ConsumptionReport {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly totalTokens: number | null;
  readonly costUsd: number | null;
  /** Of all traces together, those that were sampled out included. */
  readonly totalCostUsd: number | null;
  /** Models whose tokens are not in the cost. */
  readonly unpriced: readonly string[];
}

export interface MonthReport {
  /** `2026-11`, in UTC. */
  readonly month: string;
  readonly requests: number;
  readonly costUsd: number | null;
  readonly costPerRequestUsd: number | null;
}

/** A request without usage used nothing that anybody counted; where no request has any, nobody counts. */
export function consumptionOf(traces: readonly TraceRecord[]): ConsumptionReport {
  const average = (read: (trace: TraceRecord) => number | null | undefined): number | null =>
    averageOfKnown(traces, read)?.average ?? null;
  const costs = averageOfKnown(traces, ({ costUsd }) => costUsd);
  return {
    inputTokens: average(({ usage }) => usage?.inputTokens),
    outputTokens: average(({ usage }) => usage?.outputTokens),
    totalTokens: average(({ usage }) => usage?.totalTokens),
    costUsd: costs?.average ?? null,
    totalCostUsd: costs?.total ?? null,
    unpriced: [...new Set(traces.flatMap(({ unpriced }) => unpriced))].toSorted(),
  };
}

/** Every month from which there are traces, in their order. */
export function monthsOf(traces: readonly TraceRecord[]): readonly MonthReport[] {
  const months = Map.groupBy(traces, ({ startTime }) => startTime.slice(0, 7));
  return [...months]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([month, inIt]) => {
      const costs = averageOfKnown(inIt, ({ costUsd }) => costUsd);
      return {
        month,
        requests: sumOf(inIt.map(weightOf)),
        costUsd: costs?.total ?? null,
        costPerRequestUsd: costs?.average ?? null,
      };
    });
}

function averageOfKnown(
  traces: readonly TraceRecord[],
  read: (trace: TraceRecord) => number | null | undefined,
): { readonly average: number; readonly total: number } | undefined {
  if (traces.every((trace) => (read(trace) ?? null) === null)) return undefined;
  const values = traces.map((trace): Weighted => ({ value: read(trace) ?? 0, weight: weightOf(trace) }));
  const average = averageOf(values);
  return average === null ? undefined : { average, total: sumOf(values.map(({ value, weight }) => value * weight)) };
}
