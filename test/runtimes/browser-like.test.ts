import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Consumer, Output } from '../package/consumer.ts';
import { createSetting, programText, runtime } from './setting.ts';

let consumer: Consumer;

/** How each runner gives a test file what the programs use. */
const heads = {
  jest: `const clewDoors = { index: require('clew'), testing: require('clew/testing') };
const fakes = jest;`,
  vitest: `import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as index from 'clew';
import * as testing from 'clew/testing';
const clewDoors = { index, testing };
const fakes = vi;`,
};

async function write(runner: keyof typeof heads, file: string, program: string): Promise<void> {
  const traces = `const tracesFile = ${JSON.stringify(consumer.path(`${file}.ndjson`))};`;
  await consumer.write(file, [heads[runner], traces, await programText(program)].join('\n'));
}

beforeAll(async () => {
  const packages = ['jest-environment-jsdom', 'jsdom', 'happy-dom', 'vitest', '@sinonjs/fake-timers'];
  consumer = await createSetting(['sinon.mjs'], packages, {});
  await consumer.write('jest.config.json', JSON.stringify({ transform: {}, testMatch: ['**/*.jest.js'] }));
  await write('jest', 'browser-like.jest.js', 'browser-like.mjs');
  await write('jest', 'held-time.jest.js', 'held-time.mjs');
  await write('vitest', 'browser-like.test.mjs', 'browser-like.mjs');
  await write('vitest', 'held-time.test.mjs', 'held-time.mjs');
});
afterAll(() => consumer.remove());

function jest(environment: string, ...args: readonly string[]): Promise<Output> {
  return consumer.tool('jest', '--env', environment, ...args);
}

function vitest(environment: string, file: string): Promise<Output> {
  return consumer.run(runtime('.bin/vitest'), 'run', '--environment', environment, file);
}

describe('Jest', () => {
  it('with jsdom: every kind of work is traced', async () => {
    const { code, stderr } = await jest('jsdom', 'browser-like');
    expect(stderr).toMatch(/5 passed, 5 total/);
    expect(code).toBe(0);
  });

  it.each(['node', 'jsdom'])('with %s: deadlines come while its fake timers hold time', async (environment) => {
    const { code, stderr } = await jest(environment, 'held-time');
    expect(stderr).toMatch(/3 passed, 3 total/);
    expect(code).toBe(0);
  });

  it.each([
    ['node', 'held-time'],
    ['jsdom', 'browser-like'],
  ])('with %s finds nothing of ours that is still open (%s)', async (environment, file) => {
    const { code, stderr } = await jest(environment, '--detectOpenHandles', file);
    expect(stderr).toMatch(/\d passed, \d total/);
    expect(stderr).not.toMatch(/open handle|did not exit/i);
    expect(code).toBe(0);
  });
});

describe('Vitest', () => {
  it.each(['jsdom', 'happy-dom'])('with %s: every kind of work is traced', async (environment) => {
    const { code, stdout } = await vitest(environment, 'browser-like');
    expect(stdout).toMatch(/5 passed/);
    expect(code).toBe(0);
  });

  it.each(['node', 'jsdom', 'happy-dom'])(
    'with %s: deadlines come while its fake timers hold time',
    async (environment) => {
      const { code, stdout } = await vitest(environment, 'held-time');
      expect(stdout).toMatch(/3 passed/);
      expect(code).toBe(0);
    },
  );
});

describe('Fake timers of sinon', () => {
  it.each([
    ['before', 'import'],
    ['before', 'require'],
    ['after', 'import'],
    ['after', 'require'],
  ])('installed %s clew is loaded by %s: deadlines come', async (when, how) => {
    const { code, stdout, stderr } = await consumer.node('sinon.mjs', when, how);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ pending: [1, 2], ended: false, isInTime: true });
  });
});
