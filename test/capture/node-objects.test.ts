import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createTracer, InMemoryTraceExporter, traced, withTracer } from 'clew';
import { describe, expect, it, vi } from 'vitest';
import { captured } from './recording.ts';

const secret = 'Bearer 9f8e7d6c5b4a39281706';

/** Serves one request with a traced handler: what its record holds, and what the client was sent. */
async function serve(handler: (req: IncomingMessage, res: ServerResponse) => unknown) {
  const exporter = new InMemoryTraceExporter();
  const tracer = createTracer({ exporter });
  const handle = traced({ name: 'handle', params: ['req', 'res'] }, handler);
  const server = createServer((req, res) => {
    Object.assign(req, { params: { id: 'o1' }, query: { page: '2' }, originalUrl: '/api/orders?page=2' });
    void withTracer(tracer, () => handle(req, res));
  }).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const asked = request({ port, host: '127.0.0.1', path: '/orders?page=2', method: 'POST', agent: false });
    asked.setHeader('authorization', secret).setHeader('x-request-id', 'req-1').end('hello');
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    const body = (await answer.toArray()).join('');
    await tracer.flush();
    return { body, span: exporter.traces[0]?.rootSpan, asked, answer };
  } finally {
    server.close();
  }
}

describe('streams, requests and timers of Node', () => {
  it('a handler of a server is recorded by what was asked, and no secret header is kept', async () => {
    const { body, span } = await serve(async (req, res) => {
      const text = (await req.toArray()).join('');
      res.statusCode = 201;
      res.end(text.toUpperCase());
    });
    expect(body).toBe('HELLO');
    expect(span?.input).toMatchObject({
      req: {
        $clew: 'stream',
        type: 'IncomingMessage',
        method: 'POST',
        url: '/orders?page=2',
        originalUrl: '/api/orders?page=2',
        headers: { authorization: '[masked]', 'x-request-id': 'req-1' },
        params: { id: 'o1' },
        query: { page: '2' },
      },
      res: { $clew: 'stream', type: 'ServerResponse', statusCode: 200 },
    });
    expect(span?.inputText).not.toContain('9f8e7d6c');
    expect(span?.inputText?.length).toBeLessThan(600);
  });

  it('the two ends of a client say what was asked and answered', async () => {
    const { asked, answer } = await serve((_, res) => void res.end());
    expect(captured({ asked, answer })).toMatchObject({
      asked: { $clew: 'stream', type: 'ClientRequest', method: 'POST', path: '/orders?page=2' },
      answer: { $clew: 'stream', type: 'IncomingMessage', statusCode: 200, headers: { connection: 'close' } },
    });
  });

  it('a stream is named, and nothing in its buffer is read or kept', async () => {
    const stream = new PassThrough();
    stream.write('held back');
    class Rows extends Readable {
      readonly connection = { password: 'hunter2' };
    }
    const file = createReadStream(fileURLToPath(import.meta.url));
    expect(captured({ stream, rows: new Rows(), file })).toEqual({
      stream: { $clew: 'stream', type: 'PassThrough' },
      rows: { $clew: 'stream', type: 'Rows' },
      file: { $clew: 'stream', type: 'ReadStream', path: fileURLToPath(import.meta.url) },
    });
    file.destroy();
    expect(String(stream.read())).toBe('held back');
  });

  it('a stream that says what it is as data is that', () => {
    class Rows extends Readable {
      toJSON() {
        return { table: 'orders' };
      }
    }
    expect(captured({ rows: new Rows() })).toEqual({ rows: { table: 'orders' } });
  });

  it('a getter that a framework put on a request is not run', () => {
    const run = vi.fn<() => string>(() => 'ran');
    const stream = new Readable();
    Object.defineProperty(stream, 'query', { get: run });
    captured({ stream });
    expect(run).not.toHaveBeenCalled();
  });

  it('a timer is named; a class of the same name is an object like any other', () => {
    const timer = setTimeout(() => {}, 1_000);
    const immediate = setImmediate(() => {});
    class Timeout {
      readonly afterMs = 5;
    }
    expect(captured({ timer, immediate, own: new Timeout() })).toEqual({
      timer: { $clew: 'object', type: 'Timeout' },
      immediate: { $clew: 'object', type: 'Immediate' },
      own: { afterMs: 5 },
    });
    clearTimeout(timer);
    clearImmediate(immediate);
  });
});
