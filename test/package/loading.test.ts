import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.ts';
import { imported, importedPriced, printed, printedPrice, required, requiredPriced } from './sample.ts';

/** Makes Node take the CommonJS build, as Jest and older loaders do. */
const commonJsOnly = '--no-experimental-require-module';

let consumer: Consumer;

beforeAll(async () => {
  consumer = await Consumer.create();
  await consumer.write('imported.mjs', imported);
  await consumer.write('required.cjs', required);
});

afterAll(() => consumer.remove());

describe('loading the package', () => {
  it('can be imported', async () => {
    expect(await consumer.node('imported.mjs')).toEqual({ code: 0, stdout: printed, stderr: '' });
  });

  it('can be required', async () => {
    expect(await consumer.node('required.cjs')).toEqual({ code: 0, stdout: printed, stderr: '' });
  });

  it('can be required where require() does not load ES modules', async () => {
    expect(await consumer.node(commonJsOnly, 'required.cjs')).toEqual({ code: 0, stdout: printed, stderr: '' });
  });

  it('prices the first generation, however it is loaded', async () => {
    await consumer.write('priced.mjs', importedPriced);
    await consumer.write('priced.cjs', requiredPriced);
    for (const args of [['priced.mjs'], ['priced.cjs'], [commonJsOnly, 'priced.cjs']]) {
      expect(await consumer.node(...args)).toEqual({ code: 0, stdout: printedPrice, stderr: '' });
    }
  });

  it('brings no source map of its code, which the first error would have parsed', async () => {
    const files = (await readdir(consumer.path('node_modules/clew/dist'))).filter((file) => /\.c?js$/.test(file));
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) {
      expect(await consumer.read(`node_modules/clew/dist/${file}`), file).not.toContain('sourceMappingURL=');
    }
  });

  it('exports the same names both ways', async () => {
    await consumer.write(
      'names.mjs',
      `import { createRequire } from 'node:module';
      import * as imported from 'clew';
      const required = createRequire(import.meta.url)('clew');
      const names = (exported) => Object.keys(exported).filter((name) => name !== 'default').toSorted().join();
      console.log(names(imported) === names(required), Object.keys(imported).length > 10);`,
    );
    expect((await consumer.node(commonJsOnly, 'names.mjs')).stdout).toBe('true true\n');
  });

  it('has a door for the store, which reads what init() alone has written', async () => {
    await consumer.write(
      'store.mjs',
      `import { createRequire } from 'node:module';
      import { init } from 'clew';
      import { SqliteTraceStore } from 'clew/store';
      const required = createRequire(import.meta.url)('clew/store');
      const clew = init({ name: 'packed' });
      clew.trace('hello', () => 'world');
      await clew.flush();
      for (const Store of [SqliteTraceStore, required.SqliteTraceStore]) {
        const [trace] = await new Store().last(1);
        console.log(trace.service.name, trace.name, trace.output);
      }`,
    );
    for (const flags of [[], commonJsOnly]) {
      const printed = 'packed hello world\npacked hello world\n';
      expect(await consumer.node(...[flags].flat(), 'store.mjs')).toEqual({ code: 0, stdout: printed, stderr: '' });
    }
  });

  it('has doors for voice and LiveKit, which need nothing of LiveKit’s and find each other’s calls', async () => {
    await consumer.write(
      'call.mjs',
      `import { createRequire } from 'node:module';
      import { init, InMemoryTraceExporter } from 'clew';
      import { currentTurn, renderCall, startSession } from 'clew/voice';
      const require = createRequire(import.meta.url);
      const required = require('clew/voice');
      const { VoiceObservability } = require('clew/livekit');
      const memory = new InMemoryTraceExporter();
      init({ exporter: memory });
      const session = startSession({ agentId: 'packed' });
      session.agentTurn((turn) => {
        currentTurn().setTranscript('Hello.');
        turn.stage('tts', { provider: 'cartesia', model: 'sonic-2' }, (tts) => tts.setPayload({ textInput: 'Hello.' }));
      });
      await session.end({ reason: 'done' });
      const [call] = memory.traces;
      const [, turn] = call.spans;
      console.log(call.kind, turn.voice.transcript, call.voice.rollup.costUsd.total > 0, renderCall(call).length > 50);
      console.log(typeof required.startSession, typeof VoiceObservability);
      console.log(new VoiceObservability().sessions.length, Object.keys(require.cache ?? {}).some((path) => path.includes('livekit/agents')));`,
    );
    for (const flags of [[], commonJsOnly]) {
      const lines = 'voice Hello. true true\nfunction function\n0 false\n';
      expect(await consumer.node(...[flags].flat(), 'call.mjs')).toEqual({ code: 0, stdout: lines, stderr: '' });
    }
  });

  it('gives no way in but its doors', async () => {
    const { code, stderr } = await consumer.node('-e', "require('clew/dist/index.js')");
    expect(code).not.toBe(0);
    expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('starts nothing by being loaded', async () => {
    await consumer.write(
      'quiet.mjs',
      `import { createRequire } from 'node:module';
      import { setImmediate } from 'node:timers/promises';
      // Node opens the standard streams by itself when something asks what they are.
      const streams = ['PipeWrap', 'TTYWrap'];
      const settled = async () => {
        await setImmediate();
        return process.getActiveResourcesInfo().filter((name) => !streams.includes(name));
      };
      const before = { resources: await settled(), listeners: process.eventNames() };
      await import('clew');
      const after = { resources: await settled(), listeners: process.eventNames() };
      const pino = Object.keys(createRequire(import.meta.url).cache).filter((file) => file.includes('/pino/'));
      console.log(JSON.stringify({ before, after, pino }));`,
    );
    const { stdout } = await consumer.node('quiet.mjs');
    const idle = { resources: [], listeners: expect.any(Array) };
    expect(JSON.parse(stdout)).toEqual({ before: idle, after: idle, pino: [] });
    expect(stdout).toMatch(/"before":(.*),"after":\1,/);
  });
});

describe('imported and required in one process', () => {
  /** `init` by import, everything else by require. */
  const both = `import { createRequire } from 'node:module';
    import { init, InMemoryTraceExporter } from 'clew';
    const required = createRequire(import.meta.url)('clew');
    const exporter = new InMemoryTraceExporter();
    const clew = init({ exporter });
    const inner = required.traced('inner', () => required.currentSpan()?.name);
    const seen = clew.trace('outer', (outer) => [required.currentSpan()?.spanId === outer.rootSpan?.spanId, inner()]);
    const [root, child] = ['outer', 'inner'].map((name) => exporter.spans.find((span) => span.name === name));
    console.log(JSON.stringify({ seen, traces: exporter.traces.length, nested: child.parentId === root.spanId,
      sameTracer: required.getTracer() === clew, sameCopy: required.init === init }));`;

  beforeAll(() => consumer.write('both.mjs', both));

  it('is one copy on a Node that can require ES modules', async () => {
    const { stdout, stderr } = await consumer.node('both.mjs');
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      seen: [true, 'inner'],
      traces: 1,
      nested: true,
      sameTracer: true,
      sameCopy: true,
    });
  });

  it('is two copies that share one tracer and one context elsewhere', async () => {
    const { stdout, stderr } = await consumer.node(commonJsOnly, 'both.mjs');
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      seen: [true, 'inner'],
      traces: 1,
      nested: true,
      sameTracer: true,
      sameCopy: false,
    });
  });
});

describe("clew's own log", () => {
  const failing = `
    const exporter = { export() { throw new Error('the exporter is broken'); } };
    const clew = init({ exporter });
    console.log(clew.trace('handle', () => 'done'));`;

  it.each([
    ['imported', 'log.mjs', `import { init } from 'clew';`, []],
    ['required', 'log.cjs', `const { init } = require('clew');`, []],
    ['the CommonJS build', 'log.cjs', `const { init } = require('clew');`, [commonJsOnly]],
  ])('is loaded when there is something to say: %s', async (_how, file, load, flags) => {
    await consumer.write(file, load + failing);
    const { code, stdout, stderr } = await consumer.node(...flags, file);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
    expect(stderr).toMatch(/"name":"clew".*the exporter is broken/);
  });
});
