import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Receiver {
  readonly url: string;
  /** Bodies, in the order in which they came. */
  readonly bodies: readonly string[];
  close(): void;
}

/** A server on loopback that keeps what it is sent. */
export async function receive(status = 204): Promise<Receiver> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      response.writeHead(status).end();
    });
  });
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await listening;
  return { url: `http://127.0.0.1:${portOf(server)}`, bodies, close: () => server.close() };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
