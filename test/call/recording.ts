import {
  createTracer,
  InMemoryTraceExporter,
  withTracer,
  type SpanRecord,
  type Tracer,
  type TracerOptions,
} from 'clew';

/** A tracer of a test's own, and what it recorded. */
export class Recording {
  readonly exporter = new InMemoryTraceExporter();
  readonly tracer: Tracer;

  constructor(options: TracerOptions = {}) {
    this.tracer = createTracer({ ...options, exporter: this.exporter });
  }

  /** Runs `run` with this tracer in force. */
  run<Result>(run: () => Result): Result {
    return withTracer(this.tracer, run);
  }

  /** Every trace as text, without durations: they differ from run to run. */
  get trees(): string {
    return this.exporter.traces.map((trace) => trace.asTree().replaceAll(/ {2}\[\d+ms\]/g, '')).join('\n');
  }

  /** The names of the spans that have ended, in that order. */
  get ended(): readonly string[] {
    return this.exporter.spans.map(({ name }) => name);
  }

  /** The span of this name that ended last. */
  span(name: string): SpanRecord {
    const found = this.exporter.spans.findLast((span) => span.name === name);
    if (found === undefined) throw new Error(`no span "${name}" has ended; there are: ${this.ended.join(', ')}`);
    return found;
  }
}
