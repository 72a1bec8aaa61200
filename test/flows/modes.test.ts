import { init } from 'clew';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { IngestServer } from '../fixtures/ingest-server.ts';

const token = 'clew_test';

describe('modes that send to a server', () => {
  it.each(['prod', 'dev'] as const)(
    'G4, G6, G7, G29, G31, V90 %s sends each trace to its address, under its token',
    async (mode) => {
      await using server = await IngestServer.start();
      const clew = init({ mode, baseUrl: server.baseUrl, token });
      onTestFinished(() => void clew.shutdown());
      clew.trace('run', () => 'done');
      expect(await clew.flush()).toEqual({ sent: 1, dropped: 0, pending: 0, reasons: {} });
      expect(server.taken).toEqual([['run']]);
      expect(server.requests[0]).toMatchObject({ path: '/api/ingest', headers: { authorization: `Bearer ${token}` } });
    },
  );

  it('are chosen by the environment where the program says nothing', async () => {
    await using server = await IngestServer.start();
    vi.stubEnv('CLEW_MODE', 'prod').stubEnv('CLEW_BASE_URL', server.baseUrl).stubEnv('CLEW_TOKEN', token);
    onTestFinished(() => void vi.unstubAllEnvs());
    const clew = init();
    onTestFinished(() => void clew.shutdown());
    clew.trace('run', () => 'done');
    await clew.flush();
    expect(server.requests[0]?.headers).toMatchObject({ authorization: `Bearer ${token}` });
  });
});
