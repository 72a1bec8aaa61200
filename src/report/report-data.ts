import type { ConsumptionReport, MonthReport } from './consumption.ts';
import type { ErrorReport } from './errors.ts';
import type { RetryReport } from './retries.ts';
import type { StepReport } from './steps.ts';
import type { Percentiles } from './weighted.ts';

/** A request that an evaluation calls wrong. */
export interface WrongAnswer {
  readonly traceId: string;
  readonly name: string;
  readonly startTime: string;
  /** The evaluation's name, and its comment where it has one. */
  readonly evaluation: string;
  readonly comment: string | null;
  /** The beginning of the request's input, as JSON text. */
  readonly input: string | null;
}

/** The answers to the production checklist (E27–E34), as data; `text()` gives them to read. */
export interface ReportData {
  /** Traces that were read. */
  readonly traces: number;
  /** Requests that they stand for: traces that were sampled out included. */
  readonly requests: number;
  readonly from: string | null;
  readonly to: string | null;
  /** Milliseconds of a whole request. */
  readonly latency: Percentiles | null;
  /** The slowest first. */
  readonly steps: readonly StepReport[];
  readonly consumption: ConsumptionReport;
  readonly errors: ErrorReport | null;
  readonly retries: RetryReport | null;
  readonly months: readonly MonthReport[];
  /** How many requests have been evaluated. */
  readonly evaluated: number;
  readonly wrong: readonly WrongAnswer[];
}
