import { resolve } from 'node:path';
import { ownClock } from '../base/clock.ts';
import { ClewConfigError } from '../base/config-error.ts';
import { createDeferred } from '../base/deferred.ts';
import { rememberContext } from '../base/outside.ts';
import { onNextTurn } from '../base/timers.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import { AppendFile } from './append-file.ts';
import { AudioFolder } from './audio-folder.ts';
import type { AudioRecording } from './audio-recording.ts';
import type { ExporterReport, TraceExporter } from './exporter.ts';

export interface FileOptions {
  /** Bytes at which the file is set aside as `name.<time>.<pid>`; from 1,024. Default: never. */
  readonly maxBytes?: number;
  /** Files that were set aside and are kept, from 1. Default 5. */
  readonly maxFiles?: number;
  /** Bytes of recordings of calls that are kept beside it; above it the oldest go. Default 10,737,418,240 (10 GiB). */
  readonly maxAudioBytes?: number;
}

/** Traces that are written by one call, and succeed or fail together. */
interface Batch {
  readonly traces: TraceRecord[];
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const batchTraces = 32;
const sliceMs = 5;
const mostWaitingSpans = 10_000;
const defaultAudioBytes = 10_737_418_240;

/**
 * Appends each trace as one line of JSON (L14, L15), readable with jq while it grows. Lines are written on the next
 * `setImmediate`, in slices of 5 ms at most; the promise of `export` resolves when its line is in the file. Several
 * processes may write one file. A file that cannot be written costs its records, is reported, and is tried again.
 *
 * @throws ClewConfigError when the path is empty or an option is out of its range.
 * @example
 * ```ts
 * import { createTracer, FileTraceExporter } from 'clew';
 * const tracer = createTracer({ exporter: new FileTraceExporter('traces.ndjson', { maxBytes: 100_000_000 }) });
 * tracer.trace('run', () => 'done');
 * await tracer.flush();
 * ```
 */
export class FileTraceExporter implements TraceExporter {
  /** Undefined for a class that extends this one: it may do more. */
  readonly target: string | undefined;
  readonly #path: string;
  readonly #file: AppendFile;
  readonly #audio: AudioFolder;
  readonly #outside = rememberContext();
  #report: ExporterReport | undefined;
  readonly #batches: Batch[] = [];
  #waitingSpans = 0;

  constructor(path: string, options: FileOptions = {}) {
    if (typeof path !== 'string' || path === '') throw new ClewConfigError('path', path, 'the path of a file');
    const maxBytes = requireFrom('maxBytes', options.maxBytes, 1024);
    this.#path = resolve(path);
    const { maxBytes: rotateAt, maxFiles, maxAudioBytes: audio } = options;
    if (new.target === FileTraceExporter) {
      this.target = `file ${JSON.stringify([this.#path, rotateAt, maxFiles, audio])}`;
    }
    const maxAudioBytes = requireFrom('maxAudioBytes', options.maxAudioBytes, 1) ?? defaultAudioBytes;
    this.#audio = new AudioFolder(`${this.#path}.audio`, {
      maxBytes: maxAudioBytes,
      maxAgeMs: Number.POSITIVE_INFINITY,
    });
    this.#file = new AppendFile(this.#path, { maxBytes, maxFiles: requireFrom('maxFiles', options.maxFiles, 1) ?? 5 });
  }

  /** Recordings of calls go beside the file, into the folder `<path>.audio`. */
  exportAudio(recording: AudioRecording): Promise<void> {
    return this.#audio.keep(recording);
  }

  exportAudioSync(recording: AudioRecording): void {
    this.#audio.keepNow(recording);
  }

  connect(report: ExporterReport): void {
    this.#report = report;
  }

  export(trace: TraceRecord): Promise<void> {
    const batch = this.#openBatch();
    batch.traces.push(trace);
    this.#waitingSpans += trace.spans.length;
    // A program that makes more in one turn of the event loop than a queue may hold writes now instead of losing.
    if (this.#waitingSpans >= mostWaitingSpans) this.flushSync();
    return batch.promise;
  }

  /** Resolves when everything that was exported is in the file or was reported as lost. */
  async flush(): Promise<void> {
    this.flushSync();
    await Promise.resolve();
  }

  flushSync(): void {
    this.#writeUntil(Number.POSITIVE_INFINITY);
  }

  async shutdown(): Promise<void> {
    await this.flush();
    this.#file.close();
  }

  #openBatch(): Batch {
    const last = this.#batches.at(-1);
    if (last !== undefined && last.traces.length < batchTraces) return last;
    if (last === undefined) this.#schedule();
    const batch = { traces: [], ...createDeferred<void>() };
    // Whoever calls `export` by hand and does not wait must not be ended by a full disk.
    batch.promise.catch(() => {});
    this.#batches.push(batch);
    return batch;
  }

  /** In the context of the exporter's maker: a timer of ours must not keep a request's context alive. */
  #schedule(): void {
    this.#outside(() => onNextTurn(() => this.#writeUntil(ownClock.now() + sliceMs)));
  }

  /** At least one batch, so that it comes to an end. */
  #writeUntil(deadline: number): void {
    do {
      const batch = this.#batches.shift();
      if (batch === undefined) return;
      this.#write(batch);
    } while (ownClock.now() < deadline);
    if (this.#batches.length > 0) this.#schedule();
  }

  #write({ traces, resolve: settle, reject }: Batch): void {
    let lines = '';
    for (const trace of traces) {
      lines += `${trace.text()}\n`;
      this.#waitingSpans -= trace.spans.length;
    }
    try {
      const wasReplaced = this.#file.append(lines);
      settle();
      if (wasReplaced) {
        this.#report?.warn('file-replaced', `${this.#path} was removed or replaced; a new file was opened`);
      }
    } catch (error) {
      this.#file.close();
      reject(new Error(`${this.#path} cannot be written: ${String(error)}`, { cause: error }));
    }
  }
}

function requireFrom(option: string, value: number | undefined, least: number): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return value;
  throw new ClewConfigError(option, value, `a whole number from ${least}`);
}
