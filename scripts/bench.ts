/** `npm run bench`: what tracing costs. The peers it is measured against live in bench/ and are fetched on demand. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

function npm(...args: readonly string[]): number {
  return spawnSync('npm', ['--prefix', 'bench', ...args], { stdio: 'inherit' }).status ?? 1;
}

const installed = existsSync('bench/node_modules') || npm('ci') === 0;
process.exitCode = installed ? npm('run', 'bench', '--', ...process.argv.slice(2)) : 1;
