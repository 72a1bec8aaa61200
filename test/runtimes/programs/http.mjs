// Sends a trace to a server in the same process; prints what the server and the flush say of it.
import { init, traced } from 'clew';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

const names = [];
const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const { traces } = JSON.parse(gunzipSync(Buffer.concat(parts)).toString());
  names.push(...traces.map(({ name }) => name));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ accepted: traces.length, rejected: [] }));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const clew = init({ mode: 'dev', baseUrl: `http://127.0.0.1:${server.address().port}` });
await traced('run', async (n) => n)(1);
const { sent, pending } = await clew.flush({ timeoutMs: 5_000 });
await clew.shutdown();
server.close();
server.closeAllConnections();
console.log(JSON.stringify({ names, sent, pending, reports: clew.stats().reports }));
