import type { Subject } from '../subject.ts';
import { turnsPerBatch } from '../subject.ts';
import { createAgent, spansPerTurn } from '../workload.ts';

/** The functions as they are: what every other row has in it too, and is taken off again. */
export const bare: Subject = {
  name: 'bare',
  async setup() {
    return {
      unitsPerTurn: spansPerTurn,
      turnsPerBatch,
      turn: createAgent((_step, fn) => fn),
      async teardown() {},
    };
  },
};
