import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTracer, HttpTraceExporter, type Tracer } from 'clew';
import { describe, expect, it } from 'vitest';
import { answers, IngestServer, works } from '../fixtures/ingest-server.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { runScript, Script } from '../fixtures/script.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const nowhere = 'http://127.0.0.1:9';

function start(baseUrl: string, spool: string): { readonly tracer: Tracer; readonly logger: RecordingLogger } {
  const logger = new RecordingLogger();
  return { logger, tracer: createTracer({ exporter: new HttpTraceExporter({ baseUrl, spool }), logger }) };
}

/** Bytes in the folder's segments. */
function bytesIn(spool: string): number {
  return readdirSync(spool).reduce((sum, name) => sum + readFileSync(join(spool, name)).length, 0);
}

function expectAll(server: IngestServer, count: number): void {
  const expected = Array.from({ length: count }, (_, n) => [`trace ${n}`, `step ${n}`]);
  expect(server.taken.toSorted(([one = ''], [other = '']) => one.localeCompare(other))).toEqual(
    expected.toSorted(([one = ''], [other = '']) => one.localeCompare(other)),
  );
}

describe('a spool on disk', () => {
  it('survives kill -9 while the server is down; the next process sends it, each record once [A57, V108]', async () => {
    const spool = temporaryFolder();
    const agent = new Script('spool-agent.ts', { args: [nowhere, spool, '50'] });
    await agent.printed(1);
    agent.kill();
    await agent.finished();
    await using server = await IngestServer.start();
    const { tracer, logger } = start(server.baseUrl, spool);
    expect(await tracer.flush()).toEqual({ sent: 0, dropped: 0, pending: 0, reasons: {} });
    expectAll(server, 50);
    expect(readdirSync(spool)).toEqual([]);
    expect(logger.lines).toEqual([]);
  });

  it('survives kill -9 while traces are being sent: nothing is missing in the store, and nothing is there twice', async () => {
    const spool = temporaryFolder();
    await using server = await IngestServer.start();
    const agent = new Script('spool-agent.ts', { args: [server.baseUrl, spool, '2000'] });
    await Promise.race([server.until(({ requests }) => requests.length >= 2), agent.printed(1)]);
    await agent.printed(1);
    agent.kill();
    await agent.finished();
    await start(server.baseUrl, spool).tracer.flush();
    expectAll(server, 2_000);
    expect(readdirSync(spool)).toEqual([]);
  });

  it('keeps what a process could not send by its end, without a word; the next one sends it', async () => {
    const spool = temporaryFolder();
    const { code, stderr } = await runScript('spool-agent.ts', {
      args: [nowhere, spool, '5', 'end'],
      env: { CLEW_LOG_LEVEL: 'silent' },
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(readdirSync(spool)).toHaveLength(1);
    await using server = await IngestServer.start();
    await start(server.baseUrl, spool).tracer.flush();
    expectAll(server, 5);
  });

  it('is empty once all was sent, and gone after shutdown', async () => {
    const spool = temporaryFolder();
    await using server = await IngestServer.start(answers(503));
    const { tracer } = start(server.baseUrl, spool);
    tracer.trace('trace 0', (trace) => trace.span('step 0', () => 1));
    await tracer.flush();
    expect(bytesIn(spool)).toBeGreaterThan(100);
    server.behave = works;
    await tracer.flush();
    expect(bytesIn(spool)).toBe(0);
    await tracer.shutdown();
    expect(readdirSync(spool)).toEqual([]);
  });

  it('of a process that lives is left alone', async () => {
    const spool = temporaryFolder();
    const agent = new Script('spool-agent.ts', { args: [nowhere, spool, '5'] });
    await agent.printed(1);
    await using server = await IngestServer.start();
    const { tracer } = start(server.baseUrl, spool);
    const other = start(nowhere, spool).tracer;
    other.trace('not sent', () => 1);
    await other.flush({ timeoutMs: 100 });
    await tracer.flush();
    expect(server.requests).toEqual([]);
    agent.kill();
    await agent.finished();
  });

  it('that was not taken at the start is sent when the server takes something', async () => {
    const spool = temporaryFolder();
    await runScript('spool-agent.ts', { args: [nowhere, spool, '5', 'end'], env: { CLEW_LOG_LEVEL: 'silent' } });
    await using server = await IngestServer.start(answers(503));
    const { tracer } = start(server.baseUrl, spool);
    await tracer.flush();
    expect(server.taken).toEqual([]);
    server.behave = works;
    tracer.trace('trace 5', (trace) => trace.span('step 5', () => 1));
    await tracer.flush();
    expectAll(server, 6);
  });

  it('with half a line and nonsense in it gives what can be read', async () => {
    const spool = temporaryFolder();
    await runScript('spool-agent.ts', { args: [nowhere, spool, '2', 'end'], env: { CLEW_LOG_LEVEL: 'silent' } });
    const [name = ''] = readdirSync(spool);
    const lines = readFileSync(join(spool, name), 'utf8');
    writeFileSync(join(spool, name), `nonsense\n{"trace_id":"\\"injected"}\n[]\n${lines}${lines.slice(0, 300)}`);
    await using server = await IngestServer.start();
    await start(server.baseUrl, spool).tracer.flush();
    expectAll(server, 2);
    expect(readdirSync(spool)).toEqual([]);
  });

  it('that cannot be written is told, and what is made is sent all the same', async () => {
    const spool = join(temporaryFolder(), 'file');
    writeFileSync(spool, '');
    await using server = await IngestServer.start();
    const { tracer, logger } = start(server.baseUrl, spool);
    tracer.trace('trace 0', (trace) => trace.span('step 0', () => 1));
    await new Promise((done) => setImmediate(done));
    expect(await tracer.flush()).toMatchObject({ sent: 2, pending: 0 });
    expect(logger.warnings('spool-failed')).toHaveLength(1);
  });

  it('is cut into segments: one that was sent is gone, the others stay', async () => {
    const spool = temporaryFolder();
    await using server = await IngestServer.start(answers(503));
    const { tracer } = start(server.baseUrl, spool);
    const texts = Array.from({ length: 20 }, (_, n) => `${n} `.repeat(1_000));
    for (let n = 0; n < 90; n += 1) {
      tracer.trace(`trace ${n}`, (trace) => trace.span(`step ${n}`, { input: texts }, () => n));
      await nextTurn();
    }
    expect(await tracer.flush({ timeoutMs: 50 })).toMatchObject({ sent: 0, pending: 180 });
    expect(readdirSync(spool).length).toBeGreaterThan(1);
    server.behave = works;
    expect(await tracer.flush()).toMatchObject({ sent: 180, pending: 0 });
    expectAll(server, 90);
    expect(bytesIn(spool)).toBe(0);
    await tracer.shutdown();
    expect(readdirSync(spool)).toEqual([]);
  });

  it('is bounded: above 256 MiB the oldest segment goes, with a word', async () => {
    const spool = temporaryFolder();
    const [old, older] = ['1700000000001.1.1.ndjson', '1700000000000.1.1.ndjson'].map((name) => join(spool, name));
    for (const path of [old, older]) {
      writeFileSync(path ?? '', '');
      truncateSync(path ?? '', 200_000_000);
    }
    await using server = await IngestServer.start(answers(503));
    const { tracer, logger } = start(server.baseUrl, spool);
    tracer.trace('trace 0', () => 1);
    await nextTurn();
    await nextTurn();
    expect(readdirSync(spool)).toHaveLength(2);
    expect(readdirSync(spool)).toContain('1700000000001.1.1.ndjson');
    expect(logger.warnings('spool-failed').map(({ message }) => message)).toEqual([
      expect.stringContaining('its oldest segment was removed'),
    ]);
    await tracer.flush({ timeoutMs: 1 });
  });

  it('leaves files of others alone', async () => {
    const spool = temporaryFolder();
    mkdirSync(join(spool, 'folder.ndjson'));
    writeFileSync(join(spool, 'notes.ndjson'), 'mine');
    await using server = await IngestServer.start();
    const { tracer } = start(server.baseUrl, spool);
    await tracer.flush();
    expect(readdirSync(spool).toSorted()).toEqual(['folder.ndjson', 'notes.ndjson']);
  });
});
