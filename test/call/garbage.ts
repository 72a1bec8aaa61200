import { setImmediate as nextTurn } from 'node:timers/promises';

const mostTurns = 200;

/** Collects garbage, turn by turn of the event loop, until `isDone`: the collector owes nobody a moment. */
export async function collectUntil(isDone: () => boolean): Promise<void> {
  if (globalThis.gc === undefined) throw new Error('the tests need --expose-gc');
  for (let turn = 0; turn < mostTurns && !isDone(); turn += 1) {
    // A WeakRef that was read keeps its object until the turn ends: collect in a turn of its own.
    await nextTurn();
    globalThis.gc();
  }
}
