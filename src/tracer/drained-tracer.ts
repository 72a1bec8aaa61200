import { enclose, itself } from '../base/enclosure.ts';
import type { Report } from '../base/report.ts';
import type { AudioRecording } from '../exporters/audio-recording.ts';
import type { TraceExporter } from '../exporters/exporter.ts';
import type { FlushResult } from '../pipeline/lanes.ts';
import type { TraceHead } from '../span/head.ts';
import { givenOptions } from '../span/span-options.ts';
import { LifeCycle } from './life-cycle.ts';
import type { TracerParts } from './parts.ts';
import { noSpans, nothingKnown, type DrainOptions, type TracerStats } from './tracer-stats.ts';

/** What a tracer has to do with its exporters and its end. */
export abstract class DrainedTracer {
  static {
    enclose<DrainedTracer>(DrainedTracer.prototype, {
      isHandle: (value): value is DrainedTracer => value instanceof DrainedTracer,
      reportOf: (tracer) => tracer.report,
      promises: ['flush', 'shutdown', 'exportAudio'],
      instead: {
        flush: () => nothingKnown,
        shutdown: () => nothingKnown,
        exportAudio: () => false,
        stats: ({ report }): TracerStats => ({ spans: noSpans, exporters: [], reports: report.counts() }),
      },
    });
  }

  /** Found behind a Proxy too. */
  readonly [itself]: this = this;
  readonly report: Report;
  protected readonly parts: TracerParts;
  protected readonly life: LifeCycle;

  constructor(parts: TracerParts, isOff: boolean) {
    this.parts = parts;
    this.report = parts.report;
    this.life = new LifeCycle(this, parts, isOff);
  }

  /** The exporters, in the order they were given. */
  get exporters(): readonly TraceExporter[] {
    return this.parts.exporters;
  }

  /**
   * Sends what has ended. Never rejects, never later than its deadline, closes no span. `pending` is what no exporter
   * had answered for by then. A tracer of `init` that another took the place of sends what either has, and returns the
   * sums.
   */
  async flush(options: DrainOptions = {}): Promise<FlushResult> {
    return this.life.flush(givenOptions(options));
  }

  /**
   * Ends open spans as `no_end`, sends everything and closes the exporters. Traces begun later are not recorded, but
   * counted as dropped and reported, until `init` is called again: then every tracer that `init` made records through
   * the new one. A tracer that another took the place of ends and sends its own, and flushes the other, which goes on.
   */
  async shutdown(options: DrainOptions = {}): Promise<FlushResult> {
    return this.life.shutdown(givenOptions(options));
  }

  /** Makes it the tracer of the process. What the one before it has open ends there; what begins later begins here. */
  takeOver(): void {
    this.life.takeOver();
  }

  /** From now on it speaks for the tracer in force. */
  becomeHandle(): void {
    this.life.becomeHandle();
  }

  /** Goes on until nothing of its own is open, then closes. */
  retire(): void {
    this.life.retire();
  }

  /** Work that a flush and a shutdown wait for before they send and close anything. */
  waitFor(work: Promise<unknown>): void {
    this.life.waitFor(work);
  }

  /** Ends open spans as `no_end` and hands everything over; for a process with nothing left to do. */
  closeOpenSpans(): void {
    this.parts.pipeline.closeAll();
  }

  /** As far as `shutdown` goes where nothing asynchronous runs any more: at process exit. */
  shutdownSync(): void {
    this.life.shutdownSync();
  }

  /** Resolves when it is known whether a trace that has ended is kept: within `lateSpanMs`. */
  decided(head: TraceHead): Promise<void> {
    return this.parts.pipeline.decided(head);
  }

  /** True where recordings of calls can be kept. */
  get takesAudio(): boolean {
    return !this.life.isShutDown && this.parts.lanes.audio.isWanted;
  }

  /** Hands a recording to the exporters, and calls `remove` then. Resolves to whether all have taken it. */
  exportAudio(recording: AudioRecording, remove: () => Promise<void>): Promise<boolean> {
    return this.parts.lanes.audio.send(recording, remove);
  }

  /** True while something is on its way that no account of spans tells of. */
  get isBusy(): boolean {
    return this.life.isBusy;
  }

  /** Counts of what this tracer recorded, sent and lost, and of our own failures. */
  stats(): TracerStats {
    return this.life.stats();
  }
}
