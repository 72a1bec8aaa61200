import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  /** The lines of standard error, as data where they are JSON. */
  readonly lines: readonly unknown[];
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs one of the programs of this folder in a process of its own. */
export function runProgram(
  name: string,
  args: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const { promise, resolve, reject } = Promise.withResolvers<Finished>();
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...environment },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => (stdout += String(text)));
  child.stderr.on('data', (text) => (stderr += String(text)));
  child.on('error', reject);
  child.on('close', (code) => resolve({ code, stdout, lines: stderr.split('\n').filter(Boolean).map(parseLine) }));
  return promise;
}

function parseLine(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return value;
  } catch {
    return line;
  }
}
