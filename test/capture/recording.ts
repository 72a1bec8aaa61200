import {
  createTracer,
  InMemoryTraceExporter,
  traced,
  withTracer,
  type SpanRecord,
  type TraceRecord,
  type Tracer,
  type TracerOptions,
} from 'clew';

export interface Recording {
  readonly trace: TraceRecord;
  readonly span: SpanRecord;
}

/** Runs `work` with a tracer of its own and gives the one trace that came of it. */
export function record(work: (tracer: Tracer) => void, options: TracerOptions = {}): Recording {
  const exporter = new InMemoryTraceExporter();
  const tracer = createTracer({ ...options, exporter });
  work(tracer);
  const [trace] = exporter.traces;
  const span = trace?.rootSpan;
  if (trace === undefined || span === undefined || span === null) throw new Error('nothing was recorded');
  return { trace, span };
}

/** The record of a span that was ended with `value` as its output. */
export function recordOutput(value: unknown, options?: TracerOptions): SpanRecord {
  return record((tracer) => tracer.span('capture').end({ output: value }), options).span;
}

/** What reading the record gives back for `value`. */
export function captured(value: unknown, options?: TracerOptions): unknown {
  return recordOutput(value, options).output;
}

/** Passes `value` through a traced function: what the caller got, and what was recorded of it. */
export function passThrough(value: unknown, options?: TracerOptions): Recording & { readonly result: unknown } {
  const pass = traced({ name: 'pass', params: ['value'] }, (given: unknown) => given);
  let result: unknown;
  const recording = record((tracer) => withTracer(tracer, () => (result = pass(value))), options);
  return { ...recording, result };
}

/** What JSON text says; throws where it is none. */
export function parse(text: string | null): unknown {
  return JSON.parse(text ?? '');
}
