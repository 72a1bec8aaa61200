import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Consumer } from '../package/consumer.ts';

const here = new URL('.', import.meta.url);
const modules = fileURLToPath(new URL('node_modules', here));

/** A program of this folder, to be put into a consumer. */
export async function programText(name: string): Promise<string> {
  return readFile(new URL(`programs/${name}`, here), 'utf8');
}

/** A command that this folder's packages bring. A missing one is a failure: nothing is skipped here. */
export function runtime(path: string): string {
  const file = `${modules}/${path}`;
  if (!existsSync(file)) throw new Error(`${path} is missing: run npm ci --prefix test/runtimes`);
  return file;
}

/** A consumer with programs of this folder, and packages of it. */
export async function createSetting(
  programs: readonly string[],
  packages: readonly string[] = [],
  manifest: { readonly type?: 'module' | 'commonjs' } = { type: 'module' },
): Promise<Consumer> {
  const consumer = await Consumer.create(manifest);
  await consumer.linkFrom(modules, ...packages.map((name) => (runtime(name), name)));
  for (const program of programs) await consumer.write(program, await programText(program));
  return consumer;
}
