import { chmodSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { createTracer, SqliteTraceExporter, type SqliteOptions, type Tracer, type TracerOptions } from 'clew';
import { SqliteTraceStore } from 'clew/store';
import { describe, expect, it, onTestFinished } from 'vitest';
import { amendedRecords, recordsOf } from '../fixtures/records.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { only } from '../flows/recording.ts';

interface Setup {
  readonly path: string;
  readonly tracer: Tracer;
  readonly logger: RecordingLogger;
}

function setUp(
  options: SqliteOptions = {},
  rest: TracerOptions = {},
  path = join(temporaryFolder(), 'clew.db'),
): Setup {
  const logger = new RecordingLogger();
  const tracer = createTracer({ exporter: new SqliteTraceExporter(path, options), logger, ...rest });
  onTestFinished(async () => void (await tracer.shutdown()));
  return { path, tracer, logger };
}

function query(path: string, sql: string): readonly (readonly unknown[])[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => Object.values(row));
  } finally {
    database.close();
  }
}

function makeTraces(tracer: Tracer, count: number, text = ''): void {
  for (let n = 0; n < count; n += 1) {
    tracer.trace(`trace ${n}`, (trace) => trace.span('step', { input: { n, text } }, () => n));
  }
}

function runAgent(tracer: Tracer): void {
  tracer.trace('handle-ticket', { session: { id: 'conv_1', name: 'Refund' }, userId: 'u1', tags: ['a'] }, (trace) => {
    trace.span('tool:lookup', { kind: 'tool', input: { id: 7 } }, () => ({ plan: 'team' }));
    trace.generation('answer', { model: 'gpt-4.1-mini', provider: 'openai', input: 'why?' }).end({
      output: 'because',
      usage: { input_tokens: 50, output_tokens: 12 },
      costUsd: 0.5,
    });
    trace.event('guardrail', { toxic: false }, 'WARNING');
  });
}

describe('the SQLite file', () => {
  it('has a view for each thing people ask about [G5, G32–G36]', async () => {
    const { tracer, path } = setUp();
    runAgent(tracer);
    expect(await tracer.flush()).toEqual({ sent: 3, dropped: 0, pending: 0, reasons: {} });
    expect(query(path, 'SELECT name, session_id, user_id, tags, outcome FROM traces')).toEqual([
      ['handle-ticket', 'conv_1', 'u1', '["a"]', 'ok'],
    ]);
    expect(query(path, 'SELECT name, kind, type FROM spans ORDER BY start_time, started_at')).toEqual([
      ['handle-ticket', 'custom', 'span'],
      ['tool:lookup', 'tool', 'span'],
      ['answer', 'llm', 'generation'],
    ]);
    expect(query(path, 'SELECT model, input_tokens, output_tokens, total_tokens, cost_usd FROM generations')).toEqual([
      ['gpt-4.1-mini', 50, 12, 62, 0.5],
    ]);
    expect(query(path, 'SELECT name, level, input FROM events')).toEqual([['guardrail', 'WARNING', '{"toxic":false}']]);
    expect(query(path, 'SELECT session_id, session_name, traces, cost_usd FROM sessions')).toEqual([
      ['conv_1', 'Refund', 1, 0.5],
    ]);
    expect(query(path, 'SELECT name, model, prompt FROM prompts')).toEqual([['answer', 'gpt-4.1-mini', '"why?"']]);
    expect(query(path, 'SELECT completion, input_tokens FROM completions')).toEqual([['"because"', 50]]);
    expect(query(path, 'SELECT tool, input, output FROM tools')).toEqual([['lookup', '{"id":7}', '{"plan":"team"}']]);
  });

  it('gives back the very record that went in', async () => {
    const { tracer, path } = setUp();
    runAgent(tracer);
    tracer.trace('fails', (trace) => trace.span('inner').fail(new TypeError('no', { cause: 'why' })));
    await tracer.flush();
    const store = new SqliteTraceStore(path);
    const [last, first] = await store.last(2);
    expect([last?.name, first?.name]).toEqual(['fails', 'handle-ticket']);
    expect(first?.asTree().replaceAll(/ {2}\[\d+ms\]/g, '')).toBe('handle-ticket\n  tool:lookup\n  answer');
    expect(last?.spans[1]?.exception).toMatchObject({ type: 'TypeError', message: 'no', cause: { message: 'why' } });
    expect(await store.get(first?.traceId ?? '')).toEqual(first);
    expect((await store.list(first?.runId ?? '')).map(({ name }) => name)).toEqual(['handle-ticket']);
    expect(await store.get('unknown')).toBeNull();
    expect(await new SqliteTraceStore(`${path}.none`).last()).toEqual([]);
  });

  it.each([
    [1.9, 1],
    [0, 0],
    [-3, 0],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 3],
  ])('asked for its last %d traces gives %d', async (count, expected) => {
    const { tracer, path } = setUp();
    makeTraces(tracer, 3);
    await tracer.flush();
    expect(await new SqliteTraceStore(path).last(count)).toHaveLength(expected);
  });

  it('is written by the exporter alone, too', async () => {
    const path = join(temporaryFolder(), 'clew.db');
    const exporter = new SqliteTraceExporter(path);
    const trace = only(recordsOf((tracer) => tracer.trace('run', () => 1)));
    await exporter.export(trace);
    expect((await new SqliteTraceStore(path).get(trace.traceId))?.text()).toBe(trace.text());
    await exporter.shutdown();
    writeFileSync(`${path}.file`, '');
    const nowhere = new SqliteTraceExporter(join(`${path}.file`, 'clew.db'));
    await expect(nowhere.export(trace)).rejects.toThrow(/ENOTDIR|EEXIST/);
  });

  it('has evaluations, also those that came after the end', async () => {
    const { tracer, path } = setUp();
    const trace = tracer.trace('run');
    trace.evaluate('tone', 0.5);
    await trace.end();
    trace.evaluate('correctness', 0, 'wrong');
    await tracer.flush();
    const label = `SELECT value ->> '$.label' FROM traces, json_each(evaluations) ORDER BY json_each.key`;
    expect(query(path, label)).toEqual([[null], ['wrong']]);
    expect((await new SqliteTraceStore(path).get(trace.traceId))?.evaluations).toHaveLength(2);
  });

  it('of the first version is brought up to date, with what is in it', async () => {
    const { tracer, path } = setUp();
    makeTraces(tracer, 2);
    await tracer.shutdown();
    const old = new DatabaseSync(path);
    for (const view of ['calls', 'turns', 'stages', 'prompts', 'completions']) old.exec(`DROP VIEW ${view}`);
    for (const view of ['prompts', 'completions']) old.exec(`CREATE VIEW ${view} AS SELECT span_id FROM span`);
    old.exec('DROP INDEX trace_by_voice; ALTER TABLE span DROP COLUMN voice; ALTER TABLE trace DROP COLUMN voice');
    old.exec('ALTER TABLE trace DROP COLUMN evaluations; PRAGMA user_version = 1');
    old.close();
    const { tracer: later } = setUp({}, {}, path);
    later.trace('new', (trace) => trace.evaluate('tone', 1));
    expect(await later.flush()).toMatchObject({ sent: 1, pending: 0 });
    expect(query(path, 'SELECT name, evaluations FROM traces ORDER BY start_time')).toEqual([
      ['trace 0', '[]'],
      ['trace 1', '[]'],
      ['new', '[{"name":"tone","score":1,"label":null,"comment":null}]'],
    ]);
  });

  it('merges what amends a trace, whatever comes first', async () => {
    for (const order of [(list: readonly unknown[]) => list, (list: readonly unknown[]) => list.toReversed()]) {
      const path = join(temporaryFolder(), 'clew.db');
      const exporter = new SqliteTraceExporter(path);
      const records = amendedRecords();
      for (const index of order([0, 1])) {
        const record = records[Number(index)];
        if (record !== undefined) await exporter.export(record);
      }
      await exporter.shutdown();
      const [trace] = await new SqliteTraceStore(path).last();
      expect(trace?.spans.map(({ name }) => name).toSorted()).toEqual(['early', 'handle', 'late']);
      expect(trace).toMatchObject({ output: 'done', amends: false, runId: 'run-42' });
    }
  });

  it('is nobody else’s to read, and its folder keeps itself out of the repository', async () => {
    const folder = join(temporaryFolder(), '.clew');
    const { tracer, path } = setUp({}, {}, join(folder, 'clew.db'));
    makeTraces(tracer, 1);
    await tracer.flush();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('is written on the next turn of the event loop, not in the middle of the user’s work', async () => {
    const { tracer, path } = setUp();
    makeTraces(tracer, 20);
    expect(readdirSync(join(path, '..'))).toEqual([]);
    for (let turn = 0; turn < 200 && tracer.stats().exporters[0]?.sent !== 40; turn += 1) await nextTurn();
    await pause(0);
    expect(query(path, 'SELECT count(*) FROM traces')).toEqual([[20]]);
  });

  it('is bounded by size: the oldest traces go', async () => {
    const { tracer, path } = setUp({ maxBytes: 1_048_576 });
    for (let round = 0; round < 20; round += 1) {
      makeTraces(tracer, 10, 'ten bytes '.repeat(1_500));
      await tracer.flush();
    }
    const traces = Number(query(path, 'SELECT count(*) FROM traces').flat()[0]);
    expect(traces).toBeLessThan(70);
    expect(traces).toBeGreaterThan(20);
    expect(query(path, 'SELECT name FROM traces ORDER BY start_time DESC LIMIT 1')).toEqual([['trace 9']]);
    expect(query(path, 'SELECT count(*) FROM spans')).toEqual([[traces * 2]]);
    expect(statSync(path).size).toBeLessThanOrEqual(1_048_576 * 1.25);
    expect(tracer.stats().exporters).toMatchObject([{ sent: 400, dropped: 0, pending: 0 }]);
  });

  it('is bounded by age', async () => {
    const { tracer, path } = setUp({ maxDays: 1 });
    makeTraces(tracer, 12);
    await tracer.flush();
    const database = new DatabaseSync(path);
    database.exec(`UPDATE trace SET start_time = '2020-01-01T00:00:00.000000Z' WHERE name <> 'trace 3'`);
    database.close();
    makeTraces(tracer, 1);
    await tracer.flush();
    expect(query(path, 'SELECT name FROM traces ORDER BY start_time')).toEqual([['trace 3'], ['trace 0']]);
    expect(query(path, 'SELECT count(*) FROM spans')).toEqual([[4]]);
  });
});

describe('a database that makes trouble', () => {
  it('locked by another: never waited for, and written when it is free', async () => {
    const { tracer, path, logger } = setUp();
    makeTraces(tracer, 1);
    await tracer.flush();
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    makeTraces(tracer, 5);
    let longest = 0;
    let before = performance.now();
    const watch = setInterval(() => {
      longest = Math.max(longest, performance.now() - before);
      before = performance.now();
    }, 1);
    expect(await tracer.flush({ timeoutMs: 300 })).toEqual({ sent: 2, dropped: 0, pending: 10, reasons: {} });
    clearInterval(watch);
    expect(longest).toBeLessThan(200);
    other.exec('COMMIT');
    other.close();
    expect(await tracer.flush()).toEqual({ sent: 12, dropped: 0, pending: 0, reasons: {} });
    expect(logger.lines).toEqual([]);
  });

  it('locked for a moment: the end of a trace waits for it', async () => {
    const { tracer, path } = setUp();
    makeTraces(tracer, 1);
    await tracer.flush();
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const trace = tracer.trace('patient');
    const end = trace.end();
    await pause(60);
    other.exec('COMMIT');
    other.close();
    expect(await end).toEqual({ ok: true, traceId: trace.traceId, exported: true });
  });

  it('removed under us: opened anew, told once', async () => {
    const { tracer, path, logger } = setUp();
    makeTraces(tracer, 1);
    await tracer.flush();
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    makeTraces(tracer, 2);
    expect(await tracer.flush()).toMatchObject({ sent: 6, dropped: 0, pending: 0 });
    expect(query(path, 'SELECT count(*) FROM traces')).toEqual([[2]]);
    expect(logger.warnings('sqlite-replaced')).toHaveLength(1);
  });

  it.each([
    ['no database', (path: string) => writeFileSync(path, 'no database at all '.repeat(500))],
    [
      'half a database',
      (path: string) => {
        const database = new DatabaseSync(path);
        database.exec(
          'CREATE TABLE t (x); INSERT INTO t SELECT zeroblob(3000) FROM json_each(json_array(1,2,3,4,5,6))',
        );
        database.close();
        truncateSync(path, 5_000);
      },
    ],
  ])('that is %s: set aside, and a new one is written', async (_, damage) => {
    const { tracer, path, logger } = setUp();
    damage(path);
    makeTraces(tracer, 3);
    expect(await tracer.flush()).toMatchObject({ sent: 6, dropped: 0, pending: 0 });
    expect(query(path, 'SELECT count(*) FROM traces')).toEqual([[3]]);
    expect(logger.warnings('sqlite-damaged')).toHaveLength(1);
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('damaged'))).not.toEqual([]);
  });

  it('full: the oldest traces make room', async () => {
    const { tracer, path, logger } = setUp({ maxBytes: 1_048_576 }, { limits: { queueBytes: 1e9 } });
    makeTraces(tracer, 100, 'ten bytes '.repeat(1_500));
    expect(await tracer.flush()).toEqual({ sent: 200, dropped: 0, pending: 0, reasons: {} });
    expect(query(path, 'SELECT name FROM traces ORDER BY start_time DESC LIMIT 1')).toEqual([['trace 99']]);
    expect(statSync(path).size).toBeLessThanOrEqual(1_048_576 * 1.25);
    expect(logger.lines).toEqual([]);
  });

  it('full of one trace that is larger than it may be: that trace is dropped, and the others are written', async () => {
    const { tracer, path, logger } = setUp({ maxBytes: 1_048_576 });
    makeTraces(tracer, 1);
    tracer.trace('large', (trace) => {
      for (let n = 0; n < 60; n += 1) {
        trace.span('step', { input: ['ten bytes '.repeat(1_500), `${n} `.repeat(8_000)] }).end();
      }
    });
    makeTraces(tracer, 2);
    expect(await tracer.flush()).toEqual({
      sent: 6,
      dropped: 61,
      pending: 0,
      reasons: { 'larger than the database may be': 61 },
    });
    expect(query(path, `SELECT count(*) FROM traces WHERE name = 'trace 1'`)).toEqual([[1]]);
    expect(query(path, `SELECT count(*) FROM spans WHERE name = 'large'`)).toEqual([[0]]);
    expect(logger.warnings('sqlite-large')).toHaveLength(1);
  });

  it('in a folder that is a file: kept, told once, written when it can be', async () => {
    const folder = join(temporaryFolder(), 'taken');
    writeFileSync(folder, '');
    const { tracer, path, logger } = setUp({}, {}, join(folder, 'clew.db'));
    makeTraces(tracer, 3);
    expect(await tracer.flush()).toEqual({ sent: 0, dropped: 0, pending: 6, reasons: {} });
    rmSync(folder);
    expect(await tracer.flush()).toEqual({ sent: 6, dropped: 0, pending: 0, reasons: {} });
    expect(query(path, 'SELECT count(*) FROM traces')).toEqual([[3]]);
    expect(logger.warnings('sqlite-failed')).toHaveLength(1);
  });

  // Root writes whatever the mode says.
  it.skipIf(process.getuid?.() === 0)('read-only: kept, told once, written when it can be', async () => {
    const { tracer, path, logger } = setUp();
    new DatabaseSync(path).close();
    chmodSync(path, 0o400);
    makeTraces(tracer, 1);
    expect(await tracer.flush()).toMatchObject({ sent: 0, pending: 2 });
    expect(logger.warnings('sqlite-failed')).toHaveLength(1);
    chmodSync(path, 0o600);
    expect(await tracer.flush()).toMatchObject({ sent: 2, pending: 0 });
  });

  it('of a later version: left as it is, and the traces are kept', async () => {
    const { tracer, path, logger } = setUp();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 999; CREATE TABLE trace (x)');
    database.close();
    makeTraces(tracer, 1);
    expect(await tracer.flush()).toMatchObject({ sent: 0, pending: 2 });
    expect(query(path, 'SELECT count(*) FROM trace')).toEqual([[0]]);
    expect(logger.warnings('sqlite-failed').map(({ error }) => error)).toEqual([
      expect.stringContaining('was written by a later version of clew (schema 999'),
    ]);
  });
});

it('a store without a path is a mistake', () => {
  expect(() => new SqliteTraceStore('')).toThrow(expect.objectContaining({ name: 'ClewConfigError', option: 'path' }));
});

describe('wrong options of the SQLite exporter', () => {
  it.each([
    ['', {}, 'path'],
    ['x.db', { maxBytes: 1_000 }, 'maxBytes'],
    ['x.db', { maxDays: 0 }, 'maxDays'],
    ['x.db', { maxDays: Number.NaN }, 'maxDays'],
  ])('%j %j', (path, options, option) => {
    expect(() => new SqliteTraceExporter(path, options)).toThrow(
      expect.objectContaining({ name: 'ClewConfigError', option }),
    );
  });
});
