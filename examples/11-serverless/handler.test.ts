import { once } from 'node:events';
import { createServer } from 'node:http';
import { createTracer, HttpTraceExporter, type Logger } from 'clew';
import { expect, it } from 'vitest';
import { createReceiver } from '../09-http-receiver/receiver.ts';
import { createHandler } from './handler.ts';

const quiet: Logger = { debug: () => {}, warn: () => {} };

async function portOf(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

it('sends each request’s trace behind its answer', async () => {
  const names: string[] = [];
  const receiver = createReceiver(({ traces }) => names.push(...traces.map(({ name }) => name)));
  const baseUrl = `http://127.0.0.1:${await portOf(receiver)}`;
  const handler = createHandler(createTracer({ exporter: new HttpTraceExporter({ baseUrl }) }));
  const background: Promise<unknown>[] = [];
  expect(await handler('why?', { waitUntil: (work) => background.push(work) })).toBe('You asked: why?');
  expect(await Promise.all(background)).toEqual([{ sent: 1, dropped: 0, pending: 0, reasons: {} }]);
  expect(names).toEqual(['answer']);
  receiver.close();
});

it('keeps nobody waiting when the server hangs: the flush is over at its deadline', async () => {
  const server = createServer(() => {});
  const baseUrl = `http://127.0.0.1:${await portOf(server)}`;
  const handler = createHandler(createTracer({ exporter: new HttpTraceExporter({ baseUrl }), logger: quiet }));
  const background: Promise<unknown>[] = [];
  expect(await handler('why?', { waitUntil: (work) => background.push(work) })).toBe('You asked: why?');
  expect(await Promise.all(background)).toEqual([{ sent: 0, dropped: 0, pending: 1, reasons: {} }]);
  server.closeAllConnections();
  server.close();
});
