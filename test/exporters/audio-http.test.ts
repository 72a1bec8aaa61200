import { HttpTraceExporter } from 'clew';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { filesIn, flushUntil, pcmOf, recordCall, setUpCalls, wavOf, until } from '../fixtures/audio-call.ts';
import { audioAnswers, large, sendCallsTo, uploadTo, wav } from '../fixtures/audio-http.ts';
import { answers, IngestServer } from '../fixtures/ingest-server.ts';
import { only } from '../flows/recording.ts';

describe('a recording that is sent by HTTP', () => {
  it('V46, V96 goes by itself as a form with both parts, bytes as they are', async () => {
    await using server = await IngestServer.start();
    const { client, tracer, temporary } = sendCallsTo(server);
    const { traceId } = await recordCall(client, 3);
    await tracer.shutdown();
    const sent = only(server.uploads);
    expect(sent).toMatchObject({
      path: `/api/voice/${traceId}/audio`,
      parts: ['recording', 'audio'],
      fileName: `${traceId}.wav`,
      facts: {
        trace_id: traceId,
        ref: `${traceId}.wav`,
        codec: 'wav',
        byte_length: 144_044,
        duration_ms: 3_000,
        encrypted: false,
      },
      headers: {
        authorization: 'Bearer clew_test',
        'content-type': expect.stringMatching(/^multipart\/form-data; boundary=/),
        'content-length': String(sent.bytes),
      },
    });
    expect(sent.headers['transfer-encoding']).toBeUndefined();
    expect(sent.audio.equals(wavOf(pcmOf(3)))).toBe(true);
    expect(filesIn(temporary)).toEqual([]);
  });

  it('is sent below the path of the server’s address', async () => {
    await using server = await IngestServer.start();
    const { client } = sendCallsTo({ baseUrl: `${server.baseUrl}/tenants/7/` });
    const session = client.startSession({ agentId: 'support_v3' });
    expect(await session.uploadAudio(wav)).toBe(true);
    expect(only(server.uploads).path).toBe(`/tenants/7/api/voice/${session.traceId}/audio`);
  });

  it('may be large, and have in it what ends a form', async () => {
    await using server = await IngestServer.start();
    const { client } = sendCallsTo(server);
    const bytes = Buffer.concat([Buffer.from('\r\n--clew-\r\n--\r\n'), large, Buffer.from('\r\n--')]);
    expect(await client.startSession({ agentId: 'support_v3' }).uploadAudio(bytes)).toBe(true);
    expect(only(server.uploads).audio.equals(bytes)).toBe(true);
  });

  it('says that it is encrypted where it is', async () => {
    await using server = await IngestServer.start();
    const exporter = new HttpTraceExporter({ baseUrl: server.baseUrl });
    const { client } = setUpCalls([exporter], { audio: { key: '42'.repeat(32) } });
    const session = client.startSession({ agentId: 'support_v3' });
    expect(await session.uploadAudio(wav)).toBe(true);
    const { facts, audio, fileName } = only(server.uploads);
    expect(facts).toMatchObject({ encrypted: true, byte_length: audio.length, ref: fileName });
    expect(fileName).toBe(`${session.traceId}.wav.encrypted`);
    expect(audio.includes(pcmOf(1).subarray(0, 1_000))).toBe(false);
  });

  it('V110 does not keep batches of traces waiting', async () => {
    const held: ServerResponse[] = [];
    await using server = await IngestServer.start();
    server.behaveAudio = (_, response) => void held.push(response);
    const setup = sendCallsTo(server);
    const outcome = uploadTo(setup);
    await server.until(({ uploads }) => uploads.length === 1);
    expect(await setup.tracer.trace('meanwhile').end()).toMatchObject({ ok: true, exported: true });
    expect(server.taken).toContainEqual(['meanwhile']);
    expect(outcome.answer).toBeUndefined();
    for (const response of held) response.writeHead(201).end();
    await flushUntil(setup.tracer, () => outcome.answer !== undefined);
    expect(outcome.answer).toBe(true);
  });

  it.each([200, 201, 202, 204])('is taken where the answer is %i, whatever is in it', async (status) => {
    await using server = await IngestServer.start();
    server.behaveAudio = (_, response) => void response.writeHead(status).end(status === 204 ? undefined : '<html>');
    const { client, log } = sendCallsTo(server);
    expect(await client.startSession({ agentId: 'support_v3' }).uploadAudio(wav)).toBe(true);
    expect(log.lines).toEqual([]);
  });
});

describe('a server that does not take recordings', () => {
  it.each([400, 404, 405, 413, 422])('with %i is not asked again for the same, with one word', async (status) => {
    await using server = await IngestServer.start();
    server.behaveAudio = audioAnswers(status);
    const { client, tracer, log, temporary } = sendCallsTo(server);
    const session = await recordCall(client, 1);
    await tracer.flush();
    await tracer.shutdown();
    expect(server.uploads).toHaveLength(1);
    expect(log.codes).toEqual(['warn http-audio']);
    expect(log.lines[0]?.message).toContain(`HTTP ${status}`);
    expect(server.taken).toEqual([['support_v3']]);
    expect(filesIn(temporary)).toEqual([]);
    expect(session.status).toBe('ended');
  });

  it.each([404, 413, 401])('with %i has not taken it, and that is the answer to whoever brought it', async (status) => {
    await using server = await IngestServer.start();
    server.behaveAudio = audioAnswers(status);
    const { client } = sendCallsTo(server);
    expect(await client.startSession({ agentId: 'support_v3' }).uploadAudio(wav)).toBe(false);
  });

  it.each([401, 403])('with %i is asked for no other one, and told once', async (status) => {
    await using server = await IngestServer.start();
    server.behaveAudio = audioAnswers(status);
    const { client, tracer, log, temporary } = sendCallsTo(server);
    await recordCall(client, 1);
    await tracer.flush();
    await server.until(({ uploads }) => uploads.length === 1);
    await until(() => log.lines.length > 0);
    await recordCall(client, 1);
    await tracer.shutdown();
    expect(server.uploads).toHaveLength(1);
    expect(log.codes.filter((code) => code.startsWith('warn'))).toHaveLength(1);
    expect(JSON.stringify(log.lines)).not.toContain('clew_test');
    expect(filesIn(temporary)).toEqual([]);
  });

  it('with 401 for traces is asked for no recording', async () => {
    await using server = await IngestServer.start(answers(401));
    const { client, tracer } = sendCallsTo(server);
    await tracer.trace('first').end();
    await recordCall(client, 1);
    await tracer.shutdown();
    expect(server.uploads).toEqual([]);
  });

  it('and says so before it has read it is heard', async () => {
    await using server = await IngestServer.start();
    let asked = 0;
    server.interrupt = (_, response) => {
      asked += 1;
      response.writeHead(413).end();
      return true;
    };
    const setup = sendCallsTo(server);
    const outcome = uploadTo(setup, large);
    await until(() => outcome.answer !== undefined);
    expect(asked).toBe(1);
    expect(setup.log.codes).toEqual(['warn http-audio']);
  });
});
