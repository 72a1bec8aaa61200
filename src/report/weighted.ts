/** A value that stands for so many. */
export interface Weighted {
  readonly value: number;
  /** How many it stands for: the inverse of the probability with which its trace was kept. */
  readonly weight: number;
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The smallest values below which these shares of the weight lie (nearest rank). Null for no values at all. */
export function percentilesOf(values: readonly Weighted[]): Percentiles | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((one, other) => one.value - other.value);
  const whole = sumOf(sorted.map(({ weight }) => weight));
  const at = (share: number): number => {
    let below = 0;
    for (const { value, weight } of sorted) {
      below += weight;
      // A hair less, since sums of weights are not exact.
      if (below >= share * whole * (1 - Number.EPSILON * 8)) return value;
    }
    return sorted.at(-1)?.value ?? 0;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Null for no values. */
export function averageOf(values: readonly Weighted[]): number | null {
  const weight = sumOf(values.map((each) => each.weight));
  return weight === 0 ? null : sumOf(values.map((each) => each.value * each.weight)) / weight;
}
