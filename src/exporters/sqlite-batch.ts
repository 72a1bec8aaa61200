import { ownClock } from '../base/clock.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import type { TraceWriter } from '../store/sqlite/trace-writer.ts';
import type { ExportResult, ExportRetry } from './exporter.ts';
import { Outcome } from './outcome.ts';

/** How far a batch is written: what is committed, and what this transaction has added. */
export class SqliteBatch {
  readonly #traces: readonly TraceRecord[];
  #committed = 0;
  #written = 0;
  #failed: TraceRecord | undefined;
  readonly #tooLarge = new Set<TraceRecord>();
  /** The rows of the trace that is being written. */
  #rows: Generator<void> | undefined;
  readonly #sliceLength: number;

  /** `sliceLength`: characters of whole traces after which a transaction ends. */
  constructor(traces: readonly TraceRecord[], sliceLength: number) {
    this.#traces = traces;
    this.#sliceLength = sliceLength;
  }

  /** Returns true when all is written. */
  advance(writer: TraceWriter, deadline: number): boolean {
    let length = 0;
    for (let trace = this.#traces[this.#written]; trace !== undefined; trace = this.#traces[this.#written]) {
      this.#rows ??= this.#tooLarge.has(trace) ? noRows() : writer.write(trace);
      while (this.#rows.next().done !== true) if (ownClock.now() >= deadline) return false;
      this.#rows = undefined;
      this.#written += 1;
      length += trace.length;
      if (ownClock.now() >= deadline || length >= this.#sliceLength) return this.#written === this.#traces.length;
    }
    return true;
  }

  commit(): void {
    this.#committed = this.#written;
  }

  /** The trace that was half written is begun again: its rows are the same. */
  rollBack(): void {
    this.#failed = this.#traces[this.#written];
    this.#rows = undefined;
    this.#written = this.#committed;
  }

  /** True while a trace is half written. */
  get isInMidst(): boolean {
    return this.#rows !== undefined;
  }

  /** The trace in which the last transaction failed. */
  get failed(): TraceRecord | undefined {
    return this.#failed;
  }

  /** Leaves out a trace for which the file has no room, however empty it is. */
  leaveOut(trace: TraceRecord): void {
    this.#tooLarge.add(trace);
  }

  /** After a failure, what is not committed is to be tried again. */
  result(failure?: Omit<ExportRetry, 'traces'>): ExportResult {
    const outcome = new Outcome();
    for (const trace of this.#traces.slice(0, this.#committed)) {
      if (this.#tooLarge.has(trace)) outcome.drop(trace.spans.length, 'larger than the database may be');
      else outcome.send(trace.spans.length);
    }
    const left = this.#traces.slice(this.#committed);
    if (failure !== undefined && left.length > 0) outcome.keep(left, failure);
    return outcome;
  }
}

function* noRows(): Generator<void> {}
