import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.ts';

let consumer: Consumer;
let elsewhere: string;

beforeAll(async () => {
  consumer = await Consumer.create({ type: 'module' });
  elsewhere = await mkdtemp(join(tmpdir(), 'clew-chunks-'));
});

afterAll(async () => {
  await consumer.remove();
  await rm(elsewhere, { recursive: true, force: true });
});

/** What a file of traces holds: each trace's name, and the names of its spans with those of their parents. */
async function treesIn(file: string): Promise<readonly string[]> {
  const lines = (await readFile(consumer.path(file), 'utf8')).trim().split('\n');
  const node = `const lines = ${JSON.stringify(lines)};
    for (const line of lines) {
      const { service, spans } = JSON.parse(line);
      const nameOf = new Map(spans.map(({ span_id, name }) => [span_id, name]));
      console.log(service, spans.map(({ name, parent_id }) => name + '<' + (nameOf.get(parent_id) ?? '')).join(' '));
    }`;
  const { stdout } = await consumer.node('-e', node);
  return stdout.trim().split('\n').toSorted();
}

/** As a framework does it that gives each route a bundle of its own, with its own clew and its own init module. */
describe('two bundles, each with a copy of clew and of the module that calls init', () => {
  async function runChunks(name: string, options: string): Promise<readonly string[]> {
    await consumer.write(
      'tracing.mjs',
      `import { FileTraceExporter, init } from 'clew';
      export const clew = init({ exporter: new FileTraceExporter(${JSON.stringify(`${name}.ndjson`)}), ${options} });`,
    );
    for (const route of ['one', 'two']) {
      await consumer.write(
        `${route}.mjs`,
        `import { currentSpan, getTracer, traced } from 'clew';
        import { clew } from './tracing.mjs';
        globalThis.route = '${route}';
        export const step = traced('step-${route}', async () => currentSpan()?.name);
        export const handle = (inner = step) => clew.trace('${route}', () => inner());
        export { clew, getTracer };`,
      );
      const common = { bundle: true, platform: 'node', format: 'cjs', target: 'node22', logLevel: 'silent' } as const;
      const outfile = join(elsewhere, `${route}.cjs`);
      await build({ ...common, absWorkingDir: consumer.folder, entryPoints: [`${route}.mjs`], outfile });
    }
    await consumer.write(
      'server.cjs',
      `(async () => {
        const one = require(${JSON.stringify(join(elsewhere, 'one.cjs'))});
        await one.handle();
        let two;
        await one.clew.trace('running', async () => {
          two = require(${JSON.stringify(join(elsewhere, 'two.cjs'))});
          await one.step();
          await two.step();
        });
        await Promise.all([one.handle(two.step), two.handle(one.step)]);
        console.log(one.clew === two.clew, one.getTracer() === two.getTracer(), one.clew.isRecording);
const flushed = JSON.stringify(await one.clew.flush());
        // The first tracer has closed when its last trace has ended.
        await new Promise(setImmediate);
        console.log(process.listenerCount('beforeExit'), flushed);
      })();`,
    );
    const { stdout, stderr } = await consumer.node('server.cjs');
    return [...stdout.trim().split('\n'), ...stderr.split('\n').filter((line) => line.includes('init was called'))];
  }

  it('share one tracer when the options are equal', async () => {
    expect(await runChunks('equal', `name: 'same'`)).toEqual([
      'true true true',
      '1 {"sent":9,"dropped":0,"pending":0,"reasons":{}}',
    ]);
    expect(await treesIn('equal.ndjson')).toEqual([
      'same one< step-one<one',
      'same one< step-two<one',
      'same running< step-one<running step-two<running',
      'same two< step-one<two',
    ]);
  });

  it('both record through the later tracer when the options differ, and what ran ends in the first', async () => {
    const [handles, flushed, warning] = await runChunks('other', 'name: `${globalThis.route ?? "zero"}`');
    expect([handles, warning]).toEqual(['false true true', expect.stringContaining('second-init')]);
    expect(flushed).toBe('1 {"sent":9,"dropped":0,"pending":0,"reasons":{}}');
    expect(await treesIn('other.ndjson')).toEqual([
      'one one< step-two<one',
      'one two< step-one<two',
      'zero one< step-one<one',
      'zero running< step-one<running step-two<running',
    ]);
  });
});

it('two installed copies, one imported and one required, take each other for one', async () => {
  const copy = consumer.path('vendor/node_modules/clew');
  await cp(consumer.path('node_modules/clew'), copy, { recursive: true });
  await rm(join(copy, 'dist/index.js'));
  await symlink(consumer.path('node_modules'), consumer.path('vendor/node_modules/clew/node_modules'), 'dir');
  const manifest: unknown = JSON.parse(await readFile(join(copy, 'package.json'), 'utf8'));
  await consumer.write(
    'vendor/node_modules/clew/package.json',
    JSON.stringify(Object.assign({}, manifest, { exports: './dist/index.cjs' })),
  );
  await consumer.write('vendor/other.cjs', `module.exports = require('clew');`);
  await consumer.write(
    'main.mjs',
    `import * as one from 'clew';
    import other from './vendor/other.cjs';
    const options = (copy, name) => ({ name, exporter: new copy.FileTraceExporter('copies.ndjson') });
    const first = one.init(options(one, 'a'));
    console.log(one.init === other.init, other.init(options(other, 'a')) === first);
    const second = other.init(options(other, 'b'));
    first.trace('first', () => other.traced('inner', () => 1)());
    second.trace('second', () => one.traced('inner', () => 1)());
    console.log(JSON.stringify(await first.flush()), one.getTracer() === other.getTracer());
    await second.shutdown();
    first.trace('refused', () => {});
    one.init(options(one, 'c'));
    for (const tracer of [first, second]) tracer.trace('again', () => {});
    console.log(JSON.stringify((await first.flush()).reasons));`,
  );
  const { stdout } = await consumer.node('main.mjs');
  expect(stdout.split('\n')).toEqual([
    'false true',
    '{"sent":4,"dropped":0,"pending":0,"reasons":{}} true',
    '{"the tracer was shut down":1}',
    '',
  ]);
  expect(await treesIn('copies.ndjson')).toEqual([
    'b first< inner<first',
    'b second< inner<second',
    'c again<',
    'c again<',
  ]);
});
