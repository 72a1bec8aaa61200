import fs, { appendFileSync, readFileSync, truncateSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { createTracer, FileTraceExporter } from 'clew';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseLine, readLines } from '../fixtures/ndjson.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { recordsOf } from '../fixtures/records.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

/** Between our look at the end of the file and our write, `meddle` is what another process does. */
function beforeNextWrite(meddle: () => void): void {
  const { writeSync } = fs;
  const write = vi.spyOn(fs, 'writeSync').mockImplementationOnce((...args: readonly unknown[]): number => {
    write.mockRestore();
    syncBuiltinESMExports();
    meddle();
    return Number(Reflect.apply(writeSync, fs, args));
  });
  syncBuiltinESMExports();
}

describe('A process that is killed in its write while we are about to make ours', () => {
  it('does not take our line with it, nor are other lines doubled', async () => {
    const path = join(temporaryFolder(), 'traces.ndjson');
    const tracer = createTracer({ exporter: new FileTraceExporter(path) });
    beforeNextWrite(() => appendFileSync(path, '{"name":"to'));
    tracer.trace('first', () => 1);
    tracer.trace('second', () => 1);
    expect(await tracer.flush()).toMatchObject({ sent: 2, dropped: 0 });
    tracer.trace('third', () => 1);
    await tracer.flush();

    const lines = readFileSync(path, 'utf8').split('\n');
    const names = lines.map((line) => /"name":"(\w+)".*"spans"/.exec(line)?.[1]);
    expect(lines[0]).toMatch(/^\{"name":"to\{"v":1/);
    expect(names.slice(1)).toEqual(['second', 'first', 'third', undefined]);
    for (const line of lines.slice(1, -1)) expect(() => parseLine(line)).not.toThrow();
  });

  it('is no reason to write twice when it did end its line', async () => {
    const path = join(temporaryFolder(), 'traces.ndjson');
    const tracer = createTracer({ exporter: new FileTraceExporter(path) });
    beforeNextWrite(() => appendFileSync(path, '{"name":"theirs"}\n'));
    tracer.trace('ours', () => 1);
    await tracer.flush();
    expect(readFileSync(path, 'utf8')).toMatch(/^\{"name":"theirs"\}\n\{"v":1.*\}\n$/);
  });

  it('can cut the file to nothing without costing what comes after', async () => {
    const path = join(temporaryFolder(), 'traces.ndjson');
    const tracer = createTracer({ exporter: new FileTraceExporter(path) });
    tracer.trace('first', () => 1);
    await tracer.flush();
    truncateSync(path);
    tracer.trace('second', () => 1);
    await tracer.flush();
    expect(readFileSync(path, 'utf8')).toMatch(/^\{"v":1.*"name":"second".*\}\n$/);
  });
});

describe('A disk that is full for a while', () => {
  it('costs what could not be written then, and exactly that', async () => {
    const path = join(temporaryFolder(), 'traces.ndjson');
    const tracer = createTracer({ exporter: new FileTraceExporter(path), logger: new RecordingLogger() });
    tracer.trace('before', () => 1);
    await tracer.flush();
    beforeNextWrite(() => {
      throw new Error('ENOSPC: no space left on device');
    });
    for (let index = 0; index < 100; index += 1) tracer.trace(`trace ${index}`, () => 1);
    const { sent, dropped, pending, reasons } = await tracer.flush();
    expect(readLines(path)).toHaveLength(sent);
    expect([sent + dropped, pending]).toEqual([101, 0]);
    expect(Object.entries(reasons)).toEqual([[expect.stringContaining('ENOSPC'), dropped]]);
    expect(dropped).toBeLessThan(100);
  });

  it('does not end a program that calls the exporter by hand and does not wait', async () => {
    const [trace] = recordsOf((tracer) => tracer.trace('run', () => 1));
    const exporter = new FileTraceExporter(temporaryFolder());
    const unhandled = vi.fn<() => void>();
    process.once('unhandledRejection', unhandled);
    if (trace !== undefined) void exporter.export(trace);
    await exporter.flush();
    await new Promise((resolve) => setImmediate(resolve));
    process.removeListener('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
