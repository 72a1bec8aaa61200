import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { raw } from 'jq-wasm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { databaseCommandLine, databaseQueries, queries } from './queries.ts';

let folder: string;
let printed: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clew-demo-'));
  printed = await demo(folder);
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

it('prints each ticket, its reply and its trace tree', () => {
  expect(printed).toMatch(/T-1001 {2}I forgot my password.*\n +→ {2}Hi Mara, a link/);
  expect(printed).toMatch(/\[Trace [0-9a-f]{8}\] run_id=\w+/);
  expect(printed).toMatch(
    /\n {4}reset_password {2}\[\d+ms\] {2}ERROR: mail gateway timed out\n {4}reset_password {2}\[/,
  );
  expect(printed).toContain('3 traces, 28 spans, 2 errors in .clew/support-agent.ndjson');
});

it('writes one line for each trace', async () => {
  const lines = (await ndjson()).trimEnd().split('\n');
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    { v: 1, name: 'handle-ticket', tags: ['login'], session_id: 'demo' },
    { v: 1, name: 'handle-ticket', tags: ['billing'] },
    { v: 1, name: 'handle-ticket', tags: ['how-to'] },
  ]);
});

it('prints a jq line for the slowest spans', async () => {
  const rows = await answersOf('slowest spans');
  expect(rows).toHaveLength(5);
  const times = rows.map((row) => Number(/^(\d+) ms\t\S+$/.exec(row)?.[1]));
  expect(times).toEqual(times.toSorted((a, b) => b - a));
});

it('prints a jq line for the tokens by model', async () => {
  expect(await answersOf('tokens by model')).toEqual([
    expect.stringMatching(/^\d+ in\t\d+ out\tclaude-sonnet-4-6$/),
    expect.stringMatching(/^\d+ in\t\d+ out\tgpt-4\.1-mini$/),
  ]);
});

it('prints a jq line for the errors', async () => {
  expect(await answersOf('errors')).toEqual([
    expect.stringMatching(/^[0-9a-f]{8}\treset_password #1\tmail gateway timed out$/),
    expect.stringMatching(/^[0-9a-f]{8}\trefund_order #1\tpayment provider refused: ord_911 is already settled$/),
  ]);
});

it('prints three sqlite3 lines that work on the database', () => {
  const answers = databaseQueries.map(({ title }) => rowsOf(title));
  expect(answers[0]).toContainEqual(expect.objectContaining({ tool: 'reset_password', calls: 2, failed: 1 }));
  expect(answers[1]).toEqual([
    expect.objectContaining({ model: 'claude-sonnet-4-6' }),
    expect.objectContaining({ model: 'gpt-4.1-mini' }),
  ]);
  expect(answers[2]).toMatchObject([{ name: 'handle-ticket', error_count: 1, tags: '["login"]' }, { error_count: 1 }]);
});

it('has the lines that the README shows', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  for (const query of databaseQueries) expect(readme).toContain(databaseCommandLine(query, '.clew/clew.db'));
});

/** The line as printed below its title, taken apart as a shell would, and its SQL run by Node's own SQLite. */
function rowsOf(title: string): unknown[] {
  const command = printed.split(`\n${title}\n`)[1]?.split('\n')[0] ?? '';
  const [, file = '', sql = ''] = /^sqlite3 -box (\S+) "([^"]+)"$/.exec(command) ?? [];
  const database = new DatabaseSync(join(folder, file), { readOnly: true });
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

/** Runs the demo as a user does, in a folder of its own and with no key to any provider. */
async function demo(cwd: string): Promise<string> {
  const env = {
    ...process.env,
    OPENAI_API_KEY: undefined,
    ANTHROPIC_API_KEY: undefined,
    OLLAMA_HOST: undefined,
    FORCE_COLOR: undefined,
    NO_COLOR: '1',
    // The demo imports clew by its name, from any folder.
    TSX_TSCONFIG_PATH: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)),
  };
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', tsx, main], { cwd, env });
  return stdout;
}

/** Takes the line as printed below its title, apart as a shell would, and runs it with jq itself (as WebAssembly). */
async function answersOf(title: string): Promise<string[]> {
  expect(queries.map((query) => query.title)).toContain(title);
  const command = printed.split(`\n${title}\n`)[1]?.split('\n')[0] ?? '';
  const [, flags = '', filter = '', file] = /^jq (-\w+) '([^']+)' (\S+)$/.exec(command) ?? [];
  expect(file).toBe('.clew/support-agent.ndjson');
  const { stdout, stderr } = await raw(await ndjson(), filter, [flags]);
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}

function ndjson(): Promise<string> {
  return readFile(join(folder, '.clew', 'support-agent.ndjson'), 'utf8');
}
