import { createTracer, type TraceExporter, type TraceRecord, type Tracer } from 'clew';
import { describe, expect, it } from 'vitest';
import { RecordingLogger } from '../fixtures/recording-logger.ts';

/** A tracer with one exporter that answers each batch with this, whatever its type. */
function start(answer: (traces: readonly TraceRecord[]) => unknown): Tracer {
  const exporter: TraceExporter = { export: () => {} };
  Reflect.set(exporter, 'exportBatch', async (traces: readonly TraceRecord[]) => answer(traces));
  return createTracer({ exporter, logger: new RecordingLogger() });
}

function makeTraces(tracer: Tracer, count: number): void {
  for (let n = 0; n < count; n += 1) tracer.trace(`trace ${n}`, () => n);
}

describe('a queue believes its exporter no further than the batch goes', () => {
  it.each<[string, unknown, object]>([
    ['no answer', undefined, { sent: 0, dropped: 3, reasons: { 'the exporter gave no answer': 3 } }],
    ['more sent than there was', { sent: 10, dropped: 0, reasons: {} }, { sent: 3, dropped: 0, reasons: {} }],
    [
      'less than none sent',
      { sent: -1, dropped: 3, reasons: { gone: 3 } },
      { sent: 0, dropped: 3, reasons: { gone: 3 } },
    ],
    [
      'less accounted for than there was',
      { sent: 1, dropped: 0, reasons: {} },
      { sent: 1, dropped: 2, reasons: { 'not accounted for': 2 } },
    ],
    [
      'dropped without a reason',
      { sent: 1, dropped: 2, reasons: { odd: 1 } },
      { sent: 1, dropped: 2, reasons: { odd: 1, 'no reason given': 1 } },
    ],
    [
      'somebody else’s trace to try again',
      { sent: 0, dropped: 0, reasons: {}, retry: { traces: [{ traceId: 'foreign', spans: [] }], reason: 'busy' } },
      { sent: 0, dropped: 3, reasons: { 'not accounted for': 3 } },
    ],
  ])('%s', async (_, answer, expected) => {
    const tracer = start(() => answer);
    makeTraces(tracer, 3);
    expect(await tracer.flush()).toEqual({ pending: 0, ...expected });
  });

  it('and keeps fifty reasons apart, no more', async () => {
    let batches = 0;
    const tracer = start((traces) => {
      batches += 1;
      return { sent: 0, dropped: traces.length, reasons: { [`reason ${batches}`]: traces.length } };
    });
    for (let n = 0; n < 60; n += 1) {
      makeTraces(tracer, 1);
      await tracer.flush();
    }
    const { dropped, reasons } = await tracer.flush();
    expect(dropped).toBe(60);
    expect(Object.keys(reasons)).toHaveLength(51);
    expect(reasons['other reasons']).toBe(10);
  });
});
