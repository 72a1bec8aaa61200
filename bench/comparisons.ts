import type { Sample } from './measurement.ts';
import type { Summary } from './statistics.ts';
import { summarise } from './statistics.ts';

/** A row of the table: one subject beside another. */
export interface Comparison {
  readonly subject: string;
  readonly label: string;
  readonly against: string;
  /** A second, stricter comparison, without a target. */
  readonly alsoAgainst?: string;
  /** Taken off both sides first: the cost of the functions themselves. */
  readonly above?: string;
  /** Ratios are of CPU per unit; of units per second of wall time where this says so. */
  readonly measure?: 'per second';
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** OpenTelemetry as people run it; its simple processor hands over span by span, which nobody does in production. */
const turn = { against: 'otel-batch', alsoAgainst: 'otel', above: 'bare' };

export const comparisons: readonly Comparison[] = [
  { subject: 'floor', label: 'floor: context, id, two clocks, nothing captured', ...turn },
  { subject: 'clew-off', label: 'clew, off', ...turn },
  { subject: 'clew-memory-unmasked', label: 'clew, in memory, masker: false', ...turn, atMost: 0.9 },
  { subject: 'clew-memory', label: 'clew, in memory', ...turn, atMost: 1.1 },
  { subject: 'clew-memory-secrets', label: 'clew, in memory, three secrets a turn', ...turn },
  { subject: 'clew-ndjson-unmasked', label: 'clew, NDJSON file, masker: false', ...turn },
  { subject: 'clew-ndjson', label: 'clew, NDJSON file', ...turn },
  { subject: 'clew-sqlite', label: 'clew, local mode (SQLite)', ...turn },
  { subject: 'clew-http', label: 'clew, HTTP to a server on loopback', ...turn },
  { subject: 'otel', label: 'OpenTelemetry 2, in memory', ...turn },
  { subject: 'otel-batch', label: 'OpenTelemetry 2, batch processor, exporter does nothing', ...turn },
  { subject: 'otel-3', label: 'OpenTelemetry 3, in memory', ...turn },
  { subject: 'langfuse', label: 'Langfuse, in memory', ...turn },
  { subject: 'langsmith', label: 'LangSmith, requests to a sink in process', ...turn },
  { subject: 'call-off', label: 'one async call, wrapped and off', against: 'call-bare', atMost: 1.5 },
  { subject: 'call-sampled-span', label: 'the same in a trace that was sampled out', against: 'call-off', atMost: 2 },
  { subject: 'call-sampled-root', label: 'the same as a root that is sampled out', against: 'call-off', atMost: 15 },
  {
    subject: 'lines-clew',
    label: 'NDJSON lines per second',
    against: 'lines-sonic-boom',
    measure: 'per second',
    atLeast: 0.7,
  },
  {
    subject: 'answers-read',
    label: 'a generation: usage, tool calls and cost found',
    against: 'answers-recorded',
    above: 'answers-bare',
  },
  { subject: 'stream-read', label: 'a chunk of a stream of 2,000, put together', against: 'stream-bare' },
  { subject: 'voice-turns', label: 'a turn of a call with three stages', against: 'voice-spans' },
  {
    subject: 'rows-clew',
    label: 'SQLite rows per second',
    against: 'rows-bare',
    measure: 'per second',
  },
];

export interface Result extends Comparison {
  readonly ratio: Summary;
  readonly alsoRatio: Summary | undefined;
  /** Information only: nanoseconds depend on the machine and on what else it does. */
  readonly nsPerUnit: Summary;
  readonly wallNsPerUnit: Summary;
  /** Undefined where the row has no target. */
  readonly met: boolean | undefined;
}

export type Rounds = ReadonlyMap<string, readonly Sample[]>;

function values(rounds: Rounds, name: string, clock: 'cpuNs' | 'wallNs'): readonly number[] | undefined {
  return rounds.get(name)?.map((sample) => sample[clock] / sample.units);
}

function minus(from: readonly number[], taken: readonly number[] | undefined): readonly number[] {
  return taken === undefined ? from : from.map((value, round) => value - (taken[round] ?? Number.NaN));
}

function isMet({ atMost, atLeast }: Comparison, ratio: number): boolean | undefined {
  if (atMost !== undefined) return ratio <= atMost;
  return atLeast === undefined ? undefined : ratio >= atLeast;
}

function quotients(over: readonly number[], under: readonly number[]): readonly number[] {
  return over.map((value, round) => value / (under[round] ?? Number.NaN));
}

/** Rounds are compared pair by pair, as what disturbs the machine disturbs neighbours alike. */
export function compare(comparison: Comparison, rounds: Rounds): Result | undefined {
  const { subject, against, alsoAgainst, above, measure } = comparison;
  const cost = (name: string, clock: 'cpuNs' | 'wallNs'): readonly number[] | undefined => {
    const all = values(rounds, name, clock);
    return all === undefined || above === undefined ? all : minus(all, values(rounds, above, clock));
  };
  const clock = measure === undefined ? 'cpuNs' : 'wallNs';
  const own = cost(subject, clock);
  const wall = cost(subject, 'wallNs');
  const other = cost(against, clock);
  if (own === undefined || wall === undefined || other === undefined) return undefined;
  const stricter = alsoAgainst === undefined ? undefined : cost(alsoAgainst, clock);
  const ratio = summarise(measure === undefined ? quotients(own, other) : quotients(other, own));
  return {
    ...comparison,
    ratio,
    alsoRatio: stricter === undefined ? undefined : summarise(quotients(own, stricter)),
    nsPerUnit: summarise(own),
    wallNsPerUnit: summarise(wall),
    met: isMet(comparison, ratio.median),
  };
}
