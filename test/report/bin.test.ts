import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runScript } from '../fixtures/script.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { lineOf } from './lines.ts';

const bin = '../../src/bin.ts';

describe('the command line', () => {
  it('prints the report of a file, as text and as data', async () => {
    const path = join(temporaryFolder(), 'traces.ndjson');
    writeFileSync(path, `${lineOf({ id: 'a', spans: [{ name: 'search' }] })}\n`);
    const text = await runScript(bin, { args: ['report', path] });
    expect(text).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Slowest step  search') });
    const data = await runScript(bin, { args: ['report', '--json', path] });
    expect(JSON.parse(data.stdout)).toMatchObject({ traces: 1, steps: [{ name: 'search' }] });
    const coloured = await runScript(bin, { args: ['report', '--color', path], env: { FORCE_COLOR: '1' } });
    expect(coloured.stdout).toContain('\u001B[1mSlowest step\u001B[22m');
  });

  it.each<[string, () => readonly string[], RegExp]>([
    [
      'a file that is not there',
      () => ['no-such-file'],
      /^there is no file no-such-file; run an agent with init\(\) first, or name another$/,
    ],
    ['a folder', () => ['test'], /^test is a folder; name a file in it$/],
    [
      'no traces',
      () => [emptyFile()],
      /^there are no traces in \S+; it takes NDJSON, one trace a line, or a database of local/,
    ],
    ['no traces, as data', () => ['--json', emptyFile()], /^there are no traces in/],
    ['something else than traces', () => ['README.md'], /^there are no traces in README\.md;/],
    ['a database of something else', () => [foreignDatabase()], /foreign\.db cannot be read: no such table/],
    ['an option that there is not', () => ['--nonsense'], /--nonsense/],
    ['two files', () => ['a', 'b'], /^takes one file, not 2; clew report --help says more$/],
  ])('fails and says why: %s', async (_name, args, message) => {
    const { code, stdout, stderr } = await runScript(bin, { args: ['report', ...args()] });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^clew report: [^\n]+\n$/);
    expect(stderr.slice('clew report: '.length, -1)).toMatch(message);
  });

  it('says what each command takes', async () => {
    for (const args of [[], ['--help'], ['-h'], ['help']]) {
      const { code, stdout, stderr } = await runScript(bin, { args });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('report [file]');
    }
    for (const args of [
      ['report', '--help'],
      ['report', '-h'],
      ['help', 'report'],
      ['report', 'no-such-file', '--help'],
    ]) {
      const { code, stdout, stderr } = await runScript(bin, { args });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('--json');
    }
  });

  it('says its version', async () => {
    expect((await runScript(bin, { args: ['--version'] })).stdout).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('fails for a command that is not here, and says where it may be', async () => {
    for (const args of [['open'], ['reprot', 'x.ndjson'], ['open', '--help'], ['--nonsense']]) {
      const { code, stdout, stderr } = await runScript(bin, { args });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(`clew: there is no command ${args[0] ?? ''} here`);
      expect(stderr).toContain('npm install --save-dev clew-studio');
      expect(stderr).toContain('report [file]');
    }
  });

  it('is quiet when nobody reads on', async () => {
    const path = join(temporaryFolder(), 'traces.ndjson');
    const lines = Array.from({ length: 3_000 }, (_, n) => lineOf({ id: `t${n}`, spans: [{ name: `step-${n}` }] }));
    writeFileSync(path, lines.join('\n'));
    const command = `"${process.execPath}" src/bin.ts report --json "${path}" | head -c 10`;
    const { stdout, stderr } = await promisify(execFile)('sh', ['-c', command]);
    expect({ length: stdout.length, stderr }).toEqual({ length: 10, stderr: '' });
  });
});

function emptyFile(): string {
  const path = join(temporaryFolder(), 'empty.ndjson');
  writeFileSync(path, '');
  return path;
}

function foreignDatabase(): string {
  const path = join(temporaryFolder(), 'foreign.db');
  const database = new DatabaseSync(path);
  database.exec('CREATE TABLE cats (name TEXT)');
  database.close();
  return path;
}
