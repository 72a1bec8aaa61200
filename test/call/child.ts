import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface ChildResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs an ES module in a process of its own, where `clew` is the source of this repository. */
export function runChild(program: string, environment: Record<string, string> = {}): Promise<ChildResult> {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const options = { cwd: root, env: { ...inherited, ...environment } };
  return new Promise((resolve) => {
    const flags = ['--import', 'tsx', '--input-type=module', '--eval', program];
    const child = execFile(process.execPath, flags, options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}
