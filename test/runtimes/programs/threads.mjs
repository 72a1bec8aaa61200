// Each thread and each process of a cluster has a tracer of its own.
import { init, InMemoryTraceExporter, traced } from 'clew';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

const memory = new InMemoryTraceExporter();
const clew = init({ exporter: memory });
await traced('run', async (n) => n)(1);
const own = [memory.traces.length, (await clew.flush()).sent];
if (!isMainThread) parentPort.postMessage(own);
else if (cluster.isPrimary) {
  const [said] = await once(new Worker(new URL(import.meta.url)), 'message');
  const child = cluster.fork();
  const [message] = await once(child, 'message');
  const [code] = await once(child, 'exit');
  console.log(JSON.stringify({ own, thread: said, child: message, code }));
} else process.send(own, () => process.exit(0));
