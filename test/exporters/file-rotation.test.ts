import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createTracer, FileTraceExporter, type FileOptions, type Tracer } from 'clew';
import { describe, expect, it } from 'vitest';
import { readLines, rotatedFiles } from '../fixtures/ndjson.ts';
import { Script } from '../fixtures/script.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

function setUp(options: FileOptions): { readonly path: string; readonly tracer: Tracer } {
  const path = join(temporaryFolder(), 'traces.ndjson');
  return { path, tracer: createTracer({ exporter: new FileTraceExporter(path, options) }) };
}

function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `trace ${index}`);
}

/** Names of the traces in all files; the files of one process follow each other. */
function allNames(path: string): readonly string[] {
  return rotatedFiles(path).flatMap((file) => readLines(file).map(({ name }) => name));
}

describe('Rotation', () => {
  it('does not happen unless it is asked for', async () => {
    const { path, tracer } = setUp({});
    for (const name of numbered(50)) tracer.trace(name, () => 'x'.repeat(1000));
    await tracer.flush();
    expect(rotatedFiles(path)).toEqual([path]);
  });

  it('sets the file aside before it grows above its size, under a name with time and process id', async () => {
    const { path, tracer } = setUp({ maxBytes: 4096, maxFiles: 100 });
    for (const name of numbered(20)) {
      tracer.trace(name, () => 1);
      await tracer.flush();
    }
    const files = rotatedFiles(path);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect(statSync(file).size).toBeLessThanOrEqual(4096);
    for (const file of files.slice(0, -1)) {
      expect(basename(file)).toMatch(new RegExp(String.raw`^traces\.ndjson\.\d{8}T\d{9}Z(\.\d+)?\.${process.pid}$`));
    }
    expect(allNames(path).toSorted()).toEqual(numbered(20).toSorted());
  });

  it('keeps to the size when many traces are written at once, and loses none', async () => {
    const { path, tracer } = setUp({ maxBytes: 4096, maxFiles: 1000 });
    for (const name of numbered(300)) tracer.trace(name, () => 'čeština');
    expect(await tracer.flush()).toEqual({ sent: 300, dropped: 0, pending: 0, reasons: {} });
    for (const file of rotatedFiles(path)) expect(statSync(file).size).toBeLessThanOrEqual(4096);
    expect(allNames(path)).toEqual(numbered(300));
  });

  it('puts a line that is longer than the size into a file of its own', async () => {
    const { path, tracer } = setUp({ maxBytes: 2048, maxFiles: 10 });
    tracer.trace('short', () => 1);
    tracer.trace('long', () => 'x'.repeat(5000));
    tracer.trace('short again', () => 1);
    await tracer.flush();
    expect(rotatedFiles(path).map((file) => readLines(file).map(({ name }) => name))).toEqual([
      ['short'],
      ['long'],
      ['short again'],
    ]);
  });

  it('keeps as many old files as it is told, the newest ones, and leaves strangers alone', async () => {
    const { path, tracer } = setUp({ maxBytes: 1500, maxFiles: 2 });
    writeFileSync(`${path}.notes`, 'mine');
    for (const name of numbered(10)) tracer.trace(name, () => 1);
    await tracer.flush();
    const aside = readdirSync(dirname(path)).filter((name) => name !== basename(path));
    expect(aside).toContain('traces.ndjson.notes');
    expect(aside).toHaveLength(3);
    const kept = rotatedFiles(path).filter((file) => !file.endsWith('.notes'));
    expect(kept.flatMap((file) => readLines(file).map(({ name }) => name))).toEqual(['trace 7', 'trace 8', 'trace 9']);
  });

  it('continues a file that an earlier process left, and sets it aside when it is full', async () => {
    const { path, tracer } = setUp({ maxBytes: 1024 });
    writeFileSync(path, `${JSON.stringify({ name: 'earlier', filling: 'x'.repeat(900) })}\n`);
    tracer.trace('later', () => 1);
    await tracer.flush();
    expect(rotatedFiles(path).map((file) => readLines(file).map(({ name }) => name))).toEqual([['earlier'], ['later']]);
  });

  it('loses nothing when two exporters of one process write and rotate one file', async () => {
    const path = join(temporaryFolder(), 'traces.ndjson');
    const options = { maxBytes: 1500, maxFiles: 1000 };
    const exporters = [new FileTraceExporter(path, options), new FileTraceExporter(path, options)];
    const tracer = createTracer({ exporters });
    for (const name of numbered(100)) tracer.trace(name, () => 1);
    expect(await tracer.flush()).toEqual({ sent: 200, dropped: 0, pending: 0, reasons: {} });
    expect(allNames(path).toSorted()).toEqual([...numbered(100), ...numbered(100)].toSorted());
  });
});

describe('Two processes that write and rotate one file', () => {
  it('lose no line and merge none', { timeout: 60_000 }, async () => {
    const path = join(temporaryFolder(), 'traces.ndjson');
    const args = [path, '400', '300', '8192', '100000'];
    const writers = [new Script('file-writer.ts', { args }), new Script('file-writer.ts', { args })];
    const results = await Promise.all(writers.map((writer) => writer.finished()));
    expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
    const written = rotatedFiles(path).flatMap((file) => readLines(file).map((line) => line.trace_id));
    expect(written).toHaveLength(800);
    expect(written.toSorted()).toEqual(writers.flatMap((writer) => writer.lines).toSorted());
  });
});
