import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createTracer, getTracer, init } from 'clew';
import { SqliteTraceStore } from 'clew/store';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { runScript, Script } from '../fixtures/script.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

function namesIn(folder: string): readonly (readonly unknown[])[] {
  const database = new DatabaseSync(join(folder, 'clew.db'), { readOnly: true });
  const sql = 'SELECT spans.name, spans.outcome FROM spans ORDER BY start_time, started_at';
  const rows = database.prepare(sql).all();
  database.close();
  return rows.map((row) => Object.values(row));
}

const whole = [
  ['agent 0', 'ok'],
  ['tool:lookup', 'ok'],
  ['dangling', 'no_end'],
  ['left-open', 'no_end'],
];

afterEach(() => vi.unstubAllEnvs());

describe('init() alone', () => {
  it('writes .clew/clew.db, or clew.db in the folder that CLEW_DIR names [G1–G5, G9]', async () => {
    const folder = join(temporaryFolder(), 'traces');
    vi.stubEnv('CLEW_DIR', folder);
    vi.stubEnv('NODE_ENV', 'test');
    const logger = new RecordingLogger();
    const clew = init({ name: 'support', session: 'user_123', logger });
    expect(getTracer()).toBe(clew);
    clew.trace('run', () => clew.span('tool:step', () => 1));
    expect(await clew.flush()).toEqual({ sent: 2, dropped: 0, pending: 0, reasons: {} });
    await clew.shutdown();
    const [trace] = await new SqliteTraceStore(join(folder, 'clew.db')).last();
    expect(trace).toMatchObject({ name: 'run', sessionId: 'user_123', service: { name: 'support' } });
    expect(logger.lines).toEqual([]);
  });

  it('tells at the end of a trace that it is in the file [A23]', async () => {
    vi.stubEnv('CLEW_DIR', temporaryFolder());
    const tracer = createTracer({ mode: 'local' });
    const trace = tracer.trace('manual');
    expect(await trace.end()).toEqual({ ok: true, traceId: trace.traceId, exported: true });
    await tracer.shutdown();
  });
});

describe('a process in local mode', () => {
  it.each([
    ['natural', 0],
    ['exit', 3],
  ])('leaves nothing behind when it ends: %s [A55–A57, T37]', async (way, code) => {
    const folder = temporaryFolder();
    const result = await runScript('local-agent.ts', { args: ['agent', way], env: { CLEW_DIR: folder } });
    expect(result).toEqual({ code, stdout: '', stderr: '' });
    expect(namesIn(folder)).toEqual(whole);
  });

  it('leaves nothing behind when nobody catches its failure', async () => {
    const folder = temporaryFolder();
    const { code, stderr } = await runScript('local-agent.ts', { args: ['agent', 'throw'], env: { CLEW_DIR: folder } });
    expect(code).toBe(1);
    expect(stderr).toContain('Error: the program failed by itself');
    expect(stderr).not.toContain('clew:');
    expect(namesIn(folder)).toEqual(whole);
  });

  it('writes all that waits when it ends at once', async () => {
    const folder = temporaryFolder();
    const result = await runScript('large-exit.ts', { env: { CLEW_DIR: folder } });
    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(namesIn(folder)).toHaveLength(4_000);
  });

  it('with handleSignals drains before a signal ends it, as the signal does', async () => {
    const folder = temporaryFolder();
    const script = new Script('local-agent.ts', { args: ['agent', 'signal'], env: { CLEW_DIR: folder } });
    await script.printed(1);
    script.kill('SIGTERM');
    expect(await script.finished()).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' });
    expect(namesIn(folder)).toEqual(whole);
  });

  it('with handleSignals leaves the end to a program that listens too', async () => {
    const folder = temporaryFolder();
    const script = new Script('local-agent.ts', { args: ['agent', 'signal-own'], env: { CLEW_DIR: folder } });
    await script.printed(1);
    script.kill('SIGTERM');
    expect(await script.finished()).toEqual({ code: 9, stdout: 'ready', stderr: '' });
    expect(namesIn(folder)).toEqual(whole);
  });

  it('writes one file with others at the same time, and not a trace is lost', async () => {
    const folder = temporaryFolder();
    const agents = ['one', 'two', 'three', 'four'];
    const results = await Promise.all(
      agents.map((name) => runScript('local-agent.ts', { args: [name, 'natural', '200'], env: { CLEW_DIR: folder } })),
    );
    expect(results).toEqual(agents.map(() => ({ code: 0, stdout: '', stderr: '' })));
    const store = new SqliteTraceStore(join(folder, 'clew.db'));
    const traces = await store.last(1_000);
    expect(
      traces
        .filter(({ name }) => name !== 'dangling')
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(agents.flatMap((name) => Array.from({ length: 200 }, (_, n) => `${name} ${n}`)).toSorted());
    expect(traces.every(({ spans }) => spans.length === 2)).toBe(true);
  });

  it('keeps its folder out of the repository', async () => {
    const folder = join(temporaryFolder(), '.clew');
    await runScript('local-agent.ts', { env: { CLEW_DIR: folder } });
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });
});
