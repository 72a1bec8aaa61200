import type { Running, Subject } from '../subject.ts';

export interface Called {
  id: string;
  at: number;
}

const callsPerTurn = 1000;

/** One asynchronous function, called and awaited over and over: here the call itself is what is measured. */
export function calling(fn: (id: string, at: number) => Promise<Called>): Running {
  return {
    unitsPerTurn: callsPerTurn,
    turnsPerBatch: 100,
    async turn() {
      let sum = 0;
      for (let call = 0; call < callsPerTurn; call += 1) sum += (await fn('acct_1', call)).at;
      return sum;
    },
    async teardown() {},
  };
}

export async function lookup(id: string, at: number): Promise<Called> {
  return { id, at };
}

export const callBare: Subject = {
  name: 'call-bare',
  async setup() {
    return calling(lookup);
  },
};
