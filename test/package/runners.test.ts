import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.ts';

let consumer: Consumer;

afterAll(() => consumer.remove());

describe('Jest with CommonJS', () => {
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

describe('Vitest', () => {
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
