import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTracer, HttpTraceExporter, type Tracer, type TracerOptions } from 'clew';
import { describe, expect, it } from 'vitest';
import { answers, certificate, IngestServer } from '../fixtures/ingest-server.ts';
import { recordsOf } from '../fixtures/records.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { Script } from '../fixtures/script.ts';

interface Setup {
  readonly tracer: Tracer;
  readonly logger: RecordingLogger;
}

function setUp({ baseUrl }: IngestServer, options: TracerOptions = {}): Setup {
  const logger = new RecordingLogger();
  const exporter = new HttpTraceExporter({ baseUrl, token: 'clew_test' });
  return { logger, tracer: createTracer({ exporter, logger, ...options }) };
}

function makeTraces(tracer: Tracer, count: number, spans = 2): void {
  for (let n = 0; n < count; n += 1) {
    tracer.trace(`trace ${n}`, (trace) => {
      for (let step = 1; step < spans; step += 1) trace.span(`step ${step}`, { input: n }, () => step);
    });
  }
}

describe('the HTTP exporter', () => {
  it('speaks the protocol: path, headers, gzip, version and whole traces [A8, A9, V89]', async () => {
    await using server = await IngestServer.start();
    const { tracer } = setUp(server);
    tracer.trace('handle-ticket', { userId: 'u1' }, (trace) => trace.span('tool:lookup', { kind: 'tool' }, () => 1));
    expect(await tracer.flush()).toEqual({ sent: 2, dropped: 0, pending: 0, reasons: {} });
    const [request] = server.requests;
    expect(request).toMatchObject({
      path: '/api/ingest',
      headers: {
        authorization: 'Bearer clew_test',
        'content-encoding': 'gzip',
        'content-type': 'application/json',
      },
      body: {
        v: 1,
        sdk: { name: 'clew' },
        traces: [
          {
            name: 'handle-ticket',
            user_id: 'u1',
            amends: false,
            spans: [{ name: 'handle-ticket' }, { name: 'tool:lookup', kind: 'tool', output: 1 }],
          },
        ],
        spans: [],
      },
    });
  });

  it('sends at ten spans, or at the threshold that is set [V92, V110]', async () => {
    await using server = await IngestServer.start();
    const { tracer } = setUp(server);
    makeTraces(tracer, 5);
    await server.until(({ takenSpans }) => takenSpans === 10);
    expect(server.requests).toHaveLength(1);
    const patient = setUp(server, { flushThreshold: 4 }).tracer;
    makeTraces(patient, 2);
    await server.until(({ takenSpans }) => takenSpans === 14);
  });

  it('sends after the interval what is less [A10, V91, V110]', async () => {
    await using server = await IngestServer.start();
    const { tracer } = setUp(server, { flushIntervalMs: 20 });
    makeTraces(tracer, 1);
    await server.until(({ takenSpans }) => takenSpans === 2);
    expect(server.requests).toHaveLength(1);
  });

  it('sends at once what somebody waits for, and tells how it went [A23, A24]', async () => {
    await using server = await IngestServer.start();
    const { tracer } = setUp(server);
    const trace = tracer.trace('manual');
    expect(await trace.end({ output: 'done' })).toEqual({ ok: true, traceId: trace.traceId, exported: true });
    expect(server.taken).toEqual([['manual']]);
  });

  it('has one request in flight, over one connection', async () => {
    await using server = await IngestServer.start();
    const { tracer } = setUp(server);
    for (let round = 0; round < 5; round += 1) {
      makeTraces(tracer, 20);
      await nextTurn();
    }
    await tracer.flush();
    expect(server.takenSpans).toBe(200);
    expect(server.mostAtOnce).toBe(1);
  });

  it('asks for at most 512 spans or 1 MiB at once; the rest of a larger trace amends it', async () => {
    await using server = await IngestServer.start();
    const { tracer } = setUp(server, { flushThreshold: 100_000 });
    makeTraces(tracer, 1, 1_200);
    tracer.trace('heavy', (trace) => {
      for (let n = 0; n < 40; n += 1) trace.span(`step ${n}`, { input: 'ten bytes '.repeat(6_000) }, () => n);
    });
    expect(await tracer.flush()).toMatchObject({ sent: 1_241, dropped: 0, pending: 0 });
    for (const { bytes, body } of server.requests) {
      expect(body.traces.flatMap(({ spans }) => spans).length).toBeLessThanOrEqual(512);
      expect(bytes).toBeLessThanOrEqual(1_048_576 + 200);
    }
    expect(server.taken.map((spans) => spans.length)).toEqual([1_200, 41]);
    const parts = server.requests.flatMap(({ body }) => body.traces).filter(({ name }) => name === 'trace 0');
    expect(parts.map(({ amends }) => amends)).toEqual([false, ...parts.slice(1).map(() => true)]);
  });

  it('sends running spans, so that a trace can be watched', async () => {
    await using server = await IngestServer.start();
    const { tracer } = setUp(server, { flushIntervalMs: 20 });
    const trace = tracer.trace('call');
    const child = trace.span('step');
    await server.until(({ requests }) => requests.length === 1);
    expect(server.requests[0]?.body).toMatchObject({
      traces: [],
      spans: [
        { trace_id: trace.traceId, name: 'call', outcome: 'running' },
        { trace_id: trace.traceId, parent_id: trace.rootSpan?.spanId, name: 'step', outcome: 'running' },
      ],
    });
    child.end();
    await server.until(({ requests }) => requests.length === 2);
    expect(server.requests[1]?.body.spans).toMatchObject([{ name: 'step', outcome: 'ok' }]);
    void trace.end();
    await tracer.flush();
    expect(server.taken).toEqual([['call', 'step']]);
    expect(tracer.stats().exporters).toMatchObject([{ sent: 2, dropped: 0, pending: 0 }]);
  });

  it('sends what ends after its trace as an amendment', async () => {
    await using server = await IngestServer.start();
    const { tracer } = setUp(server, { lateSpanMs: 10 });
    const trace = tracer.trace('call');
    const late = trace.span('late');
    void trace.end();
    await server.until(({ takenSpans }) => takenSpans === 1);
    late.end();
    await tracer.flush();
    expect(server.requests.flatMap(({ body }) => body.traces).map(({ amends }) => amends)).toEqual([false, true]);
    expect(server.taken).toEqual([['call', 'late']]);
  });
});

describe('export by itself, without a queue', () => {
  const [trace] = recordsOf((tracer) => tracer.trace('run', () => 1));
  if (trace === undefined) throw new Error('no trace was made');

  it('sends one trace', async () => {
    await using server = await IngestServer.start();
    await new HttpTraceExporter({ baseUrl: server.baseUrl }).export(trace);
    expect(server.taken).toEqual([['run']]);
  });

  it.each([
    [503, 'HTTP 503'],
    [400, 'HTTP 400'],
    [401, 'HTTP 401: the token was refused'],
  ])('rejects when the answer is %i', async (status, message) => {
    await using server = await IngestServer.start(answers(status));
    await expect(new HttpTraceExporter({ baseUrl: server.baseUrl }).export(trace)).rejects.toThrow(message);
  });
});

describe('a program whose HTTP requests OpenTelemetry traces', () => {
  it('has spans of its own requests, and none of those that send its traces', async () => {
    await using server = await IngestServer.start();
    const program = new Script('otel-agent.ts', { args: [server.baseUrl] });
    expect(await program.finished()).toMatchObject({ code: 0, stderr: '' });
    expect(program.lines.map((line): unknown => JSON.parse(line))).toEqual([
      { account: { sent: 1, dropped: 0, pending: 0 }, paths: ['/own'] },
    ]);
    expect(server.taken).toEqual([['run']]);
  });
});

describe('a server that fails', () => {
  it.each([500, 503, 429, 404, 302])(
    'with %i keeps the records, which come when it works again [V108, T46]',
    async (status) => {
      await using server = await IngestServer.start(answers(status));
      const { tracer, logger } = setUp(server);
      makeTraces(tracer, 3);
      expect(await tracer.flush()).toEqual({ sent: 0, dropped: 0, pending: 6, reasons: {} });
      server.behave = (_, __, take) => take();
      expect(await tracer.flush()).toEqual({ sent: 6, dropped: 0, pending: 0, reasons: {} });
      expect(server.takenSpans).toBe(6);
      expect(logger.warnings('http-unreachable')).toHaveLength(1);
    },
  );

  it('that names a time is asked again after it, not before', async () => {
    await using server = await IngestServer.start((_, response) => {
      server.behave = (__, ___, take) => take();
      response.writeHead(503, { 'retry-after': '1' }).end();
    });
    const { tracer } = setUp(server);
    makeTraces(tracer, 1);
    const before = performance.now();
    expect(await tracer.flush({ timeoutMs: 5_000 })).toMatchObject({ sent: 2, pending: 0 });
    expect(performance.now() - before).toBeGreaterThan(990);
    expect(server.requests).toHaveLength(2);
  });

  it('that names a time beyond the deadline lets a flush answer at once', async () => {
    await using server = await IngestServer.start(answers(429, { 'retry-after': '120' }));
    const { tracer } = setUp(server);
    makeTraces(tracer, 1);
    expect(await tracer.flush({ timeoutMs: 60_000 })).toMatchObject({ sent: 0, pending: 2 });
    expect(server.requests).toHaveLength(1);
  });

  it.each([400, 413])('with %i for one bad record costs only that record', async (status) => {
    await using server = await IngestServer.start(({ body }, response, take) => {
      const isBad = body.traces.some(({ spans }) => spans.some(({ name }) => name === 'step 7'));
      if (isBad) response.writeHead(status).end();
      else take();
    });
    const { tracer, logger } = setUp(server, { flushThreshold: 1_000 });
    makeTraces(tracer, 5);
    makeTraces(tracer, 1, 10);
    const reason = `HTTP ${status}`;
    expect(await tracer.flush()).toEqual({ sent: 19, dropped: 1, pending: 0, reasons: { [reason]: 1 } });
    expect(server.takenSpans).toBe(19);
    expect(server.taken.flat()).not.toContain('step 7');
    expect(logger.warnings('http-refused')).toHaveLength(1);
  });

  it('tells each trace’s end of that trace', async () => {
    await using server = await IngestServer.start(({ body }, response, take) => {
      if (body.traces.some(({ name }) => name === 'second')) response.writeHead(503).end();
      else take();
    });
    const { tracer } = setUp(server);
    const [first, second] = [tracer.trace('first'), tracer.trace('second')];
    expect(await first.end()).toMatchObject({ ok: true });
    expect(await second.end()).toMatchObject({ ok: false, error: 'HTTP 503' });
  });

  it.each([401, 403])('with %i is told once and asked no more', async (status) => {
    await using server = await IngestServer.start(answers(status));
    const { tracer, logger } = setUp(server);
    makeTraces(tracer, 3);
    expect(await tracer.flush()).toMatchObject({ sent: 0, dropped: 6, pending: 0 });
    makeTraces(tracer, 3);
    expect(await tracer.flush()).toEqual({
      sent: 0,
      dropped: 12,
      pending: 0,
      reasons: { [`HTTP ${status}: the token was refused`]: 12 },
    });
    expect(server.requests).toHaveLength(1);
    expect(logger.warnings('http-forbidden')).toHaveLength(1);
    expect(JSON.stringify(logger.lines)).not.toContain('clew_test');
  });

  it('that rejects spans by name costs those', async () => {
    await using server = await IngestServer.start(({ body }, response) => {
      const [first, second] = body.traces;
      const rejected = [
        { trace_id: first?.trace_id, span_id: first?.spans[1]?.span_id, code: 'too_old', message: '' },
        { trace_id: second?.trace_id, code: 'no_such_project', message: '' },
        { trace_id: 'unknown', code: 'x' },
        'nonsense',
      ];
      response.writeHead(200).end(JSON.stringify({ accepted: 3, rejected }));
    });
    const { tracer } = setUp(server);
    makeTraces(tracer, 3);
    expect(await tracer.flush()).toEqual({
      sent: 3,
      dropped: 3,
      pending: 0,
      reasons: { 'rejected: too_old': 1, 'rejected: no_such_project': 2 },
    });
  });

  it.each([
    ['hangs before its headers', () => {}],
    ['hangs after its headers', (response) => response.writeHead(200).flushHeaders()],
    [
      'sends half an answer and hangs',
      (response) => void response.writeHead(200, { 'content-length': '20' }).write('{"acc'),
    ],
    [
      'drips',
      (response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ] satisfies readonly (readonly [string, (response: ServerResponse) => void])[])(
    'that %s costs a flush its deadline and no more',
    async (_, misbehave) => {
      await using server = await IngestServer.start((__, response) => misbehave(response));
      const { tracer } = setUp(server);
      makeTraces(tracer, 1);
      const before = performance.now();
      expect(await tracer.flush({ timeoutMs: 100 })).toEqual({ sent: 0, dropped: 0, pending: 2, reasons: {} });
      expect(performance.now() - before).toBeLessThan(2_000);
    },
  );

  it.each([
    ['closes the connection', (response) => response.destroy()],
    [
      'closes it in mid-answer',
      (response) => {
        response.writeHead(200, { 'content-length': '20' }).write('{"acc');
        setTimeout(() => response.destroy(), 5);
      },
    ],
    ['says 200 and is no ingest endpoint', (response) => response.writeHead(200).end('<html>sign in</html>')],
    ['says 200 and nothing', (response) => response.writeHead(200).end()],
    ['says 200 and null', (response) => response.writeHead(200).end('null')],
  ] satisfies readonly (readonly [string, (response: ServerResponse) => void])[])(
    'that %s keeps the records',
    async (_, misbehave) => {
      await using server = await IngestServer.start((__, response) => misbehave(response));
      const { tracer } = setUp(server);
      makeTraces(tracer, 1);
      expect(await tracer.flush()).toEqual({ sent: 0, dropped: 0, pending: 2, reasons: {} });
      server.behave = (__, ___, take) => take();
      expect(await tracer.flush()).toMatchObject({ sent: 2, pending: 0 });
    },
  );

  it('that closed a kept connection meanwhile is asked again at once, without a word', async () => {
    await using server = await IngestServer.start();
    const { tracer, logger } = setUp(server);
    makeTraces(tracer, 1);
    await tracer.flush();
    server.behave = (_, response) => {
      server.behave = (__, ___, take) => take();
      response.socket?.resetAndDestroy();
    };
    makeTraces(tracer, 1);
    expect(await tracer.flush()).toEqual({ sent: 4, dropped: 0, pending: 0, reasons: {} });
    expect(server.requests).toHaveLength(3);
    expect(logger.lines).toEqual([]);
  });

  it.each([
    ['204 and nothing', 204, ''],
    ['no list of rejections', 200, '{"accepted":2}'],
    ['rejections that are no list', 200, '{"accepted":2,"rejected":"none"}'],
    ['rejections of nothing it was given', 200, '{"accepted":2,"rejected":[{"trace_id":"x","span_id":"y"},{},null]}'],
  ])('no more than it says: %s means that all was taken', async (_, status, body) => {
    await using server = await IngestServer.start(answers(status, {}, body));
    const { tracer, logger } = setUp(server);
    makeTraces(tracer, 1);
    expect(await tracer.flush()).toEqual({ sent: 2, dropped: 0, pending: 0, reasons: {} });
    expect(logger.lines).toEqual([]);
  });

  it('that rejects more than it was given is believed no further', async () => {
    await using server = await IngestServer.start(({ body }, response) => {
      const rejected = [1, 2, 3].map(() => ({ trace_id: body.traces[0]?.trace_id, code: 'full' }));
      response.end(JSON.stringify({ accepted: 0, rejected }));
    });
    const { tracer } = setUp(server);
    makeTraces(tracer, 1);
    expect(await tracer.flush()).toEqual({ sent: 0, dropped: 2, pending: 0, reasons: { 'rejected: full': 2 } });
  });

  it('that answers without end is not listened to for ever', async () => {
    await using server = await IngestServer.start((_, response) => response.end(Buffer.alloc(1_048_577, ' ')));
    const { tracer } = setUp(server);
    const trace = tracer.trace('run');
    expect(await trace.end()).toMatchObject({ ok: false, error: 'the answer is longer than 1 MiB' });
    expect(await tracer.flush()).toMatchObject({ pending: 1 });
  });

  it.each(['soon', '', '-1'])('and names a time that is none, “%s”, is asked as if it had named none', async (time) => {
    await using server = await IngestServer.start(answers(503, { 'retry-after': time }));
    const { tracer } = setUp(server);
    makeTraces(tracer, 1);
    expect(await tracer.flush()).toMatchObject({ sent: 0, pending: 2 });
    expect(server.requests).toHaveLength(3);
  });

  it('with 400 for a running span still gets what has ended', async () => {
    await using server = await IngestServer.start(({ body }, response, take) => {
      if (body.spans.length > 0) response.writeHead(400).end();
      else take();
    });
    const { tracer } = setUp(server);
    const running = tracer.trace('running');
    makeTraces(tracer, 1);
    expect(await tracer.flush()).toMatchObject({ sent: 2, dropped: 0, pending: 0 });
    void running.end();
    expect(await tracer.flush()).toEqual({ sent: 3, dropped: 0, pending: 0, reasons: {} });
  });

  it('in the middle of a large batch is asked for nothing more of it', async () => {
    await using server = await IngestServer.start(answers(503));
    const { tracer } = setUp(server, { flushThreshold: 5_000 });
    makeTraces(tracer, 1, 1_500);
    expect(await tracer.flush({ timeoutMs: 20 })).toMatchObject({ sent: 0, pending: 1_500 });
    await server.until(({ requests }) => requests.length > 0);
    expect(server.requests).toHaveLength(1);
    server.behave = (_, __, take) => take();
    expect(await tracer.flush()).toEqual({ sent: 1_500, dropped: 0, pending: 0, reasons: {} });
    expect(server.takenSpans).toBe(1_500);
  });

  it('that takes longer than a request may is given up, and tried again', async () => {
    await using server = await IngestServer.start(() => {});
    const exporter = new HttpTraceExporter({ baseUrl: server.baseUrl, timeoutMs: 50 });
    const tracer = createTracer({ exporter, logger: new RecordingLogger() });
    const trace = tracer.trace('slow');
    expect(await trace.end()).toEqual({ ok: false, traceId: trace.traceId, error: 'no answer within 50 ms' });
  });
});

describe('a server with TLS', () => {
  it('whose certificate nobody vouches for gets nothing: kept, told once', async () => {
    await using server = await IngestServer.startSecure();
    const { tracer, logger } = setUp(server);
    expect(await tracer.trace('lost').end()).toMatchObject({ ok: false, error: expect.stringMatching(/certificate/) });
    expect(await tracer.flush()).toMatchObject({ sent: 0, dropped: 0, pending: 1 });
    expect(logger.warnings('http-unreachable').map(({ message }) => message)).toEqual([
      expect.stringMatching(/self-signed certificate/),
    ]);
    expect(server.requests).toEqual([]);
  });

  it('that the process trusts gets everything', async () => {
    await using server = await IngestServer.startSecure();
    const env = { CLEW_MODE: 'dev', CLEW_BASE_URL: server.baseUrl, NODE_EXTRA_CA_CERTS: certificate };
    const agent = new Script('local-agent.ts', { args: ['agent', 'natural', '2'], env });
    expect(await agent.finished()).toMatchObject({ code: 0, stderr: '' });
    expect(server.taken.map((names) => names.toSorted())).toContainEqual(['agent 0', 'tool:lookup']);
  });
});

describe('no server at all', () => {
  it.each([
    ['a closed port', 'http://127.0.0.1:9', /ECONNREFUSED|connect/],
    ['a name that is none', 'http://no-such-host.invalid', /ENOTFOUND|EAI_AGAIN|getaddrinfo/],
    ['a name with two addresses, both closed', 'http://localhost:9', /ECONNREFUSED|connect/],
    ['a port that speaks no TLS', 'https://127.0.0.1:9', /ECONNREFUSED|connect/],
  ])('%s: end tells it, and nothing throws [T35, V107]', async (_, baseUrl, error) => {
    const exporter = new HttpTraceExporter({ baseUrl, token: 'clew_test' });
    const tracer = createTracer({ exporter, logger: new RecordingLogger() });
    const trace = tracer.trace('lost');
    expect(await trace.end()).toMatchObject({ ok: false, error: expect.stringMatching(error) });
    expect(await tracer.flush()).toMatchObject({ sent: 0, dropped: 0, pending: 1 });
  });

  it('a plain server where TLS is spoken', async () => {
    await using server = await IngestServer.start();
    const exporter = new HttpTraceExporter({ baseUrl: server.baseUrl.replace('http:', 'https:') });
    const tracer = createTracer({ exporter, logger: new RecordingLogger() });
    tracer.trace('lost', () => 1);
    expect(await tracer.flush()).toMatchObject({ sent: 0, pending: 1 });
  });

  it('the queue holds ten thousand spans; the oldest traces go, and one warning says so [A93, V93, V109, V111, T36]', async () => {
    const logger = new RecordingLogger();
    const exporter = new HttpTraceExporter({ baseUrl: 'http://127.0.0.1:9' });
    const tracer = createTracer({ exporter, logger });
    makeTraces(tracer, 10_010, 1);
    const { dropped, pending, reasons } = await tracer.flush({ timeoutMs: 50 });
    expect({ dropped, pending, reasons }).toEqual({
      dropped: 10,
      pending: 10_000,
      reasons: { 'the queue was full': 10 },
    });
    expect(logger.warnings('queue-full')).toHaveLength(1);
  });
});

describe('wrong options of the HTTP exporter', () => {
  it.each([
    [{ baseUrl: 'no address' }, 'baseUrl'],
    [{ baseUrl: 'ftp://host' }, 'baseUrl'],
    [{ baseUrl: 'http://user:secret@host' }, 'baseUrl'],
    [{ baseUrl: 'https://traces.example.com' }, 'token'],
    [{ token: '' }, 'token'],
    [{ spool: '' }, 'spool'],
    [{ timeoutMs: 0 }, 'timeoutMs'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs'],
  ])('%j', (options, option) => {
    expect(() => new HttpTraceExporter(options)).toThrow(expect.objectContaining({ name: 'ClewConfigError', option }));
    expect(() => new HttpTraceExporter(options)).not.toThrow(/secret/);
  });
});
