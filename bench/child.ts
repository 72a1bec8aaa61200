/**
 * The process in which one subject runs. Its parent gives the orders, so that the rounds of all subjects interleave.
 * Arguments: the subject's name, milliseconds of warm-up, milliseconds of CPU a round should take.
 */
import { loadSubject } from './catalogue.ts';
import { runRound, warmUp } from './measurement.ts';
import type { Answer, Order } from './orders.ts';
import { isOrder } from './orders.ts';
import { profileSelfTime } from './profile.ts';
import type { Running } from './subject.ts';

globalThis.fetch = () => Promise.reject(new Error('The bench contacts nobody.'));

async function start(name: string, warmUpMs: number, roundMs: number): Promise<(order: Order) => Promise<Answer>> {
  const running: Running = await (await loadSubject(name)).setup();
  const batches = await warmUp(running, warmUpMs, roundMs);
  return async (order) => {
    if (order === 'round') return { type: 'sample', sample: await runRound(running, batches) };
    if (order === 'profile') return { type: 'profile', ...(await profileSelfTime(() => runRound(running, batches))) };
    await running.teardown();
    setImmediate(() => process.exit());
    return { type: 'stopped' };
  };
}

function answer(message: Answer): void {
  if (process.connected) process.send?.(message);
}

function fail(error: unknown): void {
  answer({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
}

const [name = '', warmUpMs = '0', roundMs = '0'] = process.argv.slice(2);
const ready = start(name, Number(warmUpMs), Number(roundMs));
process.on('message', (order) => {
  if (isOrder(order)) ready.then((carryOut) => carryOut(order)).then(answer, fail);
});
ready.then(() => answer({ type: 'ready' }), fail);
