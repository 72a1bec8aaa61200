import { setImmediate } from 'node:timers/promises';
import type { Running } from './subject.ts';

export interface Sample {
  readonly units: number;
  readonly cpuNs: number;
  readonly wallNs: number;
}

async function runBatch(running: Running): Promise<Sample> {
  await running.reset?.();
  const cpu = process.cpuUsage();
  const wall = process.hrtime.bigint();
  for (let turn = 0; turn < running.turnsPerBatch; turn += 1) {
    await running.turn();
    // A real turn waits for somebody. Without this, thousands run in one tick of the loop, which no collector is tuned for.
    await setImmediate();
  }
  await running.settle?.();
  const wallNs = Number(process.hrtime.bigint() - wall);
  const { user, system } = process.cpuUsage(cpu);
  return { units: running.turnsPerBatch * running.unitsPerTurn, cpuNs: (user + system) * 1000, wallNs };
}

/** CPU of the whole process, garbage collection and compiler threads included: the host pays for those too. */
export async function runRound(running: Running, batches: number): Promise<Sample> {
  // A full collection would also throw away the compiled code of types that have no living instance at that moment, and
  // every round would begin with compiling it again.
  globalThis.gc?.({ type: 'minor' });
  let units = 0;
  let cpuNs = 0;
  let wallNs = 0;
  for (let batch = 0; batch < batches; batch += 1) {
    const sample = await runBatch(running);
    units += sample.units;
    cpuNs += sample.cpuNs;
    wallNs += sample.wallNs;
  }
  return { units, cpuNs, wallNs };
}

/** Runs until the compiler has had its say, and answers how many batches then fill a round of `roundMs`. */
export async function warmUp(running: Running, warmUpMs: number, roundMs: number): Promise<number> {
  const fewestBatches = 4;
  const until = performance.now() + warmUpMs;
  for (let batch = 0; batch < fewestBatches || performance.now() < until; batch += 1) await runBatch(running);
  const { cpuNs } = await runRound(running, fewestBatches);
  return Math.max(1, Math.ceil((roundMs * 1e6 * fewestBatches) / Math.max(cpuNs, 1)));
}
