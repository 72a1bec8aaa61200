import { isObject } from '../base/object.ts';
import type { SpanRecord } from '../span/record.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import type { AudioRecording } from './audio-recording.ts';

/** What came of a batch, in spans. */
export interface ExportResult {
  readonly sent: number;
  readonly dropped: number;
  readonly reasons: Readonly<Record<string, number>>;
  /** What shall be tried again, and is neither sent nor dropped: it goes back to the front of the queue. */
  readonly retry?: ExportRetry | undefined;
}

/** Traces that could not be sent now. */
export interface ExportRetry {
  readonly traces: readonly TraceRecord[];
  /** Why, in words. */
  readonly reason: string;
  /** Milliseconds before which another try is of no use. Default: the queue's own, which grow with each failure. */
  readonly afterMs?: number;
}

/** Where an exporter tells what went wrong without costing a record: a file that was removed and opened anew. */
export interface ExporterReport {
  warn(code: string, message: string, error?: unknown): void;
}

/** False for a recording that is refused for good. */
export type AudioAnswer = void | boolean;

/**
 * Receives records and puts them somewhere. Structural: any object with `export` is one (L52). Whatever it throws or
 * rejects costs its own records only and is reported; traced code that it calls is not traced.
 *
 * @example
 * ```ts
 * import { createTracer, type TraceExporter } from 'clew';
 * const exporter: TraceExporter = { export: (trace) => console.log(trace.name, trace.durationMs) };
 * createTracer({ exporter }).trace('hello', () => 'world');
 * ```
 */
export interface TraceExporter {
  /**
   * Where it writes to, with every setting that matters, for an exporter that another with the same text can replace. Then
   * `init` takes two such exporters for one. Without it an exporter equals only itself.
   */
  readonly target?: string | undefined;
  /** A whole trace, or with `amends` the spans that ended after it was exported. */
  export(trace: TraceRecord): void | Promise<void>;
  /**
   * Several traces at once, and with `batchesSpans` the latest records of spans whose trace is still open. An exporter
   * with this method gets a queue of its own, which calls it and not `export`, one call at a time.
   */
  exportBatch?(traces: readonly TraceRecord[], openSpans: readonly SpanRecord[]): Promise<ExportResult>;
  /**
   * The same at process exit, where nothing asynchronous runs any more; without it the queue's rest is lost then. What
   * it gives back as `retry` is safe with it until the next process, and stays pending.
   */
  exportBatchSync?(traces: readonly TraceRecord[]): ExportResult;
  /** True for an exporter that wants spans of open traces in its batches. */
  readonly batchesSpans?: boolean;
  /**
   * True for an exporter that merges records by trace and span: it is given calls that go on, with what is new, and the
   * whole call when it has ended. So a call of hours can be seen, and is not lost with its process.
   */
  readonly takesOpenTraces?: boolean;
  /** How much the queue hands over at once. Default 512 spans. */
  readonly batchSize?: number;
  /** Milliseconds that the queue waits for more before it hands over. Default: what the tracer says. */
  readonly batchDelayMs?: number;
  /** Told of a trace that was put into its queue. */
  enqueued?(trace: TraceRecord): void;
  /** A span that begins. Only for traces that head sampling keeps. */
  exportStart?(span: SpanRecord): void | Promise<void>;
  /** A span that ended (L51). Only for traces that head sampling keeps. */
  exportSpan?(span: SpanRecord): void | Promise<void>;
  /**
   * A call's recording, whose file is deleted when every exporter has answered: copy or send it before that. What fails is
   * tried again; what gives false is refused for good, and told by the exporter itself. Without any exporter that takes
   * recordings, none are made.
   */
  exportAudio?(recording: AudioRecording): AudioAnswer | Promise<AudioAnswer>;
  /** The same at process exit, where nothing asynchronous runs any more; without it the recording is lost then. */
  exportAudioSync?(recording: AudioRecording): void;
  flush?(): Promise<void>;
  /** The last chance at process exit, where nothing asynchronous runs any more. */
  flushSync?(): void;
  shutdown?(): Promise<void>;
  /** Called once, before the first record. */
  connect?(report: ExporterReport): void;
  /** True for an exporter that wants a trace at its root's end and merges amendments itself; others wait for late spans. */
  readonly amendsInPlace?: boolean;
}

/** Tells at run time whether something can be used as an exporter (L52). */
export function isTraceExporter(value: unknown): value is TraceExporter {
  return isObject(value) && 'export' in value && typeof value.export === 'function';
}
