import { performance } from 'node:perf_hooks';
import type { TraceRecord } from '../span/trace-record.ts';
import type { TraceWriter } from '../store/sqlite/trace-writer.ts';
import type { ExportResult } from './exporter.ts';

/** How far a batch is written: what is committed, and what this transaction has added. */
export class SqliteBatch {
  readonly #traces: readonly TraceRecord[];
  #committed = 0;
  #written = 0;
  #failed: TraceRecord | undefined;
  readonly #dropped = new Map<TraceRecord, string>();
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
      this.#rows ??= this.#dropped.has(trace) ? noRows() : writer.write(trace);
      while (this.#rows.next().done !== true) if (performance.now() >= deadline) return false;
      this.#rows = undefined;
      this.#written += 1;
      length += trace.length;
      if (performance.now() >= deadline || length >= this.#sliceLength) return this.#written === this.#traces.length;
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

  /** Leaves a trace out. */
  drop(trace: TraceRecord, reason: string): void {
    this.#dropped.set(trace, reason);
  }

  result(failure?: { readonly reason: string; readonly afterMs?: number }): ExportResult {
    const left = this.#traces.slice(this.#committed);
    const retry = failure === undefined || left.length === 0 ? undefined : { ...failure, traces: left };
    const done = this.#traces.slice(0, this.#committed);
    const reasons: Record<string, number> = {};
    let [sent, dropped] = [0, 0];
    for (const trace of done) {
      const reason = this.#dropped.get(trace);
      if (reason === undefined) sent += trace.spans.length;
      else {
        dropped += trace.spans.length;
        reasons[reason] = (reasons[reason] ?? 0) + trace.spans.length;
      }
    }
    return { sent, dropped, reasons, retry };
  }
}

function* noRows(): Generator<void> {}
