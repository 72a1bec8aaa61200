import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { init, InMemoryTraceExporter } from 'clew';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { OrderModule } from './orders.ts';

const exporter = new InMemoryTraceExporter();
const tracer = init({ exporter });
let app: INestApplication;

beforeAll(async () => {
  app = await NestFactory.create(OrderModule, { logger: false });
  await app.listen(0, '127.0.0.1');
});

afterEach(() => exporter.clear());

afterAll(async () => {
  await app.close();
  await tracer.shutdown();
});

it('traces a request through controller and service', async () => {
  const response = await fetch(`${await app.getUrl()}/orders/ord_1`, { headers: { 'x-user': 'u1' } });
  expect(await response.json()).toEqual({ id: 'ord_1', total: 12 });

  const [trace] = exporter.traces;
  expect(trace).toMatchObject({ name: 'GET /orders/:id', userId: 'u1', output: { id: 'ord_1', total: 12 } });
  expect(trace?.spans).toMatchObject([
    { name: 'GET /orders/:id', input: { id: 'ord_1', user: 'u1' } },
    { name: 'find', kind: 'tool', parentId: trace?.spans[0]?.spanId },
  ]);
});

it("leaves Nest's own error answer as it is", async () => {
  const response = await fetch(`${await app.getUrl()}/orders/ord_404`);
  expect(response.status).toBe(404);
  expect(exporter.traces[0]?.spans.map(({ name, error }) => ({ name, error }))).toEqual([
    { name: 'GET /orders/:id', error: 'no order ord_404' },
    { name: 'find', error: 'no order ord_404' },
  ]);
});
