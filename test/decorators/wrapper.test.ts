import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { Recording } from '../call/recording.ts';

type AnyCall = (...args: unknown[]) => unknown;

describe('a wrapper and its function', () => {
  it('share what is set on either later', () => {
    const bare = Object.assign((value: number) => value, { retries: 0 });
    const wrapped = traced(bare);
    wrapped.retries = 3;
    expect(bare.retries).toBe(3);
    Object.assign(bare, { displayName: 'Bare' });
    expect(wrapped).toHaveProperty('displayName', 'Bare');
    Object.defineProperty(wrapped, 'hidden', { value: 1 });
    expect(Object.hasOwn(bare, 'hidden')).toBe(true);
    expect(Reflect.deleteProperty(wrapped, 'retries')).toBe(true);
    expect('retries' in bare).toBe(false);
  });

  it.each<AnyCall>([
    (a: unknown, b: unknown) => [a, b],
    async function named(first: unknown) {
      return first;
    },
    function* numbers() {
      yield 1;
    },
  ])('have the same source text, which another realm can run: %s', (bare) => {
    const wrapped = traced('named', bare);
    expect(String(wrapped)).toBe(String(bare));
    expect(String(traced(wrapped))).toBe(String(bare));
    expect(runInNewContext(`typeof (${String(wrapped)})`)).toBe('function');
  });

  it('keep a toString of their own', () => {
    const bare = Object.assign(() => 1, { toString: () => 'mine' });
    expect(String(traced(bare))).toBe('mine');
  });
});

describe('functions that fight back', () => {
  const trap = (): never => {
    throw new Error('trapped');
  };
  const fn = (): number => 42;
  const hostile: Record<string, AnyCall> = {
    'a name that throws': Object.defineProperty(() => 42, 'name', { get: trap }),
    'a name that is no text': Object.defineProperty(() => 42, 'name', { value: Symbol('s') }),
    'an own getter that throws': Object.defineProperty(() => 42, 'extra', { enumerable: true, get: trap }),
    'no prototype': Object.setPrototypeOf(() => 42, null),
    'a proxy without keys': new Proxy(fn, { ownKeys: trap }),
    'a proxy without descriptors': new Proxy(fn, { getOwnPropertyDescriptor: trap }),
    'a proxy without a prototype': new Proxy(fn, { getPrototypeOf: trap }),
    'a proxy that cannot be read': new Proxy(fn, { get: trap, has: trap }),
    'a frozen one': Object.freeze(() => 42),
  };

  it.each(Object.entries(hostile))('are wrapped, called and named: %s', (_, bare) => {
    const recording = new Recording();
    expect(recording.run(() => [traced(bare)(), traced('given', bare)()])).toEqual([42, 42]);
    expect(recording.ended).toEqual([expect.any(String), 'given']);
  });

  it('throw what they throw where they are revoked', () => {
    const { proxy, revoke } = Proxy.revocable(fn, {});
    revoke();
    const recording = new Recording();
    expect(() => recording.run(traced('revoked', proxy))).toThrow(TypeError);
    expect(recording.trees).toMatch(/^revoked {2}ERROR/);
  });

  it('are called once for each call, where a call is a request to elsewhere', () => {
    let calls = 0;
    const remote = (): AnyCall =>
      new Proxy<AnyCall>(() => undefined, {
        get: () => remote(),
        apply: () => {
          calls += 1;
          return 42;
        },
      });
    const recording = new Recording();
    expect(recording.run(traced('ask', remote()))).toBe(42);
    expect(calls).toBe(1);
  });
});

describe('a recursion', () => {
  it('reaches at least a quarter of the depth that it reaches untraced', () => {
    const depthOf = (wrap: (fn: (level: number) => number) => (level: number) => number): number => {
      let deepest = 0;
      const descend: (level: number) => number = wrap((level) => {
        deepest = level;
        return descend(level + 1) + 1;
      });
      expect(() => new Recording().run(() => descend(0))).toThrow(RangeError);
      return deepest;
    };
    const bare = depthOf((fn) => fn);
    expect(depthOf((fn) => traced('descend', fn))).toBeGreaterThan(bare / 4);
  });
});
