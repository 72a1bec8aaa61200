import { createTracer, FanOutTraceExporter, InMemoryTraceExporter, init, traced, type TraceExporter } from 'clew';
import { describe, expect, it } from 'vitest';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { CollectingExporter } from '../fixtures/records.ts';

const send = traced('send', async (text: string) => {
  await Promise.resolve();
  return measure(text);
});
const measure = traced('measure', (text: string) => text.length);

/** An exporter that is made of traced code itself. */
class TracedExporter extends CollectingExporter {
  override async export(trace: Parameters<CollectingExporter['export']>[0]): Promise<void> {
    await super.export(trace);
    await send(trace.text());
  }

  override exportSpan(span: Parameters<CollectingExporter['exportSpan']>[0]): void {
    super.exportSpan(span);
    measure(span.text());
  }
}

describe('What an exporter calls', () => {
  it('is not traced: neither under the span that ends, nor as traces without end', async () => {
    const exporter = new TracedExporter();
    const tracer = init({ exporter });
    tracer.trace('run', () => measure('four'));
    await tracer.flush();
    await tracer.flush();
    expect(exporter.traces.map(({ spans }) => spans.map(({ name }) => name))).toEqual([['run', 'measure']]);
    expect(exporter.ended.map(({ name }) => name)).toEqual(['measure', 'run']);
    await tracer.shutdown();
  });

  it('is not traced either when it uses the tracer itself', async () => {
    const names: string[] = [];
    const exporter: TraceExporter = {
      export: async ({ name }) => {
        names.push(name);
        if (names.length > 5) return;
        tracer.trace('export', () => 1);
        await Promise.resolve();
        tracer.trace('export later', () => 1);
      },
    };
    const tracer = createTracer({ exporter });
    tracer.trace('run', () => 1);
    await tracer.flush();
    await tracer.flush();
    expect(names).toEqual(['run']);
  });

  it('is traced as ever when the same function is called by the host', async () => {
    const exporter = new TracedExporter();
    const tracer = init({ exporter });
    expect(await tracer.trace('run', () => send('four'))).toBe(4);
    await tracer.flush();
    expect(exporter.traces.map(({ spans }) => spans.map(({ name }) => name))).toEqual([['run', 'send', 'measure']]);
    await tracer.shutdown();
  });
});

describe('A fan-out with a member that fails', () => {
  const failing = { throws: () => throwing(), rejects: () => Promise.reject(new Error('no route')) };
  const throwing = (): never => {
    throw new Error('no route');
  };

  it.each(Object.entries(failing))(
    'that %s: the others have everything, and the failure is told',
    async (_how, fail) => {
      const bad: TraceExporter = { export: fail, exportStart: fail, exportSpan: fail, flush: fail, shutdown: fail };
      const [first, last] = [new InMemoryTraceExporter(), new CollectingExporter()];
      const logger = new RecordingLogger();
      const tracer = createTracer({ exporter: new FanOutTraceExporter([first, bad, last]), logger });
      const result = await tracer.trace('run').end();
      expect(result).toMatchObject({ ok: false, error: expect.stringContaining('no route') });
      await tracer.shutdown();
      expect([first.traces.length, first.spans.length, last.traces.length, last.started.length]).toEqual([1, 1, 1, 1]);
      expect(logger.warnings('exporter-failed')).toHaveLength(1);
    },
  );

  it('flushes the others at process exit too', () => {
    const flushed: string[] = [];
    const member = (name: string, fails = false): TraceExporter => ({
      export: () => {},
      flushSync: () => {
        if (fails) throw new Error('no route');
        flushed.push(name);
      },
    });
    const fanOut = new FanOutTraceExporter([member('first'), member('bad', true), member('last')]);
    const tracer = createTracer({ exporter: fanOut, logger: new RecordingLogger() });
    tracer.shutdownSync();
    expect(flushed).toEqual(['first', 'last']);
  });
});
