import { createTracer, FileTraceExporter, InMemoryTraceExporter, type TraceExporter } from 'clew';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CollectingExporter } from '../fixtures/records.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const never = (): Promise<never> => new Promise(() => {});
const hanging: TraceExporter = { export: never, flush: never, shutdown: never };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('With time held by fake timers', () => {
  it('a flush answers at its deadline', async () => {
    const tracer = createTracer({ exporter: hanging, logger: new RecordingLogger() });
    tracer.trace('run', () => 1);
    expect(await tracer.flush({ timeoutMs: 20 })).toMatchObject({ pending: 1 });
  });

  it('a shutdown answers at its deadline', async () => {
    const tracer = createTracer({ exporter: hanging, logger: new RecordingLogger() });
    tracer.trace('run', () => 1);
    expect(await tracer.shutdown({ timeoutMs: 20 })).toMatchObject({ pending: 1 });
  });

  it('the end of a trace answers once late spans were waited for', async () => {
    const exporter = new CollectingExporter();
    const tracer = createTracer({ exporter, lateSpanMs: 20, logger: new RecordingLogger() });
    const trace = tracer.trace('run');
    trace.span('left open');
    expect(await trace.end()).toMatchObject({ ok: true, exported: true });
    expect(exporter.traces).toHaveLength(1);
  });

  it('a file is written on the next turn of the event loop', async () => {
    const exporter = new FileTraceExporter(`${temporaryFolder()}/traces.ndjson`);
    const tracer = createTracer({ exporter, logger: new RecordingLogger() });
    expect(await tracer.trace('run').end()).toMatchObject({ ok: true, exported: true });
  });

  it('a trace has the time of the day that the program sees', () => {
    const exporter = new InMemoryTraceExporter();
    vi.setSystemTime('2020-02-20T20:20:20Z');
    createTracer({ exporter }).trace('run', () => 1);
    expect(exporter.traces[0]?.startTime).toMatch(/^2020-02-20T20:20:20/);
  });
});
