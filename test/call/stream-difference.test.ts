import * as fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { Recording } from './recording.ts';

/** What a program may do with a stream and its readers, in any order. */
const actions = [
  'read',
  'read twice',
  'cancel the reader',
  'cancel the stream',
  'release',
  'lock again',
  'tee',
  'pipe',
  'pipe through',
  'iterate a step',
  'leave the loop',
] as const;
type Action = (typeof actions)[number];

interface Plan {
  readonly parts: number;
  readonly ending: 'close' | 'error' | 'hang';
  readonly highWaterMark: number;
  readonly isBytes: boolean;
  readonly isLater: boolean;
  readonly program: readonly Action[];
}

/**
 * A stream that fails drops what it has queued, and a branch of `tee` queues a part: how much a pipe has taken by then is a
 * matter of microtasks, in which a traced one may differ.
 */
function withoutRaces(plan: Plan): Plan {
  if (plan.ending !== 'error' || !plan.program.includes('tee')) return plan;
  return { ...plan, program: plan.program.filter((action) => action !== 'pipe' && action !== 'pipe through') };
}

const anyPlan: fc.Arbitrary<Plan> = fc.record({
  parts: fc.nat(4),
  ending: fc.constantFrom('close', 'error', 'hang'),
  highWaterMark: fc.nat(2),
  isBytes: fc.boolean(),
  isLater: fc.boolean(),
  program: fc.array(fc.constantFrom(...actions), { maxLength: 12 }),
});
const plans = anyPlan.map(withoutRaces);

async function turns(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await nextTurn();
}

/** Drives one stream, and writes down all that a program can see. */
class Run {
  readonly log: string[] = [];
  readonly #plan: Plan;
  #stream: ReadableStream<unknown>;
  #reader: ReadableStreamDefaultReader<unknown> | undefined;
  #iterator: AsyncIterator<unknown> | undefined;
  #pulls = 0;

  constructor(plan: Plan, wrap: (stream: ReadableStream<unknown>) => ReadableStream<unknown>) {
    this.#plan = plan;
    this.#stream = wrap(this.#source());
  }

  async finish(): Promise<readonly string[]> {
    for (const [index, action] of this.#plan.program.entries()) {
      this.#act(action, index);
      // An observed promise settles a few microtasks later: what counts is the order beyond that.
      await turns();
      this.log.push(`${index} locked ${this.#stream.locked} pulls ${this.#pulls}`);
    }
    return [...this.log];
  }

  #source(): ReadableStream<unknown> {
    const { isBytes, parts, ending, isLater } = this.#plan;
    // See withoutRaces.
    const highWaterMark = ending === 'error' ? 0 : this.#plan.highWaterMark;
    const pull = async (controller: ReadableStreamDefaultController | ReadableByteStreamController): Promise<void> => {
      this.#pulls += 1;
      const count = this.#pulls;
      if (isLater) await nextTurn();
      if (count <= parts) controller.enqueue(new Uint8Array([count]));
      else if (ending === 'close') controller.close();
      else if (ending === 'error') controller.error(new Error('cut off'));
      else await new Promise(() => {});
    };
    const cancel = (reason: unknown): void => void this.log.push(`source cancelled: ${String(reason)}`);
    return isBytes
      ? new ReadableStream({ type: 'bytes', pull, cancel }, { highWaterMark })
      : new ReadableStream({ pull, cancel }, { highWaterMark });
  }

  #act(action: Action, index: number): void {
    const note = (what: string): void => void this.log.push(`${index} ${action}: ${what}`);
    const settle = (promise: Promise<unknown>): void => {
      promise.then(
        (value) => note(`fulfilled ${JSON.stringify(value)}`),
        (error: unknown) => note(`rejected ${String(error)}`),
      );
    };
    try {
      switch (action) {
        case 'read twice':
          settle(this.#take().read());
          return settle(this.#take().read());
        case 'read':
          return settle(this.#take().read());
        case 'cancel the reader':
          return settle(this.#take().cancel('reader'));
        case 'cancel the stream':
          return settle(this.#stream.cancel('stream'));
        case 'release':
          return this.#take().releaseLock();
        case 'lock again':
          this.#reader = this.#stream.getReader();
          return settle(this.#reader.closed);
        case 'tee': {
          const [first, second] = this.#stream.tee();
          this.#stream = first;
          this.#reader = undefined;
          return settle(second.getReader().read());
        }
        case 'pipe':
          return settle(this.#stream.pipeTo(this.#sink(note), { preventCancel: index % 2 === 0 }));
        case 'pipe through': {
          const piped = this.#stream.pipeThrough(new TransformStream<unknown, unknown>());
          this.#reader = undefined;
          this.#stream = piped;
          return;
        }
        case 'iterate a step':
          this.#iterator ??= this.#stream.values({ preventCancel: index % 2 === 0 });
          return settle(this.#iterator.next());
        case 'leave the loop':
          if (this.#iterator?.return !== undefined) settle(this.#iterator.return('left'));
          return;
      }
    } catch (error) {
      note(`threw ${String(error)}`);
    }
  }

  #take(): ReadableStreamDefaultReader<unknown> {
    if (this.#reader === undefined) {
      this.#reader = this.#stream.getReader();
      this.#reader.closed.catch(() => {});
    }
    return this.#reader;
  }

  #sink(note: (what: string) => void): WritableStream<unknown> {
    return new WritableStream({
      write: (part) => note(`wrote ${JSON.stringify(part)}`),
      close: () => note('closed'),
      abort: (reason: unknown) => note(`aborted ${String(reason)}`),
    });
  }
}

describe('any program', () => {
  it('sees of a traced web stream what it sees of an untraced one', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const recording = new Recording();
        const follow = traced('stream', (stream: ReadableStream<unknown>) => stream);
        const seen = await recording.run(() => new Run(plan, follow).finish());
        expect(seen).toEqual(await new Run(plan, (stream) => stream).finish());
      }),
      { numRuns: 300 },
    );
  });
});
