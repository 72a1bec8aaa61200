import { rmSync } from 'node:fs';
import { FileTraceExporter, init, traced } from 'clew';

const path = '.clew/orders.ndjson';
rmSync(path, { force: true });
const clew = init({ name: 'orders', exporter: new FileTraceExporter(path) });

const findOrder = traced({ name: 'find_order', kind: 'tool' }, (id: string) => {
  if (id === 'ord_2') throw new Error('no such order');
  return { id, total: 12 };
});

for (const id of ['ord_1', 'ord_2', 'ord_3']) {
  await clew.trace('answer', { tags: [id] }, async (trace) => {
    trace.generation('plan', { model: 'claude-sonnet-4-6' }).end({ usage: { input_tokens: 50, output_tokens: 12 } });
    try {
      return findOrder(id);
    } catch {
      return 'I cannot find that order.';
    }
  });
}
await clew.shutdown();
console.log(`wrote ${path}`);
