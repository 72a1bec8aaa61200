import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpTraceExporter } from 'clew';
import { describe, expect, it } from 'vitest';
import { AudioKeeper, filesIn, flushUntil, recordCall, setUpCalls, until } from '../fixtures/audio-call.ts';
import { audioAnswers, large, sendCallsTo, uploadTo, wav } from '../fixtures/audio-http.ts';
import { IngestServer, stores } from '../fixtures/ingest-server.ts';
import { only } from '../flows/recording.ts';

/** Ends a connection as a server that crashes does. */
function reset({ socket }: IncomingMessage): void {
  socket.resetAndDestroy();
}

describe('a server that fails', () => {
  it.each([500, 502, 503, 429, 302])('V108 with %i gets the recording when it works again', async (status) => {
    await using server = await IngestServer.start();
    server.behaveAudio = audioAnswers(status);
    const setup = sendCallsTo(server);
    const outcome = uploadTo(setup);
    await server.until(({ uploads }) => uploads.length === 1);
    server.behaveAudio = stores;
    await flushUntil(setup.tracer, () => outcome.answer !== undefined);
    expect(outcome.answer).toBe(true);
    expect(server.uploads.map(({ audio }) => audio.equals(wav))).toEqual([true, true]);
    expect(setup.log.warnings('audio-lost')).toEqual([]);
    expect(filesIn(setup.temporary)).toEqual([]);
  });

  const breaks: readonly [string, (request: IncomingMessage, response: ServerResponse) => void][] = [
    ['before it has read anything', (request) => reset(request)],
    [
      'in mid-upload',
      (request) => {
        request.once('data', () => reset(request));
      },
    ],
    [
      'in mid-answer',
      (request, response) => {
        request.resume().on('end', () => {
          response.writeHead(201, { 'content-length': 20 }).write('{');
          reset(request);
        });
      },
    ],
  ];
  it.each(breaks)('V108 by breaking off %s gets the recording when it works again', async (_, interrupt) => {
    await using server = await IngestServer.start();
    let asked = 0;
    server.interrupt = (request, response) => {
      asked += 1;
      if (asked === 1) interrupt(request, response);
      return asked === 1;
    };
    const setup = sendCallsTo(server);
    const outcome = uploadTo(setup, large);
    await flushUntil(setup.tracer, () => outcome.answer !== undefined);
    expect(outcome.answer).toBe(true);
    expect(asked).toBe(2);
    expect(only(server.uploads).audio.equals(large)).toBe(true);
    expect(filesIn(setup.temporary)).toEqual([]);
  });

  it('V108 by not being there gets the recording when it is', async () => {
    const { port, setup, outcome } = await (async () => {
      await using gone = await IngestServer.start();
      const made = sendCallsTo(gone);
      return { port: gone.port, setup: made, outcome: uploadTo(made) };
    })();
    await until(() => setup.log.warnings('exporter-failed').length > 0);
    await using server = await IngestServer.start(undefined, port);
    await flushUntil(setup.tracer, () => outcome.answer !== undefined);
    expect(outcome.answer).toBe(true);
    expect(server.uploads.at(-1)?.audio.equals(wav)).toBe(true);
  });

  it('by hanging costs a flush and a shutdown their deadline and no more', async () => {
    await using server = await IngestServer.start();
    server.behaveAudio = () => {};
    const { client, tracer } = sendCallsTo(server, 3_600_000);
    await recordCall(client, 1);
    await server.until(({ uploads }) => uploads.length === 1);
    expect(await tracer.flush({ timeoutMs: 50 })).toMatchObject({ pending: 0 });
    expect(await tracer.shutdown({ timeoutMs: 50 })).toMatchObject({ pending: 0 });
  });

  it('by reading nothing of it costs a flush its deadline and no more', async () => {
    await using server = await IngestServer.start();
    server.interrupt = () => true;
    const setup = sendCallsTo(server, 3_600_000);
    const outcome = uploadTo(setup, large);
    await until(() => filesIn(setup.temporary).length === 1);
    await setup.tracer.flush({ timeoutMs: 50 });
    expect(outcome.answer).toBeUndefined();
  });

  it('by taking longer than a request may is given up, and asked again', async () => {
    await using server = await IngestServer.start();
    server.behaveAudio = () => {};
    const setup = sendCallsTo(server, 50);
    const outcome = uploadTo(setup, Buffer.from('sound'));
    await until(() => setup.log.warnings('exporter-failed').length > 0);
    expect(setup.log.warnings('exporter-failed')[0]?.error).toMatch(/no answer within/);
    server.behaveAudio = stores;
    await flushUntil(setup.tracer, () => outcome.answer !== undefined);
    expect(outcome.answer).toBe(true);
  });

  it('does not keep a recording from those who keep it on this machine', async () => {
    await using server = await IngestServer.start();
    server.behaveAudio = audioAnswers(503);
    const keeper = new AudioKeeper();
    const { client, tracer, temporary } = setUpCalls([new HttpTraceExporter({ baseUrl: server.baseUrl }), keeper]);
    await recordCall(client, 1);
    await server.until(({ uploads }) => uploads.length === 1);
    expect(keeper.files.map((file) => file.equals(wav))).toEqual([true]);
    await tracer.shutdown();
    expect(filesIn(temporary)).toEqual([]);
  });
});
