import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { raw } from 'jq-wasm';
import { afterAll, beforeAll, expect, it } from 'vitest';

let folder: string;
let ndjson: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clew-ndjson-'));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const env = { ...process.env, TSX_TSCONFIG_PATH: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)) };
  await promisify(execFile)(process.execPath, ['--import', tsx, main], { cwd: folder, env });
  ndjson = await readFile(join(folder, '.clew', 'orders.ndjson'), 'utf8');
}, 30_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

it('writes each trace as one line', () => {
  expect(ndjson.match(/\n/g)).toHaveLength(3);
});

it('answers the three questions of its README', async () => {
  const readme = await readFile(new URL('README.md', import.meta.url), 'utf8');
  const commands = [...readme.matchAll(/^ {4}jq ([-\w ]+) '(.+)' \.clew\/orders\.ndjson$/gm)];
  const answers = commands.map(async ([, flags = '', filter = '']) => raw(ndjson, filter, flags.split(' ')));
  expect((await Promise.all(answers)).map(({ stdout, stderr }) => `${stdout}${stderr}`.trim())).toEqual([
    'find_order: no such order',
    '[{"model":"claude-sonnet-4-6","input":150,"output":36}]',
    '{"name":"answer","outcome":"ok","output":{"id":"ord_3","total":12}}',
  ]);
});
