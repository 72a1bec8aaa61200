/**
 * What a million spans do to the program around them: how late its event loop gets, and what stays in memory. Run by
 * itself this file is the process of one row; its arguments are the row's name, how many spans, and the work of a turn.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import type { Tracer, TraceExporter } from '../dist/index.js';
import { runAside } from './aside.ts';
import { startSink } from './sink.ts';
import { temporaryFolder } from './subjects/temporary-file.ts';
import { createAgent, spansPerTurn } from './workload.ts';
import type { Instrument } from './workload.ts';

export interface Endurance {
  readonly spans: number;
  /** Milliseconds by which a timer of one millisecond was late. */
  readonly delayP99: number;
  readonly delayMax: number;
  /** Bytes in use after a full collection: before the first span, and after the last. */
  readonly heapBefore: number;
  readonly heapAfter: number;
  readonly heapMost: number;
  readonly cpuSeconds: number;
  /** What the tracer says of itself; undefined without one. */
  readonly account?: { readonly sent: number; readonly dropped: number; readonly pending: number };
  /** Milliseconds that a flush with a deadline of a second took. */
  readonly flushMs?: number;
}

export interface EnduranceRow {
  readonly name: string;
  readonly label: string;
}

export const enduranceRows: readonly EnduranceRow[] = [
  { name: 'untraced', label: 'the bare functions' },
  { name: 'refused', label: 'clew, HTTP, nobody listens' },
  { name: 'hanging', label: 'clew, HTTP, the server never answers' },
  { name: 'sqlite', label: 'clew, local mode (SQLite)' },
];

/** `workUs`: microseconds of CPU that each turn takes beside its tracing. */
export async function endure(name: string, spans: number, workUs: number): Promise<Endurance> {
  const result = await runAside(import.meta.filename, [name, String(spans), String(workUs)]);
  if (!isEndurance(result)) throw new Error(`the process of '${name}' answered ${JSON.stringify(result)}`);
  return result;
}

function isEndurance(message: unknown): message is Endurance {
  return typeof message === 'object' && message !== null && 'delayP99' in message;
}

interface Started {
  readonly instrument: Instrument;
  readonly tracer: Tracer | undefined;
  readonly stop: () => void;
}

async function startRow(name: string): Promise<Started> {
  if (name === 'untraced') return { instrument: (_step, fn) => fn, tracer: undefined, stop: () => {} };
  const { HttpTraceExporter, init, SqliteTraceExporter } = await import('../dist/index.js');
  const { clewInstrument } = await import('./subjects/clew-instrument.ts');
  const start = (exporter: TraceExporter, stop: () => void): Started => {
    const logger = { warn: () => {}, debug: () => {} };
    return { instrument: clewInstrument, tracer: init({ name: 'bench', exporter, logger }), stop };
  };
  if (name === 'sqlite') {
    const folder = temporaryFolder();
    return start(new SqliteTraceExporter(join(folder.path, 'clew.db')), folder.remove);
  }
  if (name === 'hanging') {
    const sink = await startSink('hang');
    return start(new HttpTraceExporter({ baseUrl: sink.baseUrl, timeoutMs: 1_000 }), sink.stop);
  }
  return start(new HttpTraceExporter({ baseUrl: `http://127.0.0.1:${await freePort()}` }), () => {});
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address: string | AddressInfo | null = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function heap(): number {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

/** Work that no compiler can leave out, and that makes no garbage. */
function work(us: number): void {
  const until = performance.now() + us / 1000;
  while (performance.now() < until);
}

async function runRow(name: string, spans: number, workUs: number): Promise<Endurance> {
  const { instrument, tracer, stop } = await startRow(name);
  const turn = createAgent(instrument);
  for (let warm = 0; warm < 2_000; warm += 1) {
    await turn();
    await setImmediate();
  }
  globalThis.gc?.();
  const heapBefore = heap();
  let heapMost = 0;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const cpu = process.cpuUsage();
  delay.enable();
  for (let made = 0; made < spans; made += spansPerTurn) {
    await turn();
    if (workUs > 0) work(workUs);
    await setImmediate();
    if (made % 50_000 < spansPerTurn) heapMost = Math.max(heapMost, heap());
  }
  delay.disable();
  const { user, system } = process.cpuUsage(cpu);
  globalThis.gc?.();
  const heapAfter = heap();
  const started = performance.now();
  const account = await tracer?.flush({ timeoutMs: 1_000 });
  const flushMs = performance.now() - started;
  stop();
  return {
    spans,
    delayP99: delay.percentile(99) / 1e6,
    delayMax: delay.max / 1e6,
    heapBefore,
    heapAfter,
    heapMost,
    cpuSeconds: (user + system) / 1e6,
    ...(account === undefined ? {} : { account, flushMs }),
  };
}

if (import.meta.main) {
  const [name = '', spans = '0', workUs = '0'] = process.argv.slice(2);
  process.send?.(await runRow(name, Number(spans), Number(workUs)));
}
