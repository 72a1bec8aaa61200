import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const currentMajor = process.versions.node.split('.')[0];

/** A Node of the given major version: this one, or one from npm, kept in a folder of the bench's own. */
export function nodeOfMajor(major: string): string {
  if (major === currentMajor) return process.execPath;
  if (!/^\d+$/.test(major)) throw new Error(`--node takes major versions such as 22,24,26, not '${major}'`);
  const folder = join(import.meta.dirname, '.cache', `node-${major}`);
  const path = join(folder, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  // Its install script is what fetches the executable for this platform.
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "allowScripts": { "node": true } }\n');
  npm(['install', '--no-save', '--no-audit', '--no-fund', `node@${major}`], folder);
  if (!existsSync(path)) throw new Error(`npm installed no Node ${major}`);
  return path;
}

/** A folder given to the npm that runs us must not become that of the npm we run. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const inherited = /^npm_config_(prefix|local_prefix|global_prefix)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([key]) => !inherited.test(key)));
}

export function npm(args: readonly string[], folder: string): void {
  const { status, error } = spawnSync('npm', args, {
    cwd: folder,
    env: ownEnvironment(),
    stdio: ['ignore', process.stderr, process.stderr],
    shell: process.platform === 'win32',
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}`);
}
