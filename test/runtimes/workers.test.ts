import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Consumer } from '../package/consumer.ts';
import { createSetting } from './setting.ts';

const example = new URL('../../examples/15-cloudflare-worker/', import.meta.url);
const dates = [await readDate(), '2026-04-01'];

let consumer: Consumer;

beforeAll(async () => {
  consumer = await createSetting(['workers.mjs', 'worker-modes.mjs'], ['miniflare']);
  await consumer.write('worker.ts', await readFile(new URL('worker.ts', example), 'utf8'));
  for (const entry of ['worker.ts', 'worker-modes.mjs']) await bundle(entry);
});
afterAll(() => consumer.remove());

async function readDate(): Promise<string> {
  const text = await readFile(new URL('wrangler.json', example), 'utf8');
  return /"compatibility_date": "([\d-]+)"/.exec(text)?.[1] ?? '';
}

/** As wrangler bundles: what is Node's own stays an import. */
async function bundle(entry: string): Promise<void> {
  const { warnings } = await build({
    absWorkingDir: consumer.folder,
    entryPoints: [entry],
    outfile: consumer.path(`${entry}.bundle.mjs`),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: [...builtinModules, 'node:*'],
    logLevel: 'silent',
  });
  expect(warnings).toEqual([]);
}

interface Said {
  readonly answers: readonly string[];
  readonly together: number;
  readonly posts: readonly unknown[];
  readonly sent: number;
}

async function run(entry: string, date: string, ...paths: readonly string[]): Promise<Said> {
  const { code, stdout, stderr } = await consumer.node('workers.mjs', `${entry}.bundle.mjs`, date, ...paths);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const said: Said = JSON.parse(stdout);
  return said;
}

describe.each(dates)('A Cloudflare Worker of %s', (date) => {
  it('answers, and sends each request’s trace behind its answer', async () => {
    const { answers, together, posts, sent } = await run('worker.ts', date, '/?question=why', '/?question=how');
    expect(answers).toEqual(['{"answer":"You asked: why"}', '{"answer":"You asked: how"}']);
    expect(together).toBe(20);
    expect(posts).toEqual([
      ['answer', '/api/ingest', 'You asked: why'],
      ['answer', '/api/ingest', 'You asked: how'],
    ]);
    expect(sent).toBe(22);
  });
});

describe('A Worker whose tracer begins with its module', () => {
  it('traces in memory; without a mode it says that there is no disk', async () => {
    const output = await consumer.node('workers.mjs', 'worker-modes.mjs.bundle.mjs', '2026-04-01', '/');
    expect(output.code).toBe(0);
    const { answers }: Said = JSON.parse(output.stdout);
    expect(JSON.parse(answers[0] ?? '')).toEqual({
      before: [1, false],
      parts: [1, 2, 'text'],
      ok: true,
      names: [
        ['count', 'ok'],
        ['body', 'ok'],
        ['by hand', 'ok'],
      ],
      bare: [false, { 'no-mode': 1 }],
    });
    expect(output.stderr).toContain('a Worker has no disk');
  });
});
