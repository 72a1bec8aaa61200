import { build } from 'esbuild';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Consumer, Output } from '../package/consumer.ts';
import { createSetting, runtime } from './setting.ts';

const programs = [
  'traces.mjs',
  'http.mjs',
  'local.mjs',
  'threads.mjs',
  'node-runner.mjs',
  'half-a-process.mjs',
  'half-a-process.app.mjs',
];
let consumer: Consumer;

beforeAll(async () => {
  consumer = await createSetting(programs);
});
afterAll(() => consumer.remove());
beforeEach(async () => {
  for (const name of ['traces.ndjson', '.clew']) await rm(consumer.path(name), { recursive: true, force: true });
});

type Start = (program: string) => Promise<Output>;

const runtimes: Readonly<Record<string, Start>> = {
  Node: (program) => consumer.node(program),
  Bun: (program) => consumer.run(runtime('.bin/bun'), program),
  Deno: (program) => consumer.run(runtime('.bin/deno'), 'run', '-A', program),
};

function said({ stdout }: Output): unknown {
  return JSON.parse(stdout);
}

describe.each(Object.entries(runtimes))('In %s', (_name, start) => {
  it('every kind of work is traced, kept and written', async () => {
    const output = await start('traces.mjs');
    expect(output).toMatchObject({ code: 0, stderr: '' });
    expect(said(output)).toEqual({
      answer: '3 1 2 abno',
      ended: true,
      pending: 0,
      dropped: 0,
      spans: [
        ['run', 'ok', '3 1 2 abno'],
        ['add', 'ok', 3],
        ['count', 'ok', '1 2 '],
        ['stream', 'ok', 'ab'],
        ['failing', 'error', null],
        ['later', 'ok', { ok: true }],
      ],
      nested: 5,
      lines: 2,
      reports: {},
    });
  });

  it('traces are sent to a server', async () => {
    const output = await start('http.mjs');
    expect(output).toMatchObject({ code: 0, stderr: '' });
    expect(said(output)).toEqual({ names: ['run'], sent: 1, pending: 0, reports: {} });
  });

  it('local mode keeps traces in a database', async () => {
    const output = await start('local.mjs');
    expect(output).toMatchObject({ code: 0, stderr: '' });
    expect(said(output)).toEqual({ answer: 42, sent: 1, ended: 'boolean', codes: [] });
  });
});

describe('Where something may not be done', () => {
  it('Deno without permissions: the program runs, and the report says what is missing', async () => {
    const output = await consumer.run(runtime('.bin/deno'), 'run', '--no-prompt', '--allow-read', 'local.mjs');
    expect(output.code).toBe(0);
    expect(said(output)).toMatchObject({ answer: 42, sent: 0, codes: ['sqlite-failed'] });
    expect(output.stderr).toContain('cannot be written');
  });

  it.each([
    ['the permission model', ['--permission', '--allow-fs-read=*'], 0, 'cannot be written'],
    ['frozen intrinsics', ['--frozen-intrinsics'], 1, ''],
    ['no code from strings', ['--disallow-code-generation-from-strings'], 1, ''],
    ['no __proto__', ['--disable-proto=throw'], 1, ''],
    ['no SQLite', ['--no-experimental-sqlite'], 0, 'node:sqlite is not there'],
    ['errors on deprecations', ['--throw-deprecation'], 1, ''],
  ])('Node with %s: the program runs', async (_name, flags, sent, message) => {
    const output = await consumer.node(...flags, '--disable-warning=ExperimentalWarning', 'local.mjs');
    expect(output.code).toBe(0);
    expect(said(output)).toMatchObject({ answer: 42, sent });
    expect(output.stderr).toContain(message);
  });
});

describe('On an older Node', () => {
  it('every door can be imported', async () => {
    const doors = ['clew', 'clew/store', 'clew/testing', 'clew/voice', 'clew/livekit'];
    const imports = doors.map((door) => `await import('${door}');`).join(' ');
    const output = await consumer.run(runtime('node-20/bin/node'), '--input-type=module', '-e', imports);
    expect(output).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('init says so in one line, and tracing is off', async () => {
    const output = await consumer.run(runtime('node-20/bin/node'), 'traces.mjs');
    expect(output.code).toBe(0);
    expect(said(output)).toMatchObject({
      answer: '3 1 2 abno',
      ended: true,
      spans: [],
      lines: 0,
      reports: { runtime: 1 },
    });
    expect(output.stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/"msg":"clew: Node 20\.\d+\.\d+ is older than 22\.13: tracing is off"/),
    ]);
  });
});

describe('In Node', () => {
  it('init is off where its folder is gone, and the program runs', async () => {
    const program = `
      import { init, traced } from 'clew';
      import { mkdirSync, rmdirSync } from 'node:fs';
      mkdirSync('gone');
      process.chdir('gone');
      rmdirSync('../gone');
      const clew = init();
      console.log(traced('run', () => 42)(), (await clew.flush()).sent, clew.isRecording);`;
    const { code, stdout, stderr } = await consumer.node('--input-type=module', '-e', program);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '42 0 false\n' });
    expect(stderr).toContain('a tracer could not be made; tracing is off');
  });

  it('each thread and each process of a cluster has a tracer of its own', async () => {
    const output = await consumer.node('threads.mjs');
    expect(output).toMatchObject({ code: 0, stderr: '' });
    expect(said(output)).toEqual({ own: [1, 1], thread: [1, 1], child: [1, 1], code: 0 });
  });

  it('its test runner holds the program’s timers, and not the deadlines', async () => {
    const { code, stdout } = await consumer.node('--test', 'node-runner.mjs');
    expect(stdout).toMatch(/pass 1\b/);
    expect(code).toBe(0);
  });

  it('a bundle runs where process is missing, or only half there', async () => {
    await build({
      absWorkingDir: consumer.folder,
      entryPoints: ['half-a-process.app.mjs'],
      outfile: consumer.path('app.cjs'),
      bundle: true,
      format: 'cjs',
      platform: 'node',
      logLevel: 'silent',
    });
    const output = await consumer.node('half-a-process.mjs', 'app.cjs');
    expect(output).toMatchObject({ code: 0, stderr: '' });
    const recorded = [42, 1, {}];
    expect(said(output)).toEqual({
      none: recorded,
      empty: recorded,
      'without variables': recorded,
      'without events': recorded,
      'with events that throw': recorded,
    });
  });
});
