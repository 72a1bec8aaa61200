import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build as esbuild, type BuildOptions } from 'esbuild';
import { build as vite, type InlineConfig } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.ts';
import { imported, importedPriced, printed, printedPrice, required, requiredPriced } from './sample.ts';

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
  await consumer.write('priced.mjs', importedPriced);
  await consumer.write('priced.cjs', requiredPriced);
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

  it.each<[string, BuildOptions]>([
    ['an ES module', { format: 'esm', banner: { js: requireBanner } }],
    ['CommonJS', { format: 'cjs' }],
    ['CommonJS, minified', { format: 'cjs', minify: true }],
    ['one with a condition of its own', { format: 'esm', conditions: ['internal'], banner: { js: requireBanner } }],
    ['one for Workers', { format: 'esm', conditions: ['workerd', 'worker', 'browser'], banner: { js: requireBanner } }],
  ])('prices the first generation where there is no node_modules: %s', async (name, options) => {
    for (const entry of ['priced.mjs', 'priced.cjs']) {
      const file = await bundle(
        entry,
        `${name.replaceAll(' ', '-')}.${options.format === 'cjs' ? 'cjs' : 'mjs'}`,
        options,
      );
      expect(await consumer.node(file), entry).toEqual({ code: 0, stdout: printedPrice, stderr: '' });
    }
  });

  it('prices the first generation of a bundle that leaves packages out', async () => {
    const outfile = consumer.path('external.mjs');
    await bundle('priced.mjs', 'external.mjs', { format: 'esm', packages: 'external', outfile });
    expect(await consumer.node(outfile)).toEqual({ code: 0, stdout: printedPrice, stderr: '' });
  });

  it('holds the price table and runs none of it before it is needed', async () => {
    const file = await bundle('app.mjs', 'lazy.mjs', { format: 'esm' });
    const text = await readFile(file, 'utf8');
    expect(text).toContain('gpt-4.1-mini');
    // Its wrapper is a function; what calls it stands in the one function that is asked for the table.
    expect(text.match(/require_dist\d*\(\)/g)).toHaveLength(1);
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
  async function bundle(outDir: string, ssr: InlineConfig['ssr'], entry = 'app.mjs'): Promise<void> {
    await vite({
      root: consumer.folder,
      configFile: false,
      logLevel: 'silent',
      ssr: ssr ?? {},
      build: { ssr: entry, outDir, emptyOutDir: true },
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

  it.each([
    ['that loads it from node_modules', {}],
    ['with everything inside', { noExternal: true as const }],
  ])('builds a server %s, which prices its first generation', async (_name, ssr) => {
    const outDir = 'noExternal' in ssr ? join(elsewhere, 'priced') : 'priced';
    await bundle(outDir, ssr, 'priced.mjs');
    expect(await consumer.node(join(outDir, 'priced.js'))).toEqual({ code: 0, stdout: printedPrice, stderr: '' });
  });
});
