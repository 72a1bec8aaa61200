import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { currentSpan, traced } from 'clew';
import { Recording } from './recording.ts';

/** TypeScript does not take a function for a constructor. */
function constructorOf(fn: object): new () => { kind: string } {
  const isConstructor = (value: object): value is new () => { kind: string } => typeof value === 'function';
  if (isConstructor(fn)) return fn;
  throw new TypeError('not a constructor');
}

describe('a traced function', () => {
  it('keeps the return value untouched [G21]', () => {
    const plan = { content: 'parcel', usage: { input_tokens: 1, output_tokens: 2 } };
    const recording = new Recording();
    expect(recording.run(() => traced('plan', () => plan)())).toBe(plan);
    expect(recording.trees).toBe('plan');
  });

  it.each([undefined, null, 0, -0, Number.NaN, '', 'text', 7n, Symbol('s'), [1], new Date(0), new Map(), () => 1])(
    'gives back %o, the same value',
    (value) => {
      const recording = new Recording();
      expect(Object.is(recording.run(traced('give', () => value)), value)).toBe(true);
      expect(recording.trees).toBe('give');
    },
  );

  it('stays synchronous if it was', () => {
    const order: string[] = [];
    const step = (name: string) => void order.push(name);
    new Recording().run(() => {
      step('before');
      traced('inside', step)('inside');
      step('after');
    });
    expect(order).toEqual(['before', 'inside', 'after']);
  });

  it('has the caller’s `this`, and its arguments, untouched', () => {
    const received = (self: unknown, args: unknown[]) => ({ self, args });
    function bare(this: unknown, ...args: unknown[]) {
      return received(this, args);
    }
    const wrapped = traced(bare);
    const owner = { name: 'owner' };
    const argument = { deep: { value: 1 } };
    new Recording().run(() => {
      for (const self of [owner, undefined, null, 7, 'text']) {
        const result = Reflect.apply(wrapped, self, [argument, 2]);
        expect(result).toEqual(Reflect.apply(bare, self, [argument, 2]));
        expect(result.args[0]).toBe(argument);
      }
    });
  });

  it('keeps name and length [L56]', () => {
    function lookUp(id: string, _limit: number) {
      return id;
    }
    const wrapped = traced({ name: 'another-name' }, lookUp);
    expect([wrapped.name, wrapped.length]).toEqual(['lookUp', 2]);
    expect(Object.getOwnPropertyDescriptors(wrapped)).toMatchObject({
      name: { writable: false, configurable: true },
      length: { writable: false, configurable: true },
    });
  });

  it('keeps own properties, symbols and accessors among them', () => {
    const version = Symbol('version');
    const bare = Object.assign((x: number) => x, { description: 'doubles', [version]: 3 });
    Object.defineProperty(bare, 'hidden', { get: () => 'found', enumerable: false, configurable: true });
    const wrapped = traced(bare);
    expect(wrapped.description).toBe('doubles');
    expect(wrapped[version]).toBe(3);
    expect(Reflect.get(wrapped, 'hidden')).toBe('found');
    expect(Object.keys(wrapped)).toEqual(Object.keys(bare));
  });

  it.each([
    ['an arrow function', (x: number) => x],
    ['an asynchronous arrow function', async (x: number) => x],
    ['a method', { method: (x: number) => x }.method],
    [
      'a function',
      function named(x: number) {
        return x;
      },
    ],
    [
      'a generator function',
      function* numbers() {
        yield 1;
      },
    ],
    [
      'an asynchronous generator function',
      async function* numbers() {
        yield 1;
      },
    ],
  ])('has the keys, prototype and kind of %s', (_, bare: (value: number) => unknown) => {
    const wrapped = traced(bare);
    expect(Reflect.ownKeys(wrapped).toSorted()).toEqual(Reflect.ownKeys(bare).toSorted());
    expect(Object.getPrototypeOf(wrapped)).toBe(Object.getPrototypeOf(bare));
    expect(Object.prototype.toString.call(wrapped)).toBe(Object.prototype.toString.call(bare));
    expect(Reflect.get(wrapped, 'prototype')).toBe(Reflect.get(bare, 'prototype'));
  });

  it('constructs with `new` what the function constructs, and traces nothing', () => {
    function Point(this: { x: number }, x: number) {
      this.x = x;
    }
    const recording = new Recording();
    const wrapped = traced(Point);
    const point: unknown = recording.run((): unknown => Reflect.construct(wrapped, [4]));
    expect(point).toEqual({ x: 4 });
    expect(point).toBeInstanceOf(Point);
    expect(point).toBeInstanceOf(wrapped);
    expect(recording.trees).toBe('');
  });

  it('cannot be constructed where the function cannot', () => {
    const wrapped = traced(() => 1);
    expect(() => new Recording().run((): unknown => Reflect.construct(wrapped, []))).toThrow(TypeError);
  });

  it('is the base of a subclass', () => {
    function Base(this: { kind: string }) {
      this.kind = new.target?.name ?? 'none';
    }
    const wrapped = traced(Base);
    const Derived = class Derived extends constructorOf(wrapped) {};
    expect(new Derived().kind).toBe('Derived');
    expect(new Derived()).toBeInstanceOf(Base);
  });

  it('leaves a class what it is', () => {
    class Store {
      static readonly #count = 3;
      static count(): number {
        return this.#count;
      }
    }
    const wrapped: unknown = Reflect.apply(traced, undefined, [Store]);
    expect(wrapped).toBe(Store);
    expect(Store.count()).toBe(3);
  });

  it('traces methods whose names begin as a class does', () => {
    const recording = new Recording();
    const methods = { classify: (x: number) => x, class: (x: number) => x };
    const { classify, class: named } = {
      classify(x: number) {
        return methods.classify(x);
      },
      class(x: number) {
        return methods.class(x);
      },
    };
    expect(recording.run(() => [traced(classify)(1), traced(named)(2)])).toEqual([1, 2]);
    expect(recording.trees).toBe('classify\nclass');
  });

  it('nests what it calls under itself, and nothing that is called after it [L4]', () => {
    const recording = new Recording();
    const leaf = traced('leaf', () => currentSpan()?.name);
    const branch = traced('branch', () => leaf());
    recording.run(() => recording.tracer.trace('root', () => [branch(), leaf()]));
    expect(recording.trees).toBe('root\n  branch\n    leaf\n  leaf');
  });

  it('has the current span inside, and none outside', () => {
    const recording = new Recording();
    const name = traced('inside', () => currentSpan()?.name);
    expect(recording.run(() => [name(), currentSpan()])).toEqual(['inside', undefined]);
  });
});

describe('arguments that fight back', () => {
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const trap = () => {
    throw new Error('trapped');
  };
  const hostile = new Proxy({}, { get: trap, getPrototypeOf: trap, ownKeys: trap, has: trap });
  const throwing = {
    get value() {
      return trap();
    },
    toJSON: trap,
  };

  it.each([
    ['a revoked proxy', revoked],
    ['a proxy whose traps throw', hostile],
    ['an object whose getters throw', throwing],
    ['a symbol', Symbol('s')],
    ['a BigInt', 7n],
  ])('%s reaches the function and does not stop it', (_, argument) => {
    const recording = new Recording();
    const echo = traced({ name: 'echo', redact: ['secret'] }, (value: unknown) => value);
    const plain = traced('plain', (value: unknown) => value);
    expect(recording.run(() => Object.is(echo(argument), argument))).toBe(true);
    expect(recording.run(() => Object.is(plain(argument), argument))).toBe(true);
    expect(recording.trees).toBe('echo\nplain');
  });

  it.each([
    ['a proxy whose traps throw', hostile],
    ['a revoked proxy', revoked],
    ['an object that inherits from a hostile proxy', Object.setPrototypeOf({ own: 1 }, hostile)],
    ['an object whose getters throw', throwing],
  ])('%s may be returned, at once or by a promise', async (_, value: unknown) => {
    const recording = new Recording();
    const atOnce = traced('at-once', () => value);
    const later = traced('later', async () => [value]);
    expect(recording.run(() => Object.is(atOnce(), value))).toBe(true);
    expect(Object.is((await recording.run(later))[0], value)).toBe(true);
    expect(recording.trees).toBe('at-once\nlater');
  });

  it('an emitter whose `pipe` throws may be returned, and ends as detached', async () => {
    const recording = new Recording();
    const emitter = Object.defineProperties(new EventEmitter(), {
      pipe: { get: trap },
      readableEnded: {},
      destroyed: {},
    });
    expect(recording.run(traced('at-once', () => emitter))).toBe(emitter);
    expect(await recording.run(traced('later', async () => emitter))).toBe(emitter);
    expect(recording.trees).toBe('at-once  [detached]\nlater  [detached]');
  });

  it('runs no code of an argument traced', () => {
    const recording = new Recording();
    const getter = traced('getter', () => 'read');
    const traps = traced('trap', (target: object) => Reflect.getPrototypeOf(target));
    const work = traced({ name: 'work', redact: ['secret'] }, (_: unknown) => 1);
    recording.run(() => {
      work({
        get value() {
          return getter();
        },
      });
      work(new Proxy({}, { getPrototypeOf: (target) => traps(target) }));
    });
    expect(recording.trees).toBe('work\nwork');
  });
});
