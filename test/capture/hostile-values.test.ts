import { inspect } from 'node:util';
import { span as spanDecorator, traced } from 'clew';
import { describe, expect, it, vi } from 'vitest';
import { captured, parse, passThrough, recordOutput } from './recording.ts';

/** A client as ORMs and RPC libraries make it: whatever is asked of it is a callable proxy too. */
function answerAnything(target: object, onCall: () => void): object {
  const proxy: object = new Proxy(target, {
    get: () => answerAnything(() => undefined, onCall),
    apply: () => {
      onCall();
      return proxy;
    },
  });
  return proxy;
}

describe('values that fight back', () => {
  it('names a getter and does not run it, wherever it stands', () => {
    const run = vi.fn<() => never>(() => {
      throw new Error('no database');
    });
    class Order {
      readonly id = 'o1';
      constructor() {
        Object.defineProperty(this, 'lines', { enumerable: true, get: run });
      }
    }
    const lazy = () => Object.defineProperty({ before: 1 }, 'lines', { enumerable: true, get: run });
    const getter = { $clew: 'getter' };
    for (const beside of [{}, { at: new Date(0), forced: 1n }]) {
      const value = { plain: lazy(), list: [lazy()], order: new Order(), map: new Map([['a', lazy()]]), ...beside };
      const { result, span } = passThrough(value);
      expect(result).toBe(value);
      expect(span.input).toMatchObject({
        plain: { before: 1, lines: getter },
        list: [{ before: 1, lines: getter }],
        order: { id: 'o1', lines: getter },
        map: { entries: [['a', { before: 1, lines: getter }]] },
      });
      expect(span.output).toEqual(span.input);
    }
    expect(run).not.toHaveBeenCalled();
  });

  it('runs nothing of a class to learn what its instances are', () => {
    const run = vi.fn<() => string>(() => 'ran');
    class Model {
      readonly id = 1;
      static get name(): string {
        return run();
      }
      get [Symbol.toStringTag](): string {
        return run();
      }
      get lines(): string {
        return run();
      }
    }
    expect(captured({ model: new Model(), at: new Date(0) })).toMatchObject({ model: { id: 1 } });
    expect(run).not.toHaveBeenCalled();
  });

  it('keeps valid JSON of an error that shows nothing, and what stands beside it', () => {
    const error = new Error('hidden');
    const get = vi.fn<() => never>(() => {
      throw new Error('no reading');
    });
    for (const key of ['name', 'message', 'stack', 'cause']) Object.defineProperty(error, key, { get });
    const { span } = passThrough({ error, beside: 2 });
    expect(parse(span.inputText)).toEqual({ error: { $clew: 'error' }, beside: 2 });
    expect(parse(span.outputText)).toEqual({ error: { $clew: 'error' }, beside: 2 });
  });

  it('names a property that can only be set', () => {
    const value = Object.defineProperty({ a: 1 }, 'only', { enumerable: true, set: vi.fn<(value: unknown) => void>() });
    expect(captured(value)).toEqual({ a: 1, only: { $clew: 'getter' } });
  });

  it('runs a toJSON once for a capture, however often the value is walked through until it fits', () => {
    const toJSON = vi.fn<() => unknown>(() => ({ text: 'word '.repeat(3_000) }));
    const value = { first: { toJSON }, list: Array.from({ length: 30 }, () => 'ten bytes '.repeat(1_000)) };
    expect(recordOutput(value).outputText).toContain('word word');
    expect(toJSON).toHaveBeenCalledOnce();
  });

  it('does not run a toJSON that a getter would have to give', () => {
    const run = vi.fn<() => unknown>();
    class Row {
      readonly id = 1;
      get toJSON(): unknown {
        return run();
      }
    }
    expect(captured([new Row(), Object.defineProperty({ id: 2 }, 'toJSON', { enumerable: true, get: run })])).toEqual([
      { id: 1 },
      { id: 2, toJSON: { $clew: 'getter' } },
    ]);
    expect(run).not.toHaveBeenCalled();
  });

  it('does not trace what a toJSON calls while it reads it', () => {
    const readPrice = traced('read-price', () => 12);
    class Order {
      readonly id = 'o1';
      @spanDecorator('price')
      get price(): number {
        return readPrice();
      }
    }
    const value = {
      toJSON: () => ({ price: readPrice(), order: new Order() }),
    };
    const { trace } = passThrough(value);
    expect(trace.spans.map(({ name }) => name)).toEqual(['pass']);
    expect(trace.output).toMatchObject({ price: 12, order: { id: 'o1' } });
  });

  it('survives a toJSON that throws, returns itself or returns what JSON cannot say', () => {
    const itself = { name: 'itself', toJSON: (): unknown => itself };
    const value = {
      throws: {
        toJSON() {
          throw new Error('not now');
        },
      },
      itself,
      big: { toJSON: () => 7n },
      nothing: { toJSON: () => undefined },
      rest: 'kept',
    };
    const { result, span } = passThrough(value);
    expect(result).toBe(value);
    expect(span.output).toMatchObject({
      throws: { $clew: 'unreadable', message: 'not now' },
      itself: { name: 'itself' },
      big: { $clew: 'bigint', value: '7' },
      rest: 'kept',
    });
  });

  it('survives a toJSON that always answers with another toJSON', () => {
    const endless = (): object => ({ toJSON: endless });
    expect(() => passThrough({ endless: endless(), rest: 1 })).not.toThrow();
  });

  it('survives a toJSON that changes what is being read', () => {
    const value: Record<string, unknown> = {
      first: {
        toJSON() {
          delete value['second'];
          value['third'] = value;
          return 'done';
        },
      },
      second: 2,
    };
    const { span } = passThrough(value);
    expect(span.output).toMatchObject({ first: 'done' });
  });

  it('takes what a toJSON gives as the value', () => {
    class Money {
      readonly cents = 1250n;
      toJSON(): object {
        return { amount: '12.50', currency: 'EUR' };
      }
    }
    expect(captured({ price: new Money() })).toEqual({ price: { amount: '12.50', currency: 'EUR' } });
  });

  it('names a revoked Proxy wherever it stands', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    const list = Proxy.revocable([], {});
    revoke();
    list.revoke();
    expect(passThrough(proxy).result === proxy).toBe(true);
    expect(passThrough({ proxy, list: list.proxy, rest: 'kept' }).span.output).toMatchObject({
      proxy: { $clew: 'unreadable' },
      list: { $clew: 'unreadable' },
      rest: 'kept',
    });
  });

  it('names a Proxy whose every trap throws', () => {
    const refuse = (): never => {
      throw new Error('go away');
    };
    const handler = {
      get: refuse,
      has: refuse,
      ownKeys: refuse,
      getPrototypeOf: refuse,
      getOwnPropertyDescriptor: refuse,
    };
    const hostile = new Proxy({ a: 1 }, handler);
    const { result, span } = passThrough(hostile);
    expect(result === hostile).toBe(true);
    expect(span.output).toMatchObject({ $clew: 'unreadable', message: 'go away' });
  });

  it.each([
    ['an object', {}],
    ['an object with keys', { users: 1, find: 2, toJSON: 3 }],
    ['an array', []],
    ['a function', () => undefined],
    ['a class instance', new (class Client {})()],
  ])('calls nothing of a client over %s that answers anything with a callable proxy', (_, target) => {
    const onCall = vi.fn<() => void>();
    const client = answerAnything(target, onCall);
    const { result, span } = passThrough(client);
    passThrough({ client, nested: [{ client }] });
    expect(result === client).toBe(true);
    expect(onCall).not.toHaveBeenCalled();
    expect(() => parse(span.text())).not.toThrow();
  });

  it('never subscribes to a promise that it records', () => {
    const promise = Promise.resolve(1);
    const then = vi.spyOn(promise, 'then');
    // oxlint-disable-next-line unicorn/no-thenable -- what must not be called
    const lazy = { then: vi.fn<() => void>() };
    expect(captured({ promise, lazy })).toMatchObject({ promise: { $clew: 'promise' } });
    expect(then).not.toHaveBeenCalled();
    expect(lazy.then).not.toHaveBeenCalled();
  });

  it('does not swallow the rejection of a promise that it records', async () => {
    const onUnhandled = vi.fn<() => void>();
    process.once('unhandledRejection', onUnhandled);
    captured({ promise: Promise.reject(new Error('unhandled on purpose')) });
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off('unhandledRejection', onUnhandled);
    expect(onUnhandled).toHaveBeenCalledOnce();
  });

  it('does not look at what util.inspect or Symbol.toPrimitive would run', () => {
    const run = vi.fn<() => string>(() => 'ran');
    captured({ [inspect.custom]: run, [Symbol.toPrimitive]: run, toString: run, valueOf: run, [Symbol.iterator]: run });
    expect(run).not.toHaveBeenCalled();
  });
});
