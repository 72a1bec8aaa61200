import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runScript } from '../fixtures/script.ts';

interface State {
  readonly listeners: Readonly<Record<string, number>>;
  readonly resources: readonly string[];
}

interface Report {
  readonly before: State;
  readonly afterImport: State;
  readonly afterUse: State;
  readonly modules: { readonly pino: boolean; readonly sqlite: boolean; readonly self: boolean };
  readonly pinoAfterUse: boolean;
}

async function observe(): Promise<Report> {
  const { code, stdout, stderr } = await runScript('process-state.ts');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const report: Report = JSON.parse(stdout);
  return report;
}

describe('Importing clew', () => {
  it('registers no handler, starts no timer, opens nothing', async () => {
    const { before, afterImport, modules } = await observe();
    expect(modules.self).toBe(true);
    expect(afterImport).toEqual(before);
  });

  it('loads neither pino nor SQLite', async () => {
    const { modules, pinoAfterUse } = await observe();
    expect(modules).toMatchObject({ pino: false, sqlite: false });
    expect(pinoAfterUse).toBe(false);
  });

  it('leaves no file behind', async () => {
    const before = readdirSync('.').toSorted();
    await observe();
    expect(readdirSync('.').toSorted()).toEqual(before);
  });
});

describe('A tracer', () => {
  it('registers beforeExit and exit, once, no signal, and leaves no active resource', async () => {
    const { before, afterUse } = await observe();
    const { beforeExit = 0, exit = 0, ...others } = before.listeners;
    expect(afterUse.listeners).toEqual({ ...others, beforeExit: beforeExit + 1, exit: exit + 1 });
    expect(afterUse.resources).toEqual(before.resources);
  });
});
