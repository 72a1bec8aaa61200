import type { SpanRecord } from '../span/record.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import type { AudioRecording } from './audio-recording.ts';
import type { ExporterReport, TraceExporter } from './exporter.ts';

/**
 * Several exporters as one. One that fails does not keep the others from their records; the failures come back
 * together as an AggregateError, for whoever called it to report. `exporters: [...]` in the options does the same with
 * an account for each.
 *
 * @example
 * ```ts
 * import { ConsoleTraceExporter, createTracer, FanOutTraceExporter, FileTraceExporter } from 'clew';
 * const exporter = new FanOutTraceExporter([new ConsoleTraceExporter(), new FileTraceExporter('traces.ndjson')]);
 * const tracer = createTracer({ exporter });
 * ```
 */
export class FanOutTraceExporter implements TraceExporter {
  /** Undefined where one of them has none, and for a class that extends this one. */
  readonly target: string | undefined;
  /** There where one of them takes recordings. */
  readonly exportAudio?: (recording: AudioRecording) => Promise<boolean>;
  readonly #exporters: readonly TraceExporter[];
  /** Who has answered for a recording, and whether it was taken. */
  readonly #answered = new WeakMap<AudioRecording, Map<TraceExporter, boolean>>();

  constructor(exporters: readonly TraceExporter[]) {
    this.#exporters = [...exporters];
    const targets = exporters.map(({ target }) => target);
    if (new.target === FanOutTraceExporter && targets.every((target) => target !== undefined)) {
      this.target = `fan-out ${JSON.stringify(targets)}`;
    }
    const takesAudio = exporters.some((exporter) => typeof exporter.exportAudio === 'function');
    if (takesAudio) this.exportAudio = (recording) => this.#exportAudio(recording);
  }

  connect(report: ExporterReport): void {
    void this.#each((exporter) => exporter.connect?.(report));
  }

  export(trace: TraceRecord): void | Promise<void> {
    return this.#each((exporter) => exporter.export(trace));
  }

  exportStart(span: SpanRecord): void | Promise<void> {
    return this.#each((exporter) => exporter.exportStart?.(span));
  }

  exportSpan(span: SpanRecord): void | Promise<void> {
    return this.#each((exporter) => exporter.exportSpan?.(span));
  }

  /** To those that have not taken it yet: what failed for one is tried again. */
  exportAudioSync(recording: AudioRecording): void {
    const answered = this.#answered.get(recording);
    void this.#each((exporter) => {
      if (answered?.has(exporter) === true || typeof exporter.exportAudio !== 'function') return;
      if (typeof exporter.exportAudioSync !== 'function') throw new Error('it takes no recordings at process exit');
      exporter.exportAudioSync(recording);
    });
  }

  async #exportAudio(recording: AudioRecording): Promise<boolean> {
    const answered = this.#answered.get(recording) ?? new Map<TraceExporter, boolean>();
    this.#answered.set(recording, answered);
    await this.#each(async (exporter) => {
      if (!answered.has(exporter)) answered.set(exporter, (await exporter.exportAudio?.(recording)) !== false);
    });
    return [...answered.values()].every(Boolean);
  }

  async flush(): Promise<void> {
    await this.#each((exporter) => exporter.flush?.());
  }

  flushSync(): void {
    void this.#each((exporter) => exporter.flushSync?.());
  }

  async shutdown(): Promise<void> {
    await this.#each((exporter) => exporter.shutdown?.());
  }

  #each(call: (exporter: TraceExporter) => void | Promise<void>): void | Promise<void> {
    const failures: unknown[] = [];
    const waiting: Promise<void>[] = [];
    for (const exporter of this.#exporters) {
      try {
        const result = call(exporter);
        if (result !== undefined) waiting.push(result);
      } catch (error) {
        failures.push(error);
      }
    }
    if (waiting.length > 0) return settleAll(waiting, failures);
    if (failures.length > 0) throw combine(failures);
  }
}

async function settleAll(waiting: readonly Promise<void>[], failures: unknown[]): Promise<void> {
  for (const result of await Promise.allSettled(waiting)) {
    if (result.status === 'rejected') failures.push(result.reason);
  }
  if (failures.length > 0) throw combine(failures);
}

function combine(failures: readonly unknown[]): AggregateError {
  return new AggregateError(failures, `${failures.length} of the exporters failed: ${failures.map(String).join('; ')}`);
}
