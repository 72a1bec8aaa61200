import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ClewConfigError, createTracer, FileTraceExporter, type FileOptions, type Tracer } from 'clew';
import { describe, expect, it } from 'vitest';
import { readLines } from '../fixtures/ndjson.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

interface Setup {
  readonly path: string;
  readonly tracer: Tracer;
  readonly logger: RecordingLogger;
}

function setUp(path = join(temporaryFolder(), 'traces.ndjson'), options: FileOptions = {}): Setup {
  const logger = new RecordingLogger();
  const tracer = createTracer({ exporter: new FileTraceExporter(path, options), logger });
  return { path, tracer, logger };
}

function namesIn(path: string): readonly string[] {
  return readLines(path).map(({ name }) => name);
}

describe('A file of traces', () => {
  it('has one line for each trace, in the order in which they ended', async () => {
    const { path, tracer } = setUp();
    tracer.trace('first', () => tracer.span('inner', () => 1));
    tracer.trace('second', () => 2);
    await tracer.flush();
    expect(namesIn(path)).toEqual(['first', 'second']);
    expect(readLines(path)[0]?.spans.map(({ name }) => name)).toEqual(['first', 'inner']);
  });

  it('keeps a line of text with line ends, quotes and other alphabets in one line', async () => {
    const { path, tracer } = setUp();
    const text = 'one\ntwo\r\n"three"\u2028četiri 🧵 \u0000';
    tracer.trace(text, { metadata: { text } }, () => text);
    await tracer.flush();
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2);
    expect(readLines(path)[0]?.metadata).toEqual({ text });
  });

  it('keeps what was there', async () => {
    const { path, tracer } = setUp();
    writeFileSync(path, '{"name":"earlier"}\n');
    tracer.trace('later', () => 1);
    await tracer.flush();
    expect(namesIn(path)).toEqual(['earlier', 'later']);
  });

  it('ends a line that a killed process left unfinished before it writes its own', async () => {
    const { path, tracer } = setUp();
    writeFileSync(path, '{"name":"earlier"}\n{"name":"to');
    tracer.trace('later', () => 1);
    await tracer.flush();
    const [first, torn, last, rest] = readFileSync(path, 'utf8').split('\n');
    expect([first, torn, rest]).toEqual(['{"name":"earlier"}', '{"name":"to', '']);
    expect(last).toContain('"name":"later"');
  });

  it('ends a line that another process leaves unfinished while it is open', async () => {
    const { path, tracer } = setUp();
    tracer.trace('first', () => 1);
    await tracer.flush();
    appendFileSync(path, '{"name":"to');
    tracer.trace('second', () => 1);
    await tracer.flush();
    expect(readFileSync(path, 'utf8')).toMatch(/"name":"first".*\n\{"name":"to\n.*"name":"second".*\n$/);
  });

  it('makes the folders on its way, and is for its owner alone', async () => {
    const path = join(temporaryFolder(), 'a', 'b', 'traces.ndjson');
    const { tracer } = setUp(path);
    tracer.trace('first', () => 1);
    await tracer.flush();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is not there before the first trace', () => {
    const { path } = setUp();
    expect(existsSync(path)).toBe(false);
  });

  it('has a trace whose end was awaited', async () => {
    const { path, tracer } = setUp();
    const trace = tracer.trace('awaited');
    expect(await trace.end()).toEqual({ ok: true, traceId: trace.traceId, exported: true });
    expect(namesIn(path)).toEqual(['awaited']);
  });

  it('writes by itself on a later turn of the event loop', async () => {
    const { path, tracer } = setUp();
    tracer.trace('unflushed', () => 1);
    expect(existsSync(path)).toBe(false);
    while (!existsSync(path)) await new Promise((resolve) => setImmediate(resolve));
    expect(namesIn(path)).toEqual(['unflushed']);
  });

  it('has every trace of a burst within one turn, also above what a queue may hold', async () => {
    const { path, tracer } = setUp();
    for (let index = 0; index < 12_000; index += 1) tracer.trace(`trace ${index}`, () => index);
    expect(await tracer.flush()).toEqual({ sent: 12_000, dropped: 0, pending: 0, reasons: {} });
    expect(namesIn(path)).toEqual(Array.from({ length: 12_000 }, (_, index) => `trace ${index}`));
  });
});

describe('A file that is removed or renamed under its writer', () => {
  it.each([
    ['removed', (path: string) => unlinkSync(path)],
    ['renamed', (path: string) => renameSync(path, `${path}.elsewhere`)],
    [
      'replaced',
      (path: string) => {
        renameSync(path, `${path}.elsewhere`);
        writeFileSync(path, '');
      },
    ],
  ])('%s: is reported once, and writing goes on in a new one', async (_way, remove) => {
    const { path, tracer, logger } = setUp();
    tracer.trace('first', () => 1);
    await tracer.flush();
    remove(path);
    tracer.trace('second', () => 1);
    await tracer.flush();
    tracer.trace('third', () => 1);
    expect(await tracer.flush()).toEqual({ sent: 3, dropped: 0, pending: 0, reasons: {} });
    expect(namesIn(path)).toEqual(['second', 'third']);
    expect(logger.warnings('file-replaced')).toHaveLength(1);
  });
});

describe('A file that cannot be written', () => {
  it('costs its records, is reported once, and hurts nobody: a folder stands in its place', async () => {
    const path = temporaryFolder();
    const { tracer, logger } = setUp(path);
    expect(tracer.trace('first', () => 'answer')).toBe('answer');
    const result = await tracer.flush();
    expect(result).toMatchObject({ sent: 0, dropped: 1, pending: 0 });
    expect(Object.keys(result.reasons)).toEqual([expect.stringMatching(/cannot be written: .*EISDIR/)]);
    tracer.trace('second', () => 1);
    expect(await tracer.flush()).toMatchObject({ sent: 0, dropped: 2, pending: 0 });
    expect(logger.warnings('exporter-failed')).toHaveLength(1);
  });

  it('tells the end of a trace what went wrong: the path leads through a file', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const { tracer } = setUp(join(file, 'traces.ndjson'));
    const trace = tracer.trace('first');
    const result = await trace.end();
    expect(result).toEqual({ ok: false, traceId: trace.traceId, error: expect.stringMatching(/ENOTDIR|EEXIST/) });
  });

  it('is tried again', async () => {
    const path = join(temporaryFolder(), 'traces.ndjson');
    mkdirSync(path);
    const { tracer } = setUp(path);
    tracer.trace('lost', () => 1);
    await tracer.flush();
    renameSync(path, `${path}.folder`);
    tracer.trace('kept', () => 1);
    expect(await tracer.flush()).toMatchObject({ sent: 1, dropped: 1 });
    expect(namesIn(path)).toEqual(['kept']);
  });

  it.runIf(existsSync('/dev/full'))('says so when the disk is full', async () => {
    const { tracer, logger } = setUp('/dev/full');
    const result = await tracer.trace('first').end();
    expect(result).toMatchObject({ ok: false, error: expect.stringMatching(/ENOSPC/) });
    expect(logger.warnings('exporter-failed')).toHaveLength(1);
  });
});

describe('A wrong option of a file exporter', () => {
  it.each([
    ['path', ''],
    ['path', 5],
    ['path', undefined],
    ['maxBytes', 1023],
    ['maxBytes', Number.NaN],
    ['maxBytes', Infinity],
    ['maxFiles', 0],
    ['maxFiles', 1.5],
  ])('is refused, and named: %s %s', (option, value) => {
    const isPath = option === 'path';
    const make = (): unknown =>
      Reflect.construct(FileTraceExporter, isPath ? [value] : ['traces.ndjson', { [option]: value }]);
    expect(make).toThrow(ClewConfigError);
    expect(make).toThrow(`option "${option}" is`);
  });
});
