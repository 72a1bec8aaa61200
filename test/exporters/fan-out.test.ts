import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createTracer, FanOutTraceExporter, FileTraceExporter, InMemoryTraceExporter } from 'clew';
import { describe, expect, it } from 'vitest';
import { readLines } from '../fixtures/ndjson.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { recordsOf } from '../fixtures/records.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

describe('A fan-out', () => {
  it('lets its members tell what went wrong without costing a record', async () => {
    const path = join(temporaryFolder(), 'traces.ndjson');
    const logger = new RecordingLogger();
    const exporter = new FanOutTraceExporter([new InMemoryTraceExporter(), new FileTraceExporter(path)]);
    const tracer = createTracer({ exporter, logger });
    tracer.trace('first', () => 1);
    await tracer.flush();
    unlinkSync(path);
    tracer.trace('second', () => 1);
    await tracer.flush();
    expect(readLines(path).map(({ name }) => name)).toEqual(['second']);
    expect(logger.warnings('file-replaced')).toHaveLength(1);
  });

  it('throws all failures together when it is used by hand', () => {
    const failing = (message: string) => ({
      export: (): void => {
        throw new Error(message);
      },
    });
    const memory = new InMemoryTraceExporter();
    const [trace] = recordsOf((tracer) => tracer.trace('run', () => 1));
    if (trace === undefined) throw new Error('no trace');
    const fanOut = new FanOutTraceExporter([failing('one'), memory, failing('two')]);
    expect(() => fanOut.export(trace)).toThrow('2 of the exporters failed: Error: one; Error: two');
    expect(memory.traces).toEqual([trace]);
  });

  it('rejects with all failures, those that were thrown too, once every member has answered', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const answers: string[] = [];
    const fanOut = new FanOutTraceExporter([
      { export: () => Promise.reject(new Error('rejected')) },
      {
        export: () => {
          throw new Error('thrown');
        },
      },
      { export: () => promise.then(() => void answers.push('slow')) },
    ]);
    const [trace] = recordsOf((tracer) => tracer.trace('run', () => 1));
    if (trace === undefined) throw new Error('no trace');
    const exported = fanOut.export(trace);
    resolve();
    await expect(exported).rejects.toMatchObject({ errors: [{ message: 'thrown' }, { message: 'rejected' }] });
    expect(answers).toEqual(['slow']);
  });
});
