import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';

interface Batch {
  readonly traces: readonly { readonly name: string; readonly spans: readonly unknown[] }[];
}

/** Everything that a receiver of `HttpTraceExporter` has to do: unzip, keep, and say how much it took. */
export function createReceiver(keep: (batch: Batch) => void): Server {
  return createServer((request, response) => {
    void json(request.pipe(createGunzip())).then((body) => {
      const batch = body as Batch;
      keep(batch);
      const accepted = batch.traces.reduce((sum, { spans }) => sum + spans.length, 0);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ accepted, rejected: [] }));
    });
  });
}
