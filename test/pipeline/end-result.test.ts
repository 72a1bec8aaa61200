import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTracer, type TraceExporter } from 'clew';
import { describe, expect, it } from 'vitest';
import { RecordingLogger } from '../fixtures/recording-logger.ts';

/** An exporter that answers when it is told to. */
class GatedExporter implements TraceExporter {
  readonly amendsInPlace: boolean;
  readonly answer = Promise.withResolvers<void>();

  constructor(amendsInPlace: boolean) {
    this.amendsInPlace = amendsInPlace;
  }

  export(): Promise<void> {
    return this.answer.promise;
  }
}

function setUp(...exporters: readonly TraceExporter[]): {
  readonly end: Promise<unknown>;
  readonly done: () => boolean;
} {
  const trace = createTracer({ exporters, logger: new RecordingLogger() }).trace('run');
  let isDone = false;
  const end = trace.end().then((result) => {
    isDone = true;
    return { ...result, traceId: result.traceId === trace.traceId };
  });
  return { end, done: () => isDone };
}

describe('the result of a trace’s end [A23]', () => {
  it('is there when every exporter has answered, those that take it at once and those that wait', async () => {
    const [instant, patient] = [new GatedExporter(true), new GatedExporter(false)];
    const { end, done } = setUp(instant, patient);
    patient.answer.resolve();
    await nextTurn();
    expect(done()).toBe(false);
    instant.answer.resolve();
    expect(await end).toEqual({ ok: true, traceId: true, exported: true });
  });

  it.each([
    ['takes it at once', 0],
    ['waits', 1],
  ])('names the failure of an exporter that %s', async (_, failing) => {
    const exporters = [new GatedExporter(true), new GatedExporter(false)];
    const { end } = setUp(...exporters);
    exporters.forEach(({ answer }, index) => {
      if (index === failing) answer.reject(new Error(`exporter ${index} is down`));
      else answer.resolve();
    });
    expect(await end).toEqual({ ok: false, traceId: true, error: `exporter ${failing} is down` });
  });

  it('names the failure of an exporter that throws at once, beside one that waits', async () => {
    const broken: TraceExporter = {
      amendsInPlace: true,
      export: () => {
        throw new Error('broken');
      },
    };
    const patient = new GatedExporter(false);
    const { end } = setUp(broken, patient);
    patient.answer.resolve();
    expect(await end).toEqual({ ok: false, traceId: true, error: 'broken' });
  });
});
