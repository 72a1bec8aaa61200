import { createTracer, type Logger } from 'clew';
import { expect, it } from 'vitest';
import { receive } from './receiver.ts';
import { WebhookExporter } from './webhook-exporter.ts';

const quiet: Logger = { debug: () => {}, warn: () => {} };

it('posts the traces of one moment in one request', async () => {
  const receiver = await receive();
  const clew = createTracer({ exporter: new WebhookExporter(receiver.url) });
  clew.trace('first', () => 1);
  clew.trace('second', () => 2);
  expect(await clew.shutdown()).toEqual({ sent: 2, dropped: 0, pending: 0, reasons: {} });
  receiver.close();

  const lines = receiver.bodies.flatMap((body) => body.split('\n'));
  expect(receiver.bodies).toHaveLength(1);
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([{ name: 'first' }, { name: 'second' }]);
});

it('costs its own records, and nothing else, when the server refuses', async () => {
  const receiver = await receive(500);
  const clew = createTracer({ exporter: new WebhookExporter(receiver.url), logger: quiet });
  expect(clew.trace('first', () => 'done')).toBe('done');
  expect(await clew.flush()).toMatchObject({ sent: 0, dropped: 1, reasons: { 'the webhook answered 500': 1 } });
  receiver.close();
});
