import type { ReportCounts } from '../base/report.ts';
import type { LaneStats } from '../pipeline/account.ts';
import type { FlushResult } from '../pipeline/lanes.ts';
import type { PipelineStats } from '../pipeline/pipeline.ts';

export interface DrainOptions {
  /** Milliseconds until the answer, whatever has been sent by then. Default 5,000. */
  readonly timeoutMs?: number;
}

/** What a tracer did, what became of it, and what went wrong. */
export interface TracerStats {
  readonly spans: PipelineStats & {
    /** Traces that began after shutdown, and were not recorded. */
    readonly refusedSpans: number;
  };
  readonly exporters: readonly LaneStats[];
  /** Failures of ours and wrong calls, by code. */
  readonly reports: ReportCounts;
}

/** Both of a tracer that cannot say. */
export const noSpans: TracerStats['spans'] = {
  startedSpans: 0,
  endedSpans: 0,
  droppedSpans: 0,
  openTraces: 0,
  sampledOutTraces: 0,
  refusedSpans: 0,
};

export const nothingKnown: FlushResult = { sent: 0, dropped: 0, pending: 0, reasons: {} };

/** Milliseconds that a drain takes at most, unless it is given. */
export const drainMs = 5_000;
