import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { packTarball } from '../../scripts/packed-tarball.ts';

const run = promisify(execFile);
const repositoryModules = resolve('node_modules');

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project of its own, outside the repository, with the packed `clew` in its node_modules. */
export class Consumer {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * The tarball is unpacked and not installed, which keeps this fast and off the network. Only what its package.json
   * declares is linked beside it, so that an undeclared dependency is not found here either.
   */
  static async create(manifest: { readonly type?: 'module' | 'commonjs' } = {}): Promise<Consumer> {
    const consumer = new Consumer(await mkdtemp(join(tmpdir(), 'clew-consumer-')));
    const clew = consumer.path('node_modules/clew');
    await mkdir(clew, { recursive: true });
    await run('tar', ['-xzf', await packTarball(consumer.folder), '-C', clew, '--strip-components', '1']);
    await consumer.link(...(await consumer.declaredDependencies()));
    await consumer.write('package.json', JSON.stringify({ name: 'consumer', private: true, ...manifest }));
    return consumer;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async write(name: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), text);
  }

  async read(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }

  /** Puts packages of the repository into the consumer: what it would have installed beside clew. */
  async link(...names: readonly string[]): Promise<void> {
    await this.linkFrom(repositoryModules, ...names);
  }

  /** The same for packages of another folder's node_modules. */
  async linkFrom(modules: string, ...names: readonly string[]): Promise<void> {
    for (const name of names) {
      await mkdir(dirname(this.path(`node_modules/${name}`)), { recursive: true });
      await symlink(join(modules, name), this.path(`node_modules/${name}`), 'dir');
    }
  }

  async node(...args: readonly string[]): Promise<Output> {
    return this.run(process.execPath, ...args);
  }

  /** Runs a command of the repository's node_modules/.bin in the consumer. */
  async tool(name: string, ...args: readonly string[]): Promise<Output> {
    return this.run(join(repositoryModules, '.bin', name), ...args);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Runs any command in the consumer. */
  async run(command: string, ...args: readonly string[]): Promise<Output> {
    try {
      return { code: 0, ...(await run(command, args, { cwd: this.folder, env: cleanEnvironment() })) };
    } catch (error) {
      if (!isFailedCommand(error)) throw error;
      return { code: error.code, stdout: error.stdout, stderr: error.stderr };
    }
  }

  private async declaredDependencies(): Promise<readonly string[]> {
    const manifest: unknown = JSON.parse(await this.read('node_modules/clew/package.json'));
    if (typeof manifest !== 'object' || manifest === null || !('dependencies' in manifest)) return [];
    return Object.keys(manifest.dependencies ?? {});
  }
}

/** Vitest tells its children that they are tests; a consumer is none. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = /^(?:CLEW_|VITEST|JEST_|NODE_OPTIONS$|NODE_ENV$|TEST$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}

function isFailedCommand(error: unknown): error is Output {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'stdout' in error;
}
