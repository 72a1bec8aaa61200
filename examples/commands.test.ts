import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const readme = await readFile(new URL('README.md', import.meta.url), 'utf8');
const commands = [...readme.matchAll(/`npx tsx (?:--tsconfig (\S+) )?(\S+)`/g)].map(
  ([, tsconfig = 'tsconfig.json', main = '']) => ({ tsconfig, main }),
);
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clew-examples-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(commands)('runs $main as its README says', { timeout: 20_000 }, async ({ tsconfig, main }) => {
  const env = { ...process.env, TSX_TSCONFIG_PATH: resolve(tsconfig) };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', tsx, resolve(main)], {
    cwd: folder,
    env,
  });
  expect(stderr).toBe('');
  expect(stdout).not.toBe('');
});

it('knows a command for each example', () => {
  expect(commands).toHaveLength(11);
});
