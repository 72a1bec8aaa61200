import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { Recording } from './recording.ts';

class QuotaError extends Error {
  readonly code = 429;
}

const trap = () => {
  throw new Error('trapped');
};

/** What is thrown, and how the record tells it. */
const thrown: readonly (readonly [string, unknown, { type: string; message?: string }])[] = [
  ['an error', new RangeError('too far'), { type: 'RangeError', message: 'too far' }],
  ['an error of one’s own class', new QuotaError('slow down'), { type: 'QuotaError', message: 'slow down' }],
  ['an error without a message', new TypeError(), { type: 'TypeError', message: '' }],
  ['a string', 'just text', { type: 'string', message: 'just text' }],
  ['a symbol', Symbol('odd'), { type: 'symbol', message: 'Symbol(odd)' }],
  ['undefined', undefined, { type: 'undefined', message: 'undefined' }],
  ['null', null, { type: 'null', message: 'null' }],
  ['zero', 0, { type: 'number', message: '0' }],
  ['a BigInt', 7n, { type: 'bigint', message: '7' }],
  ['a frozen object', Object.freeze({ reason: 'frozen' }), { type: 'Object', message: '{"reason":"frozen"}' }],
  ['a plain object', { code: 7 }, { type: 'Object', message: '{"code":7}' }],
  ['an object without a prototype', Object.assign(Object.create(null), { code: 7 }), { type: 'Object' }],
  ['a proxy', new Proxy({ code: 7 }, {}), { type: 'Proxy' }],
  ['a proxy whose traps throw', new Proxy({}, { get: trap, has: trap, getPrototypeOf: trap }), { type: 'Proxy' }],
  ['a function', function kaboom() {}, { type: 'function', message: 'function kaboom' }],
  ['a timeout', new DOMException('too late', 'TimeoutError'), { type: 'TimeoutError', message: 'too late' }],
];

/** The ways in which a traced call can fail. */
const ways: readonly (readonly [string, (value: unknown) => () => unknown])[] = [
  [
    'synchronously',
    (value) => () => {
      throw value;
    },
  ],
  ['by a rejected promise', (value) => () => Promise.reject(value)],
  [
    'by a generator',
    (value) =>
      // eslint-disable-next-line require-yield -- it fails before it gives anything
      async function* () {
        throw value;
      },
  ],
];

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function catchFrom(run: () => unknown): Promise<{ readonly error: unknown }> {
  try {
    const result = await run();
    if (isAsyncIterable(result)) for await (const _ of result);
  } catch (error) {
    return { error };
  }
  throw new Error('nothing was thrown');
}

describe.each(ways)('what is thrown %s', (_, fail) => {
  it.each(thrown)(
    'is the same object for the caller, and readable in the record: %s [L10]',
    async (_name, value, told) => {
      const recording = new Recording();
      const { error } = await recording.run(() => catchFrom(traced('fail', fail(value))));
      expect(Object.is(error, value)).toBe(true);
      expect(recording.span('fail')).toMatchObject({ level: 'ERROR', outcome: 'error', exception: told });
      expect(recording.span('fail').error).toEqual(expect.stringMatching(/./));
    },
  );
});

describe('the record of an error', () => {
  it('keeps its cause, and the cause’s own', () => {
    const recording = new Recording();
    const root = new TypeError('socket closed');
    const error = new Error('no answer', { cause: new Error('request failed', { cause: root }) });
    const fail = traced('fail', () => {
      throw error;
    });
    expect(() => recording.run(fail)).toThrow(error);
    expect(recording.span('fail').exception).toMatchObject({
      message: 'no answer',
      cause: { message: 'request failed', cause: { type: 'TypeError', message: 'socket closed', cause: null } },
    });
    expect(error.cause).toMatchObject({ cause: root });
  });

  it('keeps the errors of an AggregateError', async () => {
    const recording = new Recording();
    const attempts = [new Error('first'), new RangeError('second')];
    const fail = traced('fail', () => Promise.any(attempts.map((error) => Promise.reject(error))));
    const { error } = await recording.run(() => catchFrom(fail));
    expect(error).toBeInstanceOf(AggregateError);
    expect(error).toHaveProperty('errors', attempts);
    expect(recording.span('fail').exception).toMatchObject({
      type: 'AggregateError',
      errors: [{ message: 'first' }, { type: 'RangeError', message: 'second' }],
    });
  });

  it('ends where causes turn in a circle', () => {
    const recording = new Recording();
    const error = new Error('first');
    error.cause = new Error('second', { cause: error });
    const fail = traced('fail', () => {
      throw error;
    });
    expect(() => recording.run(fail)).toThrow(error);
    expect(recording.span('fail').exception?.cause).toMatchObject({ message: 'second' });
  });

  it('tells a handled error of a child, and the parent went well', () => {
    const recording = new Recording();
    const fail = traced('fail', () => {
      throw new Error('kaboom');
    });
    const careful = traced('careful', () => {
      try {
        return fail();
      } catch {
        return 'handled';
      }
    });
    expect(recording.run(careful)).toBe('handled');
    expect(recording.trees).toBe('careful\n  fail  ERROR: kaboom');
    expect(recording.span('careful').outcome).toBe('ok');
  });

  it('leaves the error as it was: no property is added, a frozen one is no trouble', () => {
    const error: Error = Object.freeze(new Error('frozen'));
    const keys = Reflect.ownKeys(error);
    const fail = traced(() => {
      throw error;
    });
    expect(() => new Recording().run(fail)).toThrow(error);
    expect(Reflect.ownKeys(error)).toEqual(keys);
  });
});
