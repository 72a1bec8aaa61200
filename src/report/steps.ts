import type { TraceRecord } from '../span/trace-record.ts';
import { weightOf } from './trace-facts.ts';
import { percentilesOf, sumOf, type Percentiles, type Weighted } from './weighted.ts';

/** What the spans of one name come to. Milliseconds. */
export interface StepReport extends Percentiles {
  readonly name: string;
  readonly kind: string;
  /** How many there were, traces that were sampled out included. */
  readonly count: number;
  readonly totalMs: number;
  /** Share of them that failed, 0 to 1. */
  readonly errorRate: number;
}

interface Step {
  readonly kind: string;
  readonly times: Weighted[];
  errors: number;
}

/** Every step by its name, the slowest (by its p95) first. Roots are no steps: they are the request itself. */
export function stepsOf(traces: readonly TraceRecord[]): readonly StepReport[] {
  const steps = new Map<string, Step>();
  for (const trace of traces) {
    const weight = weightOf(trace);
    const root = trace.rootSpan;
    for (const span of trace.spans) {
      if (span === root || span.durationMs === null || span.outcome === 'no_end') continue;
      const step = steps.get(span.name) ?? { kind: span.kind, times: [], errors: 0 };
      step.times.push({ value: span.durationMs, weight });
      if (span.level === 'ERROR') step.errors += weight;
      steps.set(span.name, step);
    }
  }
  return [...steps]
    .flatMap(([name, step]) => reportOf(name, step))
    .toSorted((one, other) => other.p95 - one.p95 || one.name.localeCompare(other.name));
}

function reportOf(name: string, { kind, times, errors }: Step): readonly StepReport[] {
  const percentiles = percentilesOf(times);
  if (percentiles === null) return [];
  const count = sumOf(times.map(({ weight }) => weight));
  const totalMs = sumOf(times.map(({ value, weight }) => value * weight));
  return [{ name, kind, count, ...percentiles, totalMs, errorRate: errors / count }];
}
