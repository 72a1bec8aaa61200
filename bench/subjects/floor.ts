import { AsyncLocalStorage } from 'node:async_hooks';
import { customAlphabet } from 'nanoid';
import type { Subject } from '../subject.ts';
import { turnsPerBatch } from '../subject.ts';
import { createAgent, spansPerTurn } from '../workload.ts';

interface FloorSpan {
  readonly id: string;
  readonly name: string;
  readonly parent: FloorSpan | undefined;
  readonly startedAt: number;
  endedAt: number;
}

/** The least a tracer on AsyncLocalStorage can do: a context, an id, two clocks and an object. Nothing is captured or kept. */
export const floor: Subject = {
  name: 'floor',
  async setup() {
    const active = new AsyncLocalStorage<FloorSpan>();
    const newId = customAlphabet('0123456789abcdef', 16);
    return {
      unitsPerTurn: spansPerTurn,
      turnsPerBatch,
      turn: createAgent((step, fn) => (...args) => {
        const span = {
          id: newId(),
          name: step.name,
          parent: active.getStore(),
          startedAt: performance.now(),
          endedAt: 0,
        };
        const end = (): void => {
          span.endedAt = performance.now();
        };
        return active.run(span, fn, ...args).then(
          (value) => {
            end();
            return value;
          },
          (error: unknown) => {
            end();
            throw error;
          },
        );
      }),
      async teardown() {},
    };
  },
};
