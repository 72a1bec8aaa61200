import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type PretendCall, pretendCall, tone } from './pretend-call.ts';

const mebibyte = 1_048_576;
const userFrame = tone({ level: 3_000 });
const agentFrame = tone();

/** What is held, in MiB, once garbage is gone; what arrays held outside of the heap goes a turn later. */
async function held(): Promise<number> {
  globalThis.gc?.();
  await nextTurn();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / mebibyte;
}

/** Ten seconds: the user is always there, the agent is given four seconds at once, and every third time interrupted. */
function talk({ recorder, pass }: PretendCall, turn: number): void {
  pass(4_000, () => userFrame);
  for (let n = 0; n < 200; n += 1) recorder.agent.captured(agentFrame);
  recorder.agent.started();
  pass(3_000, () => userFrame);
  if (turn % 3 === 0) recorder.agent.finished(2_900, true);
  pass(3_000, () => userFrame);
  if (turn % 3 !== 0) recorder.agent.finished(4_000, false);
}

describe('a call of two hours', () => {
  // Ten seconds on a machine that does nothing else.
  it(
    'is held in a few MiB that do not grow, and costs little of the time of its frames',
    { timeout: 120_000 },
    async () => {
      const call = pretendCall({ key: randomBytes(32) });
      const before = await held();
      const samples: number[] = [];
      let spent = 0;
      for (let turn = 0; turn < 720; turn += 1) {
        const start = process.cpuUsage();
        talk(call, turn);
        const { user, system } = process.cpuUsage(start);
        spent += user + system;
        await call.caughtUp();
        if (turn % 60 === 59) samples.push((await held()) - before);
      }
      const recording = await call.close();
      expect(recording.durationMs).toBe(7_200_000);
      expect(call.failures).toEqual([]);
      expect(Math.max(...samples)).toBeLessThan(30);
      expect(Math.abs((samples.at(-1) ?? 0) - (samples[0] ?? 0))).toBeLessThan(3);
      // Microseconds of this process for a frame, of 500 and 200 in ten seconds: what else the machine does is not counted.
      expect(spent / (720 * 700)).toBeLessThan(50);
      await recording.remove();
    },
  );
});
