import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { currentSpan, generation, traced } from 'clew';
import { Recording } from './recording.ts';

function createWords(log: string[] = []) {
  return async function* words(...given: string[]): AsyncGenerator<string, number, string | undefined> {
    log.push('begin');
    try {
      for (const word of given) {
        await Promise.resolve();
        const sent = yield word;
        if (sent !== undefined) log.push(`got ${sent}`);
      }
      return given.length;
    } finally {
      await Promise.resolve();
      log.push('finally');
    }
  };
}

describe('an asynchronous generator', () => {
  it('stays lazy: never read, it never ran, and there is no span', async () => {
    const recording = new Recording();
    const log: string[] = [];
    await recording.run(async () => {
      const words = traced(createWords(log));
      expect(await words('a').return(7)).toEqual({ done: true, value: 7 });
    });
    expect(log).toEqual([]);
    expect(recording.trees).toBe('');
  });

  it('leaves a record where it fails before its first part', async () => {
    const recording = new Recording();
    const generator = recording.run(() => traced(createWords())('a'));
    await expect(generator.throw(new Error('thrown in'))).rejects.toThrow('thrown in');
    expect(recording.trees).toBe('words  ERROR: thrown in');
  });

  it('yields, returns and takes the same values', async () => {
    const read = async (words: (...given: string[]) => AsyncGenerator<string, number, string | undefined>) => {
      const generator = words('a', 'b');
      return [await generator.next(), await generator.next('x'), await generator.next(), await generator.next()];
    };
    const recording = new Recording();
    const bare = await read(createWords());
    expect(await recording.run(() => read(traced(createWords())))).toEqual(bare);
    expect(recording.span('words').output).toEqual({ yielded: 'ab', returned: 2 });
  });

  it('answers several next() at once in their order', async () => {
    const recording = new Recording();
    const steps = await recording.run(() => {
      const generator = traced(createWords())('a', 'b');
      return Promise.all([generator.next(), generator.next(), generator.next(), generator.next()]);
    });
    expect(steps.map(({ value }) => value)).toEqual(['a', 'b', 2, undefined]);
    expect(recording.trees).toBe('words');
  });

  it('nests its children, and not what its consumer calls between two steps', async () => {
    const recording = new Recording();
    const inside = traced('inside', async (word: string) => word);
    const outside = traced('outside', async (word: string) => word);
    const produce = traced('produce', async function* () {
      yield await inside('a');
      await nextTurn();
      yield await inside('b');
    });
    await recording.run(() =>
      recording.tracer.trace('consumer', async () => {
        for await (const word of produce()) {
          expect(currentSpan()?.name).toBe('consumer');
          await outside(word);
        }
      }),
    );
    expect(recording.trees).toBe('consumer\n  produce\n    inside\n    inside\n  outside\n  outside');
  });

  it('runs the user’s finally at break and ends as cancelled with what was yielded so far', async () => {
    const recording = new Recording();
    const log: string[] = [];
    await recording.run(async () => {
      for await (const word of traced(createWords(log))('one ', 'two ', 'three')) if (word === 'two ') break;
    });
    expect(log).toEqual(['begin', 'finally']);
    expect(recording.trees).toBe('words  [cancelled]');
    expect(recording.span('words').output).toBe('one two ');
  });

  it('runs the user’s finally when the loop’s body throws, and that error is not the span’s', async () => {
    const recording = new Recording();
    const log: string[] = [];
    const error = new Error('of the reader');
    const read = async () => {
      for await (const _ of traced(createWords(log))('a', 'b')) throw error;
    };
    await expect(recording.run(read)).rejects.toBe(error);
    expect(log).toEqual(['begin', 'finally']);
    expect(recording.trees).toBe('words  [cancelled]');
  });

  it('fails in mid-stream with the same object, to the caller and the span', async () => {
    const recording = new Recording();
    const error = new Error('connection lost');
    const seen: string[] = [];
    const failing = traced('failing', async function* () {
      yield 'one ';
      yield 'two';
      throw error;
    });
    const read = async () => {
      for await (const part of failing()) seen.push(part);
    };
    await expect(recording.run(read)).rejects.toBe(error);
    expect(seen).toEqual(['one ', 'two']);
    expect(recording.trees).toBe('failing  ERROR: connection lost');
    expect(recording.span('failing').output).toBe('one two');
  });

  it('can be thrown into, and may handle it', async () => {
    const recording = new Recording();
    const error = new Error('thrown in');
    const careful = traced('careful', async function* () {
      try {
        yield 1;
      } catch (caught) {
        yield caught;
      }
    });
    await recording.run(async () => {
      const generator = careful();
      await generator.next();
      expect(await generator.throw(error)).toEqual({ done: false, value: error });
      expect(await generator.next()).toEqual({ done: true, value: undefined });
    });
    expect(recording.trees).toBe('careful');
  });

  it('delegates with yield*, both ways, and each generator is a span', async () => {
    const recording = new Recording();
    const log: string[] = [];
    const inner = traced('inner', createWords(log));
    const outer = traced('outer', async function* () {
      const count: number = yield* inner('a', 'b');
      yield String(count);
    });
    const values: unknown[] = [];
    await recording.run(async () => {
      const generator = outer();
      for (const sent of [undefined, 'hello', undefined, undefined]) values.push((await generator.next(sent)).value);
    });
    expect(values).toEqual(['a', 'b', '2', undefined]);
    expect(log).toEqual(['begin', 'got hello', 'finally']);
    expect(recording.trees).toBe('outer\n  inner');
  });

  // Node 22 has no disposal of generators.
  it.runIf(Symbol.asyncDispose in createWords()())('is disposed of as ever', async () => {
    const recording = new Recording();
    const log: string[] = [];
    await recording.run(async () => {
      await using generator = traced(createWords(log))('a', 'b');
      await generator.next();
    });
    expect(log).toEqual(['begin', 'finally']);
    expect(recording.trees).toBe('words  [cancelled]');
  });

  it('of a generation tells the time to its first part', async () => {
    const recording = new Recording();
    class Model {
      @generation
      words() {
        return createWords()('a');
      }
    }
    await recording.run(async () => {
      for await (const _ of new Model().words()) await nextTurn();
    });
    const { ttftMs, durationMs } = recording.span('words');
    expect(ttftMs).toBeGreaterThanOrEqual(0);
    expect(ttftMs).toBeLessThanOrEqual(durationMs ?? 0);
  });
});
