import { describe, expect, it, vi } from 'vitest';
import { traced } from 'clew';
import { collectUntil } from './garbage.ts';
import { Recording } from './recording.ts';

/** A query that runs when it is asked, each time it is asked: as knex, Prisma and Mongoose have them. */
class LazyQuery {
  readonly runs = vi.fn<() => void>();
  readonly #answer: () => Promise<string>;

  constructor(answer: () => Promise<string> = async () => 'row') {
    this.#answer = answer;
  }

  where(): this {
    return this;
  }

  // eslint-disable-next-line unicorn/no-thenable -- a lazy thenable is what it is about
  then<Result, Failure = never>(
    onFulfilled?: (value: string) => Result,
    onRejected?: (error: unknown) => Failure,
  ): Promise<Result | Failure> {
    this.runs();
    return this.#answer().then(onFulfilled, onRejected);
  }

  catch<Failure>(onRejected?: (error: unknown) => Failure): Promise<string | Failure> {
    this.runs();
    return this.#answer().catch(onRejected);
  }

  finally(onFinally?: () => void): Promise<string> {
    this.runs();
    return this.#answer().finally(onFinally);
  }
}

describe('a lazy thenable', () => {
  it('is the same object and is never started by clew', async () => {
    const recording = new Recording();
    const query = new LazyQuery();
    const result = recording.run(() => traced('query', () => query)());
    expect(result).toBe(query);
    expect(result.where()).toBe(query);
    await Promise.resolve();
    expect(query.runs).not.toHaveBeenCalled();
    expect(recording.trees).toBe('');
  });

  it('runs exactly once when it is awaited once', async () => {
    const recording = new Recording();
    const query = new LazyQuery();
    expect(await recording.run(() => traced('query', () => query)())).toBe('row');
    expect(query.runs).toHaveBeenCalledTimes(1);
    expect(recording.trees).toBe('query');
    expect(recording.span('query').output).toBe('row');
  });

  it('runs as often as it is asked, and is one span', async () => {
    const recording = new Recording();
    const query = recording.run(traced('query', () => new LazyQuery()));
    expect([await query, await query]).toEqual(['row', 'row']);
    expect(query.runs).toHaveBeenCalledTimes(2);
    expect(recording.trees).toBe('query');
  });

  it('runs once through catch and through finally, and is seen there', async () => {
    const recording = new Recording();
    const error = new Error('no such table');
    const failing = () =>
      new LazyQuery(async () => {
        throw error;
      });
    const caught = recording.run(traced('caught', failing));
    expect(await caught.catch((reason: unknown) => reason)).toBe(error);
    expect(caught.runs).toHaveBeenCalledTimes(1);
    const order: string[] = [];
    const last = recording.run(traced('finally', () => new LazyQuery()));
    expect(await last.finally(() => void order.push('finally'))).toBe('row');
    expect(last.runs).toHaveBeenCalledTimes(1);
    expect(order).toEqual(['finally']);
    expect(recording.trees).toBe('caught  ERROR: no such table\nfinally');
  });

  it('fails after finally with the same error, and with finally’s own if that throws', async () => {
    const recording = new Recording();
    const error = new Error('first');
    const later = new Error('in finally');
    const start = traced('query', () => new LazyQuery(() => Promise.reject(error)));
    await expect(recording.run(start).finally(() => undefined)).rejects.toBe(error);
    const fail = () => {
      throw later;
    };
    await expect(recording.run(start).finally(fail)).rejects.toBe(later);
  });

  it('rejects with the same object, and the span says why', async () => {
    const recording = new Recording();
    const error = new Error('no such table');
    await expect(recording.run(traced('query', () => new LazyQuery(() => Promise.reject(error))))).rejects.toBe(error);
    expect(recording.trees).toBe('query  ERROR: no such table');
  });

  it('has its own receiver and all arguments in `then`', () => {
    const seen: unknown[] = [];
    const thenable = {
      // eslint-disable-next-line unicorn/no-thenable -- a thenable is what it is about
      then(this: unknown, ...args: unknown[]) {
        seen.push(this, args.length);
        return 'returned';
      },
    };
    const result = new Recording().run(() => traced(() => thenable)());
    const heir = Object.create(result) as typeof thenable;
    expect(Reflect.apply(result.then, result, [undefined, undefined, 'progress'])).toBe('returned');
    expect(heir.then(undefined, undefined)).toBe('returned');
    expect(seen[0]).toBe(thenable);
    expect(seen[1]).toBe(3);
    expect(seen[2]).toBe(heir);
  });

  it('whose `catch` takes filters, as Bluebird’s does, gets them', async () => {
    class Filtered extends Promise<string> {
      // @ts-expect-error -- the signature is another library's
      override catch(filter: (error: unknown) => boolean, handle: () => string): Promise<string> {
        const only = (error: unknown) => (filter(error) ? handle() : Promise.reject(error));
        return this.then(undefined, only);
      }
    }
    const recording = new Recording();
    const result = recording.run(traced('query', () => new Filtered((_, reject) => reject(new Error('first')))));
    expect(await Reflect.apply(result.catch, result, [() => true, () => 'handled'])).toBe('handled');
    expect(recording.trees).toBe('query  ERROR: first');
  });

  it('adds no key that a program would see', () => {
    const query = new Recording().run(traced(() => new LazyQuery()));
    expect(Object.keys(query)).toEqual(Object.keys(new LazyQuery()));
  });

  it('that is frozen is left alone, and its span ends at return', async () => {
    const recording = new Recording();
    const query = Object.freeze(new LazyQuery());
    const result = recording.run(() => traced('query', () => query)());
    expect(result).toBe(query);
    expect(recording.trees).toBe('query  [detached]');
    expect(await result).toBe('row');
    expect(query.runs).toHaveBeenCalledTimes(1);
  });

  it('that nobody asks ends as unobserved', async () => {
    const recording = new Recording();
    recording.run(() => void traced('query', () => new LazyQuery())());
    await collectUntil(() => recording.ended.length > 0);
    expect(recording.trees).toBe('query  [unobserved]');
  });

  it('that a promise gives is awaited by the language, once', async () => {
    const recording = new Recording();
    const query = new LazyQuery();
    const ask = traced('query', async () => query);
    expect(await recording.run(ask)).toBe('row');
    expect(query.runs).toHaveBeenCalledTimes(1);
    expect(recording.trees).toBe('query');
  });

  it('whose `then` is a getter that throws is returned as it is', () => {
    const recording = new Recording();
    // eslint-disable-next-line unicorn/no-thenable -- a thenable is what it is about
    const odd = Object.defineProperty({}, 'then', {
      get() {
        throw new Error('not now');
      },
    });
    expect(recording.run(() => traced('odd', () => odd)())).toBe(odd);
    expect(recording.trees).toBe('odd');
  });
});

describe('a proxy that answers to everything', () => {
  it('is never asked for `then`, which may be a call to a server', () => {
    const asked: PropertyKey[] = [];
    const remote = new Proxy({}, { get: (_, key) => void asked.push(key), has: (_, key) => asked.push(key) > 0 });
    const recording = new Recording();
    expect(recording.run(() => traced('stub', () => remote)())).toBe(remote);
    expect(asked).not.toContain('then');
    expect(recording.trees).toBe('stub');
  });
});

describe('the work of a lazy thenable', () => {
  /** Does its work when it is asked, as a query builder does. */
  class Query {
    readonly #work: () => Promise<string>;

    constructor(work: () => Promise<string>) {
      this.#work = work;
    }

    where(): this {
      return this;
    }

    exec(): Promise<string> {
      return this.#work();
    }

    // oxlint-disable-next-line unicorn/no-thenable -- That is what it is.
    then<Result>(onFulfilled?: (value: string) => Result, onRejected?: (error: unknown) => Result): Promise<Result> {
      return this.exec().then(onFulfilled, onRejected);
    }
  }

  const load = traced('load', async () => 'rows');
  const render = traced('render', (rows: string) => rows.length);

  it.each<[string, (query: Query) => Promise<unknown>]>([
    ['awaited', async (query) => render(await query)],
    ['by then', async (query) => query.then((rows) => render(rows))],
    ['by exec()', async (query) => render(await query.exec())],
    ['chained', async (query) => render(await query.where())],
  ])('nests under it, and what is done with its value does not: %s', async (_, read) => {
    const recording = new Recording();
    const find = traced('find', () => new Query(() => load()));
    await recording.run(() => recording.tracer.trace('request', () => read(find())));
    expect(recording.trees).toBe('request\n  find\n    load\n  render');
    expect(recording.span('find').output).toBe('rows');
  });

  it('is done once for each time it is asked, and recorded once', async () => {
    const recording = new Recording();
    const query = recording.run(() => traced('find', () => new Query(() => load()))());
    expect([await query, await query]).toEqual(['rows', 'rows']);
    expect(recording.ended.filter((name) => name === 'find')).toHaveLength(1);
  });

  it('that is returned again and again is patched once', async () => {
    const recording = new Recording({ limits: { openTraces: 10_000 } });
    const query = new Query(async () => 'rows');
    const same = traced('same', () => query);
    recording.run(() => {
      for (let call = 0; call < 5_000; call += 1) same();
    });
    expect(await query).toBe('rows');
    const outcomes = Map.groupBy(recording.exporter.spans, ({ outcome }) => outcome);
    expect([...outcomes.keys()].toSorted()).toEqual(['detached', 'ok']);
  });

  it('that is read in a loop instead ends with the loop, and what it calls nests under it', async () => {
    const step = traced('step', (row: number) => row);
    let asked = 0;
    class Query {
      // eslint-disable-next-line unicorn/no-thenable -- a thenable is what it is about
      then(done: (rows: number[]) => unknown): void {
        asked += 1;
        done([1, 2]);
      }
      async *[Symbol.asyncIterator]() {
        yield step(1);
        yield step(2);
      }
    }
    const recording = new Recording();
    const find = traced('find', () => new Query());
    const rows: number[] = [];
    await recording.run(async () => {
      for await (const row of find()) rows.push(row);
    });
    expect([rows, asked]).toEqual([[1, 2], 0]);
    expect(recording.trees).toBe('find\n  step\n  step');
    expect(recording.span('find')).toMatchObject({ outcome: 'ok', output: [1, 2] });
  });

  it('that its client starts in a batch with others ends with its own part: a transaction of Prisma', async () => {
    const lazy = () => ({
      // eslint-disable-next-line unicorn/no-thenable -- a thenable is what it is about
      then: () => expect.fail('not awaited'),
      requestTransaction: async () => Promise.resolve(7),
    });
    const recording = new Recording();
    const update = traced('update', lazy);
    expect(
      await recording.run(() => Promise.all([update(), update()].map((each) => each.requestTransaction()))),
    ).toEqual([7, 7]);
    expect(recording.trees).toBe('update\nupdate');
    expect(recording.span('update').output).toBe(7);
  });
});
