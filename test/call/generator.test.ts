import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { Recording } from './recording.ts';

function createCounter(log: string[]) {
  return function* count(last: number): Generator<number, string, string | undefined> {
    log.push('begin');
    try {
      for (let value = 1; value <= last; value += 1) {
        const sent = yield value;
        if (sent !== undefined) log.push(`got ${sent}`);
      }
      return 'all';
    } finally {
      log.push('finally');
    }
  };
}

describe('a generator', () => {
  it('stays lazy: never read, it never ran, and there is no span', () => {
    const recording = new Recording();
    const log: string[] = [];
    recording.run(() => {
      const generator = traced(createCounter(log))(3);
      expect(generator.return('early')).toEqual({ done: true, value: 'early' });
    });
    expect(log).toEqual([]);
    expect(recording.trees).toBe('');
  });

  it('leaves a record where it fails before its first part', () => {
    const recording = new Recording();
    const error = new Error('no start');
    const fail = (): number => {
      throw error;
    };
    const count = traced('count', function* (from = fail()) {
      yield from;
    });
    expect(() => recording.run(() => count())).toThrow(error);
    expect(() => recording.run(() => count(1).throw(error))).toThrow(error);
    expect(recording.trees).toBe('count  ERROR: no start\ncount  ERROR: no start');
  });

  it('begins its span at the first next(), under the span it was called in', () => {
    const recording = new Recording();
    const count = traced('count', createCounter([]));
    const generator = recording.run(() => recording.tracer.trace('caller', () => [count(1)]))[0];
    const called = recording.span('caller');
    expect([...(generator ?? [])]).toEqual([1]);
    expect(recording.trees).toBe('caller\n  count');
    expect(recording.span('count').startedAt).toBeGreaterThanOrEqual(called.endedAt ?? Infinity);
  });

  it('records the input as it was at the call, not at the first next()', () => {
    const recording = new Recording();
    const list = [1, 2];
    const walk = traced('walk', function* (items: number[]) {
      yield* items;
    });
    recording.run(() => {
      const generator = walk(list);
      list.push(3);
      expect([...generator]).toEqual([1, 2, 3]);
    });
    expect(recording.span('walk').input).toEqual({ items: [1, 2] });
    expect(recording.span('walk').output).toEqual([1, 2, 3]);
  });

  it('yields and returns the same values, and takes the same ones', () => {
    const read = (count: (last: number) => Generator<number, string, string | undefined>) => {
      const generator = count(2);
      return [generator.next(), generator.next('a'), generator.next('b'), generator.next('c'), generator.return('d')];
    };
    const bareLog: string[] = [];
    const log: string[] = [];
    const recording = new Recording();
    const bare = read(createCounter(bareLog));
    expect(recording.run(() => read(traced(createCounter(log))))).toEqual(bare);
    expect(log).toEqual(bareLog);
    expect(recording.span('count').output).toEqual({ yielded: [1, 2], returned: 'all' });
    expect(recording.span('count').outcome).toBe('ok');
  });

  it('is the generator itself: same class, same prototype, no key that a program would see', () => {
    const recording = new Recording();
    const bare = createCounter([]);
    const wrapped = traced(bare);
    const generator = recording.run(() => wrapped(1));
    expect(generator).toBeInstanceOf(bare);
    expect(generator).toBeInstanceOf(wrapped);
    expect(Object.prototype.toString.call(generator)).toBe('[object Generator]');
    expect(generator[Symbol.iterator]()).toBe(generator);
    expect(Object.keys(generator)).toEqual([]);
  });

  it('runs the user’s finally at break and ends as cancelled with what was yielded so far', () => {
    const recording = new Recording();
    const log: string[] = [];
    recording.run(() => {
      for (const value of traced(createCounter(log))(10)) if (value === 2) break;
    });
    expect(log).toEqual(['begin', 'finally']);
    expect(recording.trees).toBe('count  [cancelled]');
    expect(recording.span('count').output).toEqual([1, 2]);
  });

  it('stays open when its finally yields, until that is read too', () => {
    const recording = new Recording();
    const stubborn = traced('stubborn', function* () {
      try {
        yield 1;
      } finally {
        yield 2;
      }
    });
    recording.run(() => {
      const generator = stubborn();
      generator.next();
      expect(generator.return(undefined)).toEqual({ done: false, value: 2 });
      expect(recording.trees).toBe('');
      generator.next();
    });
    expect(recording.trees).toBe('stubborn');
    expect(recording.span('stubborn').output).toEqual([1, 2]);
  });

  it('throws in mid-stream what it throws, to the caller and the span', () => {
    const recording = new Recording();
    const error = new Error('mid-stream');
    const failing = traced('failing', function* () {
      yield 'one ';
      yield 'two';
      throw error;
    });
    const seen: string[] = [];
    const read = () => {
      for (const part of failing()) seen.push(part);
    };
    expect(() => recording.run(read)).toThrow(error);
    expect(seen).toEqual(['one ', 'two']);
    expect(recording.trees).toBe('failing  ERROR: mid-stream');
    expect(recording.span('failing').output).toBe('one two');
  });

  it('can be thrown into, and may handle it', () => {
    const recording = new Recording();
    const handled: unknown[] = [];
    const careful = traced('careful', function* () {
      try {
        yield 1;
      } catch (error) {
        handled.push(error);
        return 'handled';
      }
      return 'unharmed';
    });
    const careless = traced('careless', createCounter([]));
    const error = new Error('thrown in');
    recording.run(() => {
      const generator = careful();
      generator.next();
      expect(generator.throw(error)).toEqual({ done: true, value: 'handled' });
      const other = careless(2);
      other.next();
      expect(() => other.throw(error)).toThrow(error);
    });
    expect(handled[0]).toBe(error);
    expect(recording.trees).toBe('careful\ncareless  ERROR: thrown in');
  });

  it('delegates with yield*, both ways, and each generator is a span', () => {
    const recording = new Recording();
    const log: string[] = [];
    const inner = traced('inner', createCounter(log));
    const outer = traced('outer', function* () {
      const last: string = yield* inner(2);
      yield last.length;
    });
    const values = recording.run(() => {
      const generator = outer();
      return [generator.next(), generator.next('hello'), generator.next(), generator.next()].map(({ value }) => value);
    });
    expect(values).toEqual([1, 2, 3, undefined]);
    expect(log).toEqual(['begin', 'got hello', 'finally']);
    expect(recording.trees).toBe('outer\n  inner');
  });

  it('is spread, destructured and collected as ever', () => {
    const recording = new Recording();
    const count = traced('count', createCounter([]));
    const result = recording.run(() => {
      const [first] = count(3);
      const doubled = Array.from(count(3), (value) => value * 2);
      return { first, spread: [...count(2)], doubled, set: new Set(count(2)).size };
    });
    expect(result).toEqual({ first: 1, spread: [1, 2], doubled: [2, 4, 6], set: 2 });
    expect(recording.trees).toBe('count  [cancelled]\ncount\ncount\ncount');
  });

  it('nests what it calls, and not what its reader calls between two steps', () => {
    const recording = new Recording();
    const inside = traced('inside', () => 1);
    const outside = traced('outside', () => 2);
    const produce = traced('produce', function* () {
      yield inside();
      yield inside();
    });
    recording.run(() =>
      recording.tracer.trace('reader', () => {
        for (const _ of produce()) outside();
      }),
    );
    expect(recording.trees).toBe('reader\n  produce\n    inside\n    inside\n  outside\n  outside');
  });
});

describe('an iterator that is no generator', () => {
  it.each([
    ['of a map', () => new Map([['a', 1]]).values()],
    ['of an array', () => [1].values()],
    ['of a set', () => new Set([1]).values()],
  ])('%s is read to its end and is the same object', (_, make) => {
    const recording = new Recording();
    const bare = make();
    const result = recording.run(() => traced('values', () => bare)());
    expect(result).toBe(bare);
    expect([...result]).toEqual([1]);
    expect(recording.trees).toBe('values');
    expect(recording.span('values').output).toEqual([1]);
  });

  it('that is frozen works on, unseen', () => {
    const recording = new Recording();
    const iterator = Object.freeze([1, 2].values());
    expect(recording.run(() => [...traced('frozen', () => iterator)()])).toEqual([1, 2]);
    expect(recording.trees).toBe('frozen  [detached]');
  });

  it('an iterable that is no iterator is a value: it can be read again and again', () => {
    const recording = new Recording();
    const set = new Set([1, 2]);
    const result = recording.run(() => traced('set', () => set)());
    expect([...result, ...result]).toEqual([1, 2, 1, 2]);
    expect(recording.trees).toBe('set');
  });
});
