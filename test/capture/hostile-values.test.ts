import { inspect } from 'node:util';
import { span as spanDecorator, traced } from 'clew';
import { describe, expect, it, vi } from 'vitest';
import { captured, parse, passThrough } from './recording.ts';

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
  it('keeps the rest of an object when one getter throws', () => {
    const value = {
      before: 1,
      get broken(): never {
        throw new Error('no database');
      },
      after: 2,
    };
    const { result, span } = passThrough(value);
    expect(result).toBe(value);
    expect(span.input).toEqual({ before: 1, broken: { $clew: 'unreadable', message: 'no database' }, after: 2 });
    expect(span.output).toEqual(span.input);
  });

  it('keeps the rest when what is thrown cannot be read either', () => {
    const awful: unknown = new Proxy(
      {},
      {
        get: () => {
          throw awful;
        },
      },
    );
    const value = {
      get broken(): never {
        throw awful;
      },
      after: 2,
    };
    expect(passThrough(value).span.output).toMatchObject({ broken: { $clew: 'unreadable' }, after: 2 });
  });

  it('does not trace a getter that is traced itself while it reads it', () => {
    const readPrice = traced('read-price', () => 12);
    class Order {
      readonly id = 'o1';
      @spanDecorator('price')
      get price(): number {
        return readPrice();
      }
    }
    const value = {
      get price() {
        return readPrice();
      },
      order: new Order(),
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
