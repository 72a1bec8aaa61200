import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

  it('says what is wrong with what it was given', async () => {
    expect(await runScript(bin, { args: ['report', 'no-such-file'] })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'clew report: there is no file no-such-file; run an agent with init() first, or name another\n',
    });
    expect(await runScript(bin, { args: ['report', '--nonsense'] })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/--nonsense/),
    });
  });

  it('tells what there is, and where the rest is', async () => {
    expect(await runScript(bin)).toMatchObject({ code: 0, stdout: expect.stringContaining('clew report') });
    expect(await runScript(bin, { args: ['open'] })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('npm install --save-dev clew-studio'),
    });
  });
});
