import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { summarise } from './statistics.ts';
import type { Summary } from './statistics.ts';

const rounds = 15;
const door = join(import.meta.dirname, '..', 'dist', 'index.js');

export interface ImportTime {
  readonly what: string;
  readonly ms: Summary;
}

/** Milliseconds of a process that does nothing, and of one that imports; each in its turn, so that neither is favoured. */
export function measureImports(): readonly ImportTime[] {
  const scripts = new Map([
    ['node, nothing else', ''],
    ['import clew', `import ${JSON.stringify(door)};`],
    ['import clew, and the price table', `import ${JSON.stringify(door)}; import '@pydantic/genai-prices';`],
  ]);
  const times = new Map([...scripts.keys()].map((what): [string, number[]] => [what, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [what, script] of scripts) times.get(what)?.push(timeOf(script));
  }
  return [...times].map(([what, ms]) => ({ what, ms: summarise(ms) }));
}

function timeOf(script: string): number {
  const started = performance.now();
  spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: join(import.meta.dirname, '..') });
  return performance.now() - started;
}
