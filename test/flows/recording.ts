import {
  createTracer,
  InMemoryTraceExporter,
  type SpanRecord,
  type Tracer,
  type TraceRecord,
  type TracerOptions,
} from 'clew';
import { onTestFinished } from 'vitest';
import { RecordingLogger } from '../fixtures/recording-logger.ts';

export interface Recording {
  readonly tracer: Tracer;
  readonly memory: InMemoryTraceExporter;
  readonly log: RecordingLogger;
}

/** A tracer that keeps everything in memory, for the time of one test. */
export function startRecording(options: TracerOptions = {}): Recording {
  const memory = new InMemoryTraceExporter();
  const log = new RecordingLogger();
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
