import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { init } from 'clew';
import { OrderModule } from './orders.ts';

const clew = init({ name: 'orders', mode: 'console' });
const app = await NestFactory.create(OrderModule, { logger: false });
await app.listen(0, '127.0.0.1');

for (const id of ['ord_1', 'ord_404']) {
  const response = await fetch(`${await app.getUrl()}/orders/${id}`, { headers: { 'x-user': 'u1' } });
  console.log(response.status, await response.text());
}

await app.close();
await clew.shutdown();
