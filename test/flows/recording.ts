import {
  createTracer,
  InMemoryTraceExporter,
  type Logger,
  type SpanRecord,
  type Tracer,
  type TraceRecord,
  type TracerOptions,
} from 'clew';
import { onTestFinished } from 'vitest';

/** A line that clew wrote about itself. */
export interface LogLine {
  readonly level: 'debug' | 'warn';
  readonly code: string;
  readonly message: string;
}

/** A logger that can be asked what it heard. */
export class HeardLogger implements Logger {
  readonly lines: LogLine[] = [];

  debug(details: object, message: string): void {
    this.#hear('debug', details, message);
  }

  warn(details: object, message: string): void {
    this.#hear('warn', details, message);
  }

  /** `warn exporter-failed`, a line each. */
  get codes(): readonly string[] {
    return this.lines.map(({ level, code }) => `${level} ${code}`);
  }

  #hear(level: LogLine['level'], details: object, message: string): void {
    this.lines.push({ level, code: 'code' in details ? String(details.code) : '', message });
  }
}

export interface Recording {
  readonly tracer: Tracer;
  readonly memory: InMemoryTraceExporter;
  readonly log: HeardLogger;
}

/** A tracer that keeps everything in memory, for the time of one test. */
export function startRecording(options: TracerOptions = {}): Recording {
  const memory = new InMemoryTraceExporter();
  const log = new HeardLogger();
  const tracer = createTracer({ exporter: memory, logger: log, ...options });
  onTestFinished(() => void tracer.shutdown());
  return { tracer, memory, log };
}

/** The tree of a trace without its durations. */
export function treeOf(trace: { asTree(): string }): string {
  return trace.asTree().replaceAll(/ {2}\[\d+ms\]/g, '');
}

/** The trees of everything that was recorded, an empty line between two. */
export function treesOf({ traces }: { readonly traces: readonly TraceRecord[] }): string {
  return traces.map(treeOf).join('\n\n');
}

/** The sole item of a list. */
export function only<Item>(items: readonly Item[]): Item {
  const [first] = items;
  if (first === undefined || items.length !== 1) throw new Error(`one item expected, not ${items.length}`);
  return first;
}

export function spanNamed(trace: { readonly spans: readonly SpanRecord[] }, name: string): SpanRecord {
  const found = trace.spans.find((span) => span.name === name);
  if (found === undefined) throw new Error(`no span named ${name}`);
  return found;
}
