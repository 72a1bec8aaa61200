import { join } from 'node:path';
import { SqliteTraceStore } from 'clew/store';
import { describe, expect, it } from 'vitest';
import { readLines } from '../fixtures/ndjson.ts';
import { runScript, Script, type ScriptResult } from '../fixtures/script.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

interface Ending {
  readonly result: ScriptResult;
  readonly path: string;
}

async function endBy(way: string): Promise<Ending> {
  const path = join(temporaryFolder(), 'traces.ndjson');
  return { path, result: await runScript('dangling-span.ts', { args: [path, way] }) };
}

function expectDangling(path: string): void {
  const lines = readLines(path);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ name: 'dangling', level: 'DEFAULT', outcome: 'no_end', amends: false });
  expect(lines[0]?.spans.map(({ name, level, outcome }) => [name, level, outcome])).toEqual([
    ['dangling', 'DEFAULT', 'no_end'],
    ['left-open', 'DEFAULT', 'no_end'],
  ]);
  // Whatever data was attached is there (A55).
  expect(lines[0]?.spans[1]).toMatchObject({
    input: { question: 'why?' },
    events: [{ name: 'seen', input: { at: 'start' } }],
  });
}

describe('Spans that nobody ended', () => {
  it.each([
    ['natural', 0],
    ['exit', 0],
    ['exit-code', 7],
    ['callback', 3],
  ])(
    'are in the file as no_end when the process ends: %s; its code and stderr stay as they were',
    async (way, code) => {
      const { result, path } = await endBy(way);
      expect(result).toEqual({ code, stdout: '', stderr: '' });
      expectDangling(path);
    },
  );

  it.each([
    ['throw', 'the program failed by itself'],
    ['rejection', 'nobody waited for this'],
  ])('are in the file when nobody catches a failure: %s; Node says so itself', async (way, message) => {
    const { result, path } = await endBy(way);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`Error: ${message}`);
    expect(result.stderr).not.toContain('clew:');
    expectDangling(path);
  });

  it('are marked [no-end] on the console', async () => {
    const { stdout, code } = await runScript('dangling-console.ts');
    expect(code).toBe(0);
    expect(stdout).toMatch(/dangling {2}\[\d+ms\] {2}\[no-end\]\n {2}left-open {2}\[\d+ms\] {2}\[no-end\]$/);
  });
});

describe('The end of a process', () => {
  it('comes though an exporter hangs: it is waited for once, five seconds at most', { timeout: 20_000 }, async () => {
    const { result, ms } = await timeAfterWork('hanging-exit.ts', 'hang');
    expect(result).toMatchObject({ code: 0, stdout: 'done' });
    expect(ms).toBeLessThan(9_000);
  });

  it('comes at once when the exporter fails', async () => {
    const result = await runScript('hanging-exit.ts', { args: ['fail'] });
    expect(result).toMatchObject({ code: 0, stdout: 'done' });
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(result.stderr)).toMatchObject({
      name: 'clew',
      code: 'exporter-failed',
      error: 'Error: no route',
    });
  });

  it.each(['file', 'sqlite'])(
    'asks a listener of beforeExit once, although it traces something each time: %s',
    async (way) => {
      const path = join(temporaryFolder(), 'traces');
      const result = await runScript('last-words.ts', { args: [way, path] });
      expect(result).toEqual({ code: 0, stdout: 'asked 1', stderr: '' });
      const names =
        way === 'file'
          ? readLines(path).map(({ name }) => name)
          : (await new SqliteTraceStore(path).last(10)).map(({ name }) => name).reverse();
      expect(names).toEqual(['work', 'last words']);
    },
  );

  it('comes although a listener of beforeExit traces something each time and the server is dead', async () => {
    const result = await runScript('last-words.ts', { args: ['http', 'none'] });
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^asked \d$/);
  });

  it('does not wait for an idle tracer, whatever it is made of', async () => {
    const { result, ms } = await timeAfterWork('idle-tracer.ts', join(temporaryFolder(), 'traces.ndjson'));
    expect(result).toEqual({ code: 0, stdout: 'done', stderr: '' });
    expect(ms).toBeLessThan(4_000);
  });
});

/** How long a script goes on after it has said that it is done: what starting it takes is the machine's affair. */
async function timeAfterWork(name: string, arg: string): Promise<{ result: ScriptResult; ms: number }> {
  const script = new Script(name, { args: [arg] });
  await script.printed(1);
  const done = performance.now();
  const result = await script.finished();
  return { result, ms: performance.now() - done };
}
