import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, passThrough, record } from './recording.ts';

const refuse = (): never => {
  throw new Error('refused');
};

/** Values that were made to hurt whoever reads them; each call makes a new one. */
const hostile: readonly (() => unknown)[] = [
  () => new Proxy({}, { get: refuse }),
  () => new Proxy<number[]>([], { get: refuse }),
  () => new Proxy({ a: 1 }, { ownKeys: refuse }),
  () => new Proxy({ a: 1 }, { getPrototypeOf: refuse }),
  () =>
    new Proxy(
      {},
      {
        ownKeys: () => ['a', 'b'],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }),
        get: () => refuse,
      },
    ),
  () => new Proxy<number[]>([1], { get: (_, key) => (key === 'length' ? Number.POSITIVE_INFINITY : 1) }),
  () => new Proxy<number[]>([1], { get: (_, key) => (key === 'length' ? -5 : 1) }),
  () => new Proxy(new Date(), {}),
  () => new Proxy(new Map([[1, 2]]), {}),
  () => {
    const { proxy, revoke } = Proxy.revocable<number[]>([], {});
    revoke();
    return proxy;
  },
  (): unknown => [Object.create(new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse }))],
  () => ({ toJSON: refuse }),
  () => ({
    get toJSON() {
      return refuse();
    },
  }),
  () => ({
    get a() {
      return refuse();
    },
    b: 1,
  }),
  () => ({
    toJSON() {
      return this;
    },
  }),
  () => {
    let calls = 0;
    return {
      get a() {
        calls += 1;
        return calls % 2 === 0 ? 1n : 'text';
      },
    };
  },
  () => {
    const loop: unknown[] = [];
    loop.push(loop, { loop });
    return loop;
  },
  () => {
    const map = new Map();
    map.set(map, map);
    return map;
  },
  () =>
    Object.defineProperty(Object.assign(new Map([[1, 2]]), { entries: refuse }), Symbol.iterator, { value: refuse }),
  () => Object.defineProperty(new Map(), 'size', { get: refuse }),
  () => Object.assign(new Date(), { toISOString: refuse, getTime: refuse, toJSON: refuse }),
  (): unknown => Object.assign(Object(5), { valueOf: refuse, toString: refuse }),
  () => {
    const box: object = Object.assign(Object('x'), { valueOf: (): unknown => box });
    return box;
  },
  () => Object.assign(/a/, { toString: refuse }),
  () => Object.defineProperty(/a/, 'source', { get: refuse }),
  () =>
    new (class extends Array<number> {
      static override get [Symbol.species](): never {
        return refuse();
      }
    })(1, 2, 3),
  () =>
    new (class extends Float32Array {
      override subarray(): never {
        return refuse();
      }
    })(3),
  () => Object.defineProperty(new Float32Array(2), 'constructor', { get: refuse }),
  () => Object.defineProperty(new Error('x'), 'message', { get: refuse }),
  () => Object.defineProperty(() => 1, 'name', { get: refuse }),
  // oxlint-disable-next-line unicorn/no-thenable -- a hostile one
  () => Object.defineProperty(Promise.resolve(), 'then', { get: () => undefined }),
  () => {
    const error = new Error('self');
    error.cause = error;
    return error;
  },
  () =>
    class {
      static get [Symbol.hasInstance](): never {
        return refuse();
      }
    },
  () => '\ud800 lone',
  () => '\u2028\u2029\0\u001b[2J',
  () => Symbol(),
  () => new Proxy(() => 1, { get: refuse }),
  () => structuredClone(new ArrayBuffer(8), { transfer: [] }),
  () => new SharedArrayBuffer(8),
  () => globalThis,
  () => process.env,
  () => new WeakRef({}),
  () => Object.freeze([Number.NaN]),
];

/** Makers, since fast-check looks into the values it holds. */
type Make = () => unknown;
const leaf: fc.Arbitrary<Make> = fc.oneof(
  fc.constantFrom(...hostile),
  fc
    .anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withBoxedValues: true,
      withNullPrototype: true,
      withSparseArray: true,
      withObjectString: true,
      stringUnit: 'binary',
    })
    .map((value) => () => value),
  fc.string({ unit: 'binary', minLength: 1000, maxLength: 5000 }).map((value) => () => value),
);
const anything: fc.Arbitrary<Make> = fc.oneof(
  leaf,
  fc.array(leaf).map((makes) => () => makes.map((make) => make())),
  fc
    .dictionary(fc.string(), leaf)
    .map((makes) => () => Object.fromEntries(Object.entries(makes).map(([key, make]) => [key, make()]))),
);

describe('any value at all', () => {
  it('passes through a traced function unharmed, and leaves a bounded, readable record', () => {
    fc.assert(
      fc.property(anything, (make) => {
        const value = make();
        const { result, span, trace } = passThrough(value);
        expect(Object.is(result, value)).toBe(true);
        for (const text of [span.inputText, span.outputText ?? 'null']) {
          expect(Buffer.byteLength(text ?? 'null')).toBeLessThanOrEqual(65_536);
          expect(() => parse(text ?? 'null')).not.toThrow();
        }
        expect(trace.toJSON()).toEqual(JSON.parse(trace.text()));
      }),
      { numRuns: 500 },
    );
  });

  it('fits the limit in bytes that was set', () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 100, max: 3_000 }), (make, valueBytes) => {
        const { span } = passThrough(make(), { limits: { valueBytes } });
        expect(Buffer.byteLength(span.outputText ?? '')).toBeLessThanOrEqual(valueBytes);
        expect(() => parse(span.outputText ?? 'null')).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });

  it.each(hostile.map((make, index) => [index, make] as const))(
    'hostile value no. %i does not hide what stands beside it',
    (_, make) => {
      const { result, span } = passThrough([{ value: make(), beside: 'kept' }, 'after']);
      expect(result).toHaveLength(2);
      expect(span.output).toMatchObject([{ beside: 'kept' }, 'after']);
    },
  );

  it('can be metadata, the input of an event, a tool call, an error or a model parameter', () => {
    fc.assert(
      fc.property(leaf, (make) => {
        const value = make();
        const { trace } = record((tracer) => {
          const root = tracer.trace('t', { input: value, metadata: { value }, modelParameters: value });
          root.event('e', value);
          root.update({ metadata: { more: value }, output: value });
          root.span('child', { toolCalls: [value] }).fail(value);
          void root.end({ output: value });
        });
        expect(() => parse(trace.text())).not.toThrow();
        expect(trace.spans).toHaveLength(2);
      }),
      { numRuns: 200 },
    );
  });
});
