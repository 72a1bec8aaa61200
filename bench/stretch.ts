/**
 * How long local mode keeps the event loop at a stretch, while it writes spans that are ready. Run by itself this file is
 * the process that is measured.
 */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { SqliteTraceExporter } from '../dist/index.js';
import { runAside } from './aside.ts';
import type { Summary } from './statistics.ts';
import { summarise } from './statistics.ts';
import { linesPerTurn, preparedTraces } from './subjects/lines.ts';
import { temporaryFolder } from './subjects/temporary-file.ts';
import { spansPerTurn } from './workload.ts';

const rounds = 10;

/** Milliseconds between two turns of the event loop. */
export interface Stretches extends Summary {
  readonly spans: number;
  readonly max: number;
  /** The one in which the file is opened and its tables are made. */
  readonly opening: number;
}

export async function measureStretches(): Promise<Stretches> {
  const result = await runAside(import.meta.filename, ['stretch']);
  if (!isStretches(result)) throw new Error(`the process answered ${JSON.stringify(result)}`);
  return result;
}

function isStretches(message: unknown): message is Stretches {
  return typeof message === 'object' && message !== null && 'opening' in message;
}

/** Every time between two turns of the event loop until `work` is done. */
async function timesDuring(work: Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  let isDone = false;
  void work.finally(() => (isDone = true));
  for (let last = performance.now(); !isDone;) {
    await setImmediate();
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  return times;
}

async function measure(): Promise<Stretches> {
  const folder = temporaryFolder();
  const exporter = new SqliteTraceExporter(join(folder.path, 'clew.db'));
  const opening = Math.max(...(await timesDuring(exporter.exportBatch([]))));
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const traces = await preparedTraces();
    // The traces themselves are garbage of the bench, not of the writer.
    globalThis.gc?.();
    times.push(...(await timesDuring(exporter.exportBatch(traces))));
  }
  folder.remove();
  return { ...summarise(times), max: Math.max(...times), opening, spans: rounds * linesPerTurn * spansPerTurn };
}

if (import.meta.main) process.send?.(await measure());
