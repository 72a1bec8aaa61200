import { FileTraceExporter, init } from 'clew';

/** A route may import this too: init with equal options returns the same tracer. */
export const clew = init({
  name: 'next-example',
  exporter: new FileTraceExporter(process.env.TRACES ?? 'traces.ndjson'),
});
