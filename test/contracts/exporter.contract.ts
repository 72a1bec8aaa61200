import { isTraceExporter, type TraceExporter } from 'clew';
import { describe, expect, it } from 'vitest';
import { amendedRecords, recordsOf } from '../fixtures/records.ts';

/** What an exporter made of the traces, as its reader finds it: names of all spans, by trace id. */
export type ReadSpans = () => ReadonlyMap<string, readonly string[]>;

export interface ExporterUnderTest {
  readonly exporter: TraceExporter;
  readonly read: ReadSpans;
}

/** Promises that every exporter keeps, whoever wrote it. */
export function exporterContract(name: string, create: () => ExporterUnderTest): void {
  describe(`${name} as an exporter`, () => {
    it('is one, by its shape', () => {
      expect(isTraceExporter(create().exporter)).toBe(true);
    });

    it('has a whole trace once', async () => {
      const { exporter, read } = create();
      const [trace] = recordsOf((tracer) => tracer.trace('agent.run', (run) => run.span('tool.fetch', () => 1)));
      if (trace === undefined) throw new Error('no trace');
      await exporter.export(trace);
      await exporter.flush?.();
      expect([...read()]).toEqual([[trace.traceId, ['agent.run', 'tool.fetch']]]);
    });

    it('keeps traces apart', async () => {
      const { exporter, read } = create();
      const traces = recordsOf((tracer) => {
        for (const part of ['one', 'two', 'three']) tracer.trace(part, () => tracer.span(`${part}.child`, () => 1));
      });
      await Promise.all(traces.map(async (trace) => exporter.export(trace)));
      await exporter.flush?.();
      expect([...read().values()]).toEqual([
        ['one', 'one.child'],
        ['two', 'two.child'],
        ['three', 'three.child'],
      ]);
    });

    it('has the spans of a trace and of what amends it under one id', async () => {
      const { exporter, read } = create();
      const traces = amendedRecords();
      expect(traces.map(({ amends }) => amends)).toEqual([false, true]);
      for (const trace of traces) await exporter.export(trace);
      await exporter.flush?.();
      expect([...read().values()].map((names) => names.toSorted())).toEqual([['early', 'handle', 'late']]);
    });

    it('takes single spans, and nothing comes of them twice', async () => {
      const { exporter, read } = create();
      const [trace] = recordsOf((tracer) => tracer.trace('agent.run', () => 1));
      const [span] = trace?.spans ?? [];
      if (trace === undefined || span === undefined) throw new Error('no trace');
      await exporter.exportStart?.(span);
      await exporter.exportSpan?.(span);
      await exporter.export(trace);
      await exporter.flush?.();
      expect([...read().values()]).toEqual([['agent.run']]);
    });

    it('leaves the record as it was', async () => {
      const { exporter } = create();
      const [trace] = recordsOf((tracer) => tracer.trace('agent.run', { metadata: { a: [1] } }, () => ({ b: 2 })));
      if (trace === undefined) throw new Error('no trace');
      const before = trace.text();
      await exporter.export(trace);
      await exporter.flush?.();
      expect(trace.text()).toBe(before);
      expect([trace, trace.spans, trace.spans[0], trace.output, trace.metadata].every(Object.isFrozen)).toBe(true);
    });

    it('flushes when there is nothing, and again and again', async () => {
      const { exporter, read } = create();
      await exporter.flush?.();
      exporter.flushSync?.();
      await Promise.all([exporter.flush?.(), exporter.flush?.()]);
      expect(read().size).toBe(0);
    });

    it('throws nothing after its shutdown', async () => {
      const { exporter } = create();
      const [trace] = recordsOf((tracer) => tracer.trace('late', () => 1));
      const [span] = trace?.spans ?? [];
      if (trace === undefined || span === undefined) throw new Error('no trace');
      const later = async (): Promise<void> => {
        await exporter.shutdown?.();
        await exporter.shutdown?.();
        await exporter.export(trace);
        await exporter.exportStart?.(span);
        await exporter.exportSpan?.(span);
        await exporter.flush?.();
        exporter.flushSync?.();
        await exporter.shutdown?.();
      };
      await expect(later()).resolves.toBeUndefined();
    });
  });
}
