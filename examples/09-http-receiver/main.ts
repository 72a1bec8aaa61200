import { once } from 'node:events';
import { HttpTraceExporter, init } from 'clew';
import { createReceiver } from './receiver.ts';

const receiver = createReceiver(({ traces }) => {
  for (const { name, spans } of traces) console.log(`received ${name}: ${spans.length} spans`);
});
receiver.listen(0, '127.0.0.1');
await once(receiver, 'listening');
const address = receiver.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;

const clew = init({ name: 'shop', exporter: new HttpTraceExporter({ baseUrl: `http://127.0.0.1:${port}` }) });
clew.trace('order', (trace) => trace.span('tool:pay', { kind: 'tool' }, () => 'paid'));

console.log(await clew.flush());
await clew.shutdown();
receiver.close();
