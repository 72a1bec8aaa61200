import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AudioRecording, isTraceExporter, type TraceExporter } from 'clew';
import { describe, expect, it } from 'vitest';
import { amendedRecords, recordsOf } from '../fixtures/records.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

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

export interface AudioExporterUnderTest {
  readonly exporter: TraceExporter;
  /** What it keeps under a ref. */
  readonly readAudio: (ref: string) => Buffer | undefined;
}

/** A recording in a file of its own. */
function recordingOf(name: string, bytes: Buffer): AudioRecording {
  const path = join(temporaryFolder(), 'temporary');
  writeFileSync(path, bytes);
  const traceId = Buffer.from(name.padEnd(16)).toString('hex');
  return {
    traceId,
    ref: `${traceId}.wav`,
    path,
    codec: 'wav',
    byteLength: bytes.length,
    durationMs: 1,
    isEncrypted: false,
  };
}

/** Promises that every exporter keeps which takes recordings of calls. */
export function audioContract(name: string, create: () => AudioExporterUnderTest): void {
  describe(`${name} with recordings of calls`, () => {
    it('has the bytes when it has answered, under the ref; the file is not its own, and is as it was', async () => {
      const { exporter, readAudio } = create();
      const bytes = Buffer.alloc(300_000, 'sound');
      const recording = recordingOf('one', bytes);
      await exporter.exportAudio?.(recording);
      expect(readFileSync(recording.path).equals(bytes)).toBe(true);
      writeFileSync(recording.path, 'something else');
      expect(readAudio(recording.ref)?.equals(bytes)).toBe(true);
    });

    it('has several that come at once, each its own', async () => {
      const { exporter, readAudio } = create();
      const recordings = ['one', 'two', 'three'].map((each) => recordingOf(each, Buffer.from(each)));
      await Promise.all(recordings.map(async (recording) => exporter.exportAudio?.(recording)));
      expect(recordings.map(({ ref }) => readAudio(ref)?.toString())).toEqual(['one', 'two', 'three']);
    });

    it('has the later of two with one ref', async () => {
      const { exporter, readAudio } = create();
      await exporter.exportAudio?.(recordingOf('one', Buffer.from('the first, which is longer')));
      const later = recordingOf('one', Buffer.from('second'));
      await exporter.exportAudio?.(later);
      expect(readAudio(later.ref)?.toString()).toBe('second');
    });

    it('takes one whose trace it has not seen, and leaves the traces as they are', async () => {
      const { exporter, readAudio } = create();
      const [trace] = recordsOf((tracer) => tracer.trace('agent.run', () => 1));
      if (trace === undefined) throw new Error('no trace');
      const recording = recordingOf('unseen', Buffer.from('sound'));
      await exporter.exportAudio?.(recording);
      await exporter.export(trace);
      await exporter.flush?.();
      expect(readAudio(recording.ref)?.toString()).toBe('sound');
    });

    it('rejects one that cannot be read, and takes the next', async () => {
      const { exporter, readAudio } = create();
      const gone = { ...recordingOf('gone', Buffer.from('gone')), path: join(temporaryFolder(), 'none') };
      const takeGone = async (): Promise<unknown> => exporter.exportAudio?.(gone);
      await expect(takeGone()).rejects.toThrow('ENOENT');
      const next = recordingOf('next', Buffer.from('next'));
      await exporter.exportAudio?.(next);
      expect([readAudio(gone.ref), readAudio(next.ref)?.toString()]).toEqual([undefined, 'next']);
    });

    it('has it when it has answered at process exit, if it can take one there; the file is as it was', () => {
      const { exporter, readAudio } = create();
      const recording = recordingOf('exit', Buffer.from('sound'));
      exporter.exportAudioSync?.(recording);
      exporter.exportAudioSync?.(recording);
      expect(readFileSync(recording.path, 'utf8')).toBe('sound');
      expect(readAudio(recording.ref)?.toString()).toBe(exporter.exportAudioSync === undefined ? undefined : 'sound');
    });

    it('answers after its shutdown', async () => {
      const { exporter } = create();
      await exporter.shutdown?.();
      const answer = async (): Promise<unknown> => exporter.exportAudio?.(recordingOf('late', Buffer.from('late')));
      expect(await answer().catch(() => false)).toBeOneOf([undefined, true, false]);
    });
  });
}
