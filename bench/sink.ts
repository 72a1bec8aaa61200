/**
 * A server that takes traces and looks at none, in a process of its own, so that its work is not counted. Run by itself
 * it is that process: its argument says whether it answers or hangs.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type SinkManner = 'answer' | 'hang';

export interface Sink {
  readonly baseUrl: string;
  stop(): void;
}

export async function startSink(manner: SinkManner): Promise<Sink> {
  const child = fork(import.meta.filename, [manner], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const [port]: unknown[] = await once(child, 'message');
  return { baseUrl: `http://127.0.0.1:${String(port)}`, stop: () => child.kill() };
}

async function serve(manner: string | undefined): Promise<void> {
  const server = createServer((request, response) => {
    request.resume();
    if (manner !== 'hang') request.once('end', () => response.end('{"accepted":0,"rejected":[]}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address: string | AddressInfo | null = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
  process.once('disconnect', () => process.exit());
}

if (import.meta.main) await serve(process.argv[2]);
