import { once } from 'node:events';
import { createTracer, HttpTraceExporter } from 'clew';
import { expect, it } from 'vitest';
import { createReceiver } from './receiver.ts';

it('takes what the exporter sends', async () => {
  const names: string[] = [];
  const receiver = createReceiver(({ traces }) => names.push(...traces.map(({ name }) => name)));
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const address = receiver.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const clew = createTracer({ exporter: new HttpTraceExporter({ baseUrl: `http://127.0.0.1:${port}` }) });
  clew.trace('one', () => 1);
  clew.trace('two', () => 2);
  expect(await clew.shutdown()).toEqual({ sent: 2, dropped: 0, pending: 0, reasons: {} });
  expect(names).toEqual(['one', 'two']);
  receiver.close();
});
