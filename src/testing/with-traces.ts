import { InMemoryTraceExporter } from '../exporters/memory.ts';
import { createTracer } from '../init.ts';
import type { TracerOptions } from '../options.ts';
import { withTracer } from '../tracer/active.ts';
import { RecordedTraces } from './recorded-traces.ts';

/**
 * Makes a test that records what it traces, and nothing of any other: not of one that runs at the same time either. Works
 * in Vitest, Jest and `node:test` alike; what the runner gives a test comes behind the traces.
 *
 * @param test - The test, given its traces.
 * @param options - Of the test's own tracer. Nothing is sent anywhere.
 * @throws ClewConfigError when an option is wrong.
 * @example
 * ```ts
 * import { traced } from 'clew';
 * import { withTraces } from 'clew/testing';
 * const greet = traced('greet', (name: string) => `hello ${name}`);
 * const test = withTraces((traces) => {
 *   greet('Ada');
 *   console.log(traces.only.name);
 * });
 * await test(); // greet
 * ```
 */
export function withTraces<Args extends readonly unknown[]>(
  test: (traces: RecordedTraces, ...args: Args) => unknown,
  options: TracerOptions = {},
): (...args: Args) => Promise<void> {
  // Made per test: the returned function may be run again, or by several workers of a runner.
  return async (...args) => {
    const memory = new InMemoryTraceExporter();
    const tracer = createTracer({ ...options, exporter: memory });
    try {
      await withTracer(tracer, () => test(new RecordedTraces(() => memory.traces), ...args));
    } finally {
      await tracer.shutdown();
    }
  };
}
