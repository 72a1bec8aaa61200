import { init } from 'clew';
import { receive } from './receiver.ts';
import { WebhookExporter } from './webhook-exporter.ts';

const receiver = await receive();
const clew = init({ name: 'webhook', exporter: new WebhookExporter(receiver.url) });

for (const name of ['first', 'second', 'third']) clew.trace(name, () => name);

console.log(await clew.flush());
console.log(`${receiver.bodies.length} request with ${receiver.bodies.join('').split('\n').length} traces`);
await clew.shutdown();
receiver.close();
