import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build as esbuild, type BuildOptions } from 'esbuild';
import { build as vite, type InlineConfig } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.ts';
import { imported, printed, required } from './sample.ts';

/** The usual line for ES module bundles that hold CommonJS packages, pino among them. */
const requireBanner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

let consumer: Consumer;
/** Where there is no node_modules, so that a bundle has to bring everything it needs. */
let elsewhere: string;

beforeAll(async () => {
  consumer = await Consumer.create({ type: 'module' });
  elsewhere = await mkdtemp(join(tmpdir(), 'clew-bundle-'));
  await consumer.write('app.mjs', imported);
  await consumer.write('app.cjs', required);
});

afterAll(async () => {
  await consumer.remove();
  await rm(elsewhere, { recursive: true, force: true });
});

describe('esbuild', () => {
  async function bundle(entry: string, file: string, options: BuildOptions): Promise<string> {
    const outfile = join(elsewhere, file);
    const common: BuildOptions = { bundle: true, platform: 'node', target: 'node22', logLevel: 'silent', outfile };
    const result = await esbuild({ ...common, absWorkingDir: consumer.folder, entryPoints: [entry], ...options });
    expect(result.warnings).toEqual([]);
    return outfile;
  }

  it('bundles it as an ES module', async () => {
    const file = await bundle('app.mjs', 'esm.mjs', { format: 'esm' });
    expect(await consumer.node(file)).toEqual({ code: 0, stdout: printed, stderr: '' });
  });

  it('bundles it as CommonJS, imported or required', async () => {
    for (const entry of ['app.mjs', 'app.cjs']) {
      const file = await bundle(entry, 'cjs.cjs', { format: 'cjs' });
      expect(await consumer.node(file)).toEqual({ code: 0, stdout: printed, stderr: '' });
    }
  });

  it('keeps Reflect metadata, though the package is free of side effects', async () => {
    await consumer.write(
      'metadata.mjs',
      `import { span } from 'clew';
      console.log(typeof span, typeof Reflect.getMetadata);`,
    );
    const file = await bundle('metadata.mjs', 'metadata.mjs', { format: 'esm', banner: { js: requireBanner } });
    expect((await consumer.node(file)).stdout).toBe('function function\n');
  });

  it('leaves nothing of it where nothing of it is used', async () => {
    await consumer.write('unused.mjs', `import { init } from 'clew';\nconsole.log('nothing');`);
    const file = await bundle('unused.mjs', 'unused.mjs', { format: 'esm' });
    expect(await readFile(file, 'utf8')).toBe('// unused.mjs\nconsole.log("nothing");\n');
  });
});

describe('Vite', () => {
  async function bundle(outDir: string, ssr: InlineConfig['ssr']): Promise<void> {
    await vite({
      root: consumer.folder,
      configFile: false,
      logLevel: 'silent',
      ssr: ssr ?? {},
      build: { ssr: 'app.mjs', outDir, emptyOutDir: true },
    });
  }

  it('builds a server that loads it from node_modules', async () => {
    await bundle('server', {});
    expect(await consumer.node('server/app.js')).toEqual({ code: 0, stdout: printed, stderr: '' });
  });

  it('builds a server with everything inside', async () => {
    const outDir = join(elsewhere, 'server');
    await bundle(outDir, { noExternal: true });
    expect(await consumer.node(join(outDir, 'app.js'))).toEqual({ code: 0, stdout: printed, stderr: '' });
  });
});
