/**
 * `npm run test:next`: builds and starts the Next.js example with the packed package, asks its
 * routes, and looks at the traces; then the same with `next dev`, whose module is edited between two requests. It
 * installs Next from its own lock file, which takes a minute, and is no part of `npm test`.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { readTrace } from '../src/span/reader.ts';
import { packTarball } from './packed-tarball.ts';

const run = promisify(execFile);
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
const traceFile = 'traces.ndjson';
const folder = await mkdtemp(join(tmpdir(), 'clew-next-'));

try {
  await cp('examples/15-nextjs', folder, { recursive: true });
  await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
  const tarball = await packTarball(folder);
  await run('npm', ['install', '--no-save', '--no-audit', '--no-fund', tarball], { cwd: folder });
  await next('build');
  await withServer('start', askRoutes);
  deepEqual(await readTraces(), expectedTraces('next-example'));
  console.log('next build and next start: every trace is there, once');

  await rm(join(folder, traceFile));
  await withServer('dev', async (address) => {
    await askRoutes(address);
    const tracing = join(folder, 'tracing.js');
    const source = await readFile(tracing, 'utf8');
    await writeFile(tracing, source.replace("'next-example'", "'edited'"));
    while ((await readTraces()).at(-1)?.service !== 'edited') await ask(address, '/api/stream');
    await rm(join(folder, traceFile));
    await askRoutes(address);
  });
  deepEqual(await readTraces(), expectedTraces('edited'));
  console.log('next dev: after an edit, all routes record through the new tracer');
} finally {
  await rm(folder, { recursive: true, force: true });
}

interface Trace {
  readonly service: string;
  readonly name: string;
  readonly outcome: string;
  readonly spans: readonly string[];
}

function expectedTraces(service: string): readonly Trace[] {
  return [
    { service, name: 'answer-request', outcome: 'ok', spans: ['answer-request', 'lookup'] },
    { service, name: 'stream-request', outcome: 'ok', spans: ['stream-request', 'answer', 'lookup'] },
  ];
}

async function askRoutes(address: string): Promise<void> {
  equal(await ask(address, '/api/answer?order=ord_9'), '{"id":"ord_9","state":"shipped"}');
  equal(await ask(address, '/api/stream?order=ord_2'), 'Your order ord_2 is shipped');
  equal(await ask(address, '/api/edge'), '{"traced":false}');
}

async function ask(address: string, path: string): Promise<string> {
  const response = await fetch(`${address}${path}`);
  const text = await response.text();
  equal(response.status, 200, text);
  return text;
}

async function readTraces(): Promise<readonly Trace[]> {
  const lines = (await readFile(join(folder, traceFile), 'utf8')).trim().split('\n');
  return lines.flatMap((line) => {
    const trace = readTrace(line);
    if (trace === undefined) return [];
    return [{ service: trace.service.name, name: trace.name, outcome: trace.outcome, spans: trace.spans.map(nameOf) }];
  });
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

async function next(command: string): Promise<void> {
  await run(process.execPath, [nextBinary(), command], { cwd: folder, env });
}

function nextBinary(): string {
  return join(folder, 'node_modules/next/dist/bin/next');
}

/** Until the work is done; what was recorded is in the file when the server has ended. */
async function withServer(command: string, work: (address: string) => Promise<void>): Promise<void> {
  const port = await freePort();
  const args = [nextBinary(), command, '-H', '127.0.0.1', '-p', String(port)];
  const server = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => server.once('close', resolve));
  try {
    for await (const line of createInterface(server.stdout)) if (line.includes('Ready')) break;
    server.stdout.resume();
    await work(`http://127.0.0.1:${port}`);
  } finally {
    server.kill();
    await ended;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
