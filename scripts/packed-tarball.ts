import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runCommand, type Step } from './step.ts';

const run = promisify(execFile);

/** Packs the package as npm would publish it. Nothing is built here: dist/ is taken as it is. */
export async function packTarball(folder: string): Promise<string> {
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]);
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error(`npm pack left no tarball in ${folder}`);
  return join(folder, tarball);
}

/** publint and attw look at what would be published, not at the working tree. */
export function packageStep(name: string): Step {
  return {
    name,
    async run() {
      const folder = await mkdtemp(join(tmpdir(), 'clew-package-'));
      try {
        const tarball = await packTarball(folder);
        const publint = await runCommand('publint', ['--strict', tarball]);
        if (!publint.ok) return publint;
        return await runCommand('attw', [tarball, '--no-definitely-typed']);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}
