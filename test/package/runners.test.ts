import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.ts';

let consumer: Consumer;

describe('Jest with CommonJS', () => {
  afterAll(() => consumer.remove());
  beforeAll(async () => {
    consumer = await Consumer.create();
    await consumer.write('jest.config.json', JSON.stringify({ testEnvironment: 'node', transform: {} }));
  });

  it('runs tests of traced code', async () => {
    await consumer.write(
      'traced.test.js',
      `const { init, traced, InMemoryTraceExporter } = require('clew');
      test('a traced call', async () => {
        const exporter = new InMemoryTraceExporter();
        const clew = init({ exporter });
        const lookup = traced({ name: 'lookup', kind: 'tool' }, async (id) => id);
        expect(await clew.trace('handle', () => lookup('42'))).toBe('42');
        expect(exporter.spans.map((span) => span.name).toSorted()).toEqual(['handle', 'lookup']);
      });`,
    );
    const { code, stderr } = await consumer.tool('jest', 'traced.test.js');
    expect(stderr).toMatch(/1 passed, 1 total/);
    expect(code).toBe(0);
  });

  it('runs tests with matchers, which keep their traces apart, and prices what they cost', async () => {
    await consumer.write(
      'matchers.test.js',
      `const { traced } = require('clew');
      const { matchers, withTraces } = require('clew/testing');
      expect.extend(matchers);
      const ask = traced({ name: 'ask', type: 'generation', model: 'gpt-4.1-mini' }, async () => ({
        usage: { prompt_tokens: 1000, completion_tokens: 0 },
      }));
      for (const n of [1, 2]) {
        test.concurrent('a traced call ' + n, withTraces(async (traces) => {
          await ask();
          expect(traces.only).toHaveSpan('ask');
          expect(traces.only).toCostLessThan(0.00041);
          expect(traces.only).not.toHaveTraceTree('other');
        }));
      }`,
    );
    const { code, stderr } = await consumer.tool('jest', 'matchers.test.js');
    expect(stderr).toMatch(/2 passed, 2 total/);
    expect(code).toBe(0);
  });

  it('is not disturbed when the log cannot be loaded', async () => {
    await consumer.write(
      'log.test.js',
      `jest.mock('pino', () => { throw new Error('no pino here'); });
      const { init } = require('clew');
      test('a call whose exporter fails', async () => {
        const clew = init({ exporter: { export() { throw new Error('the exporter is broken'); } } });
        expect(await clew.trace('handle', async () => 'done')).toBe('done');
        await new Promise((resolve) => setTimeout(resolve, 50));
      });`,
    );
    const { code, stderr } = await consumer.tool('jest', 'log.test.js');
    expect(stderr).toMatch(/1 passed, 1 total/);
    expect(code).toBe(0);
  });
});

describe('node:test', () => {
  afterAll(() => consumer.remove());
  it('runs tests with assertions that show the tree', async () => {
    consumer = await Consumer.create({ type: 'module' });
    await consumer.write(
      'agent.test.js',
      `import { test } from 'node:test';
      import { traced } from 'clew';
      import { assertTrace, withTraces } from 'clew/testing';
      const search = traced({ name: 'search', kind: 'tool' }, async (query) => [query]);
      test('passes', withTraces(async (traces) => {
        await search('parcel');
        assertTrace(traces.only).toHaveCalledTools(['search']);
      }));
      test('fails', withTraces(async (traces, context) => {
        await search('parcel');
        assertTrace(traces.only).toHaveCalledTools([context.name]);
      }));`,
    );
    const { stdout } = await consumer.node('--test', '--test-reporter=tap', 'agent.test.js');
    expect(stdout).toContain('ok 1 - passes');
    expect(stdout).toContain('not ok 2 - fails');
    expect(stdout).toContain('expected the tools to be called: fails');
    expect(stdout).toContain('→ search');
  });
});

describe('Vitest', () => {
  afterAll(() => consumer.remove());
  beforeAll(async () => {
    consumer = await Consumer.create({ type: 'module' });
    await consumer.link('vitest', 'vite', 'esbuild');
    await consumer.write('standard-decorators.ts', await readFile('scripts/standard-decorators.ts', 'utf8'));
    await consumer.write(
      'agent.test.ts',
      `import { expect, test } from 'vitest';
      import { init, InMemoryTraceExporter, span, trace } from 'clew';
      class Agent {
        @trace('handle') async handle(ticket: string): Promise<string> { return this.#search(ticket); }
        @span({ name: 'search', kind: 'tool' }) async #search(query: string): Promise<string> { return query + '!'; }
      }
      test('a decorated class', async () => {
        const exporter = new InMemoryTraceExporter();
        init({ exporter });
        expect(await new Agent().handle('T-1')).toBe('T-1!');
        expect(exporter.spans.map((recorded) => recorded.name).toSorted()).toEqual(['handle', 'search']);
      });`,
    );
  });

  it('runs standard decorators with the plugin', async () => {
    await consumer.write(
      'vitest.config.ts',
      `import { defineConfig } from 'vitest/config';
      import { standardDecorators } from './standard-decorators.ts';
      export default defineConfig({ plugins: [standardDecorators()] });`,
    );
    const { code, stdout, stderr } = await consumer.tool('vitest', 'run');
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
  });
});
