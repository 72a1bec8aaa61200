/** `npm run test:matrix`: the tests on each supported Node, fetched from npm when it is not there yet. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { runCommand } from './step.ts';

const releases = ['22.23.3', '24.21.0', '26.10.0'];
const cache = resolve('node_modules', '.cache', 'node');

async function fetchNode(release: string): Promise<string> {
  const folder = join(cache, release);
  const node = join(folder, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(node)) return node;
  await mkdir(folder, { recursive: true });
  const manifest = { private: true, dependencies: { node: release }, allowScripts: { node: true } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  const { ok, output } = await runCommand('npm', ['install', '--no-audit', '--no-fund'], folder);
  if (!ok) throw new Error(`Node ${release} could not be installed:\n${output}`);
  return node;
}

const rows: { node: string; result: string; seconds: number }[] = [];
for (const release of releases) {
  const node = await fetchNode(release);
  // The tests start Node themselves too: theirs must be the same one.
  process.env['PATH'] = [join(node, '..'), process.env['PATH']].join(delimiter);
  const started = performance.now();
  const vitest = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=dot',
    '--project',
    'unit',
    '--project',
    'legacy',
  ];
  const { ok, output } = await runCommand(node, vitest);
  if (!ok) console.log(output);
  rows.push({
    node: release,
    result: ok ? 'passed' : 'FAILED',
    seconds: Math.round((performance.now() - started) / 100) / 10,
  });
}

console.table(rows);
process.exitCode = rows.every((row) => row.result === 'passed') ? 0 : 1;
