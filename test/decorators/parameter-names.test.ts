import { runInThisContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { span, traced } from 'clew';
import { Recording } from '../call/recording.ts';

type AnyCall = (...args: unknown[]) => unknown;

/** What the record says of a call of this function with these arguments. */
async function inputOf(fn: AnyCall, args: readonly unknown[], params?: readonly string[]): Promise<unknown> {
  const recording = new Recording({ masker: false });
  const wrapped = traced(params === undefined ? { name: 'call' } : { name: 'call', params }, fn);
  await recording.run(() => wrapped(...args));
  return recording.span('call').input;
}

function isCall(value: unknown): value is AnyCall {
  return typeof value === 'function';
}

/** A function out of its text: as a bundler, a minifier or another author writes it. */
function write(text: string): AnyCall {
  const made: unknown = runInThisContext(`(${text})`);
  if (isCall(made)) return made;
  throw new Error(`no function: ${text}`);
}

describe('arguments are named', () => {
  it.each([
    ['function f(first, second) {}'],
    ['function (first, second) {}'],
    ['async function f(first, second) {}'],
    ['(first, second) => 1'],
    ['async (first, second) => 1'],
    ['function f(first, second,) {}'],
    ['function f(/* (the) first */ first, // and\n second) {}'],
    ['function\nf\n(\nfirst\n,\nsecond\n)\n{}'],
  ])('by the parameters’ own names: %s', async (text) => {
    expect(await inputOf(write(text), ['a', 2])).toEqual({ first: 'a', second: 2 });
  });

  it.each([['one => 1'], ['async one => 1'], ['(one) => [one].map((two) => two)'], ['one => ((one))']])(
    'by the name of a sole parameter: %s',
    async (text) => {
      expect(await inputOf(write(text), ['a'])).toEqual({ one: 'a' });
    },
  );

  it.each([
    ['async => Number(async)', 'async'],
    ['async async => Number(async)', 'async'],
    ['$ => 1', '$'],
    ['_ => 1', '_'],
    ['größe => 1', 'größe'],
    ['(名前) => 1', '名前'],
  ])('by an unusual name: %s', async (text, name) => {
    expect(await inputOf(write(text), ['a'])).toEqual({ [name]: 'a' });
  });

  it.each<[string, unknown]>([
    ['(first, second = 2) => 1', { first: ['x'], second: 'y' }],
    ['({ a }, b) => 1', { 0: ['x'], b: 'y' }],
    ['([a], b) => 1', { 0: ['x'], b: 'y' }],
    ['({ a = ")", c: { d } = {} } = {}, [b] = []) => 1', { 0: ['x'], 1: 'y' }],
    ['(...all) => 1', { all: [['x'], 'y'] }],
    ['(a, ...rest) => 1', { a: ['x'], rest: ['y'] }],
    ['(a, ...[b]) => 1', { a: ['x'], 1: ['y'] }],
    ['(a = "x,y", b = ")") => 1', { a: ['x'], b: 'y' }],
    ["(a = 'it\\'s, (', b = 1) => 1", { a: ['x'], b: 'y' }],
    ['(a = () => 1, b = f(2)) => 1', { a: ['x'], b: 'y' }],
    ['(a, b = /* ) */ 1) => 1', { a: ['x'], b: 'y' }],
    ['(a = `//`, b) => 1', { a: ['x'], b: 'y' }],
    ['(a = `${(1, ")")}`, b) => 1', { a: ['x'], b: 'y' }],
    ['(a = /[/,)]/, b = 4 / 2) => 1', { a: ['x'], b: 'y' }],
    ['(a = { b: [1, 2] }, b) => 1', { a: ['x'], b: 'y' }],
    ['async function f(a = 1, b) {}', { a: ['x'], b: 'y' }],
  ])('with defaults, patterns and rest: %s', async (text, expected) => {
    expect(await inputOf(write(text), [['x'], 'y'])).toEqual(expected);
  });

  it('by the names given in `params`, whatever the function looks like', async () => {
    expect(await inputOf(write('(a = 1, { b } = {}) => 1'), [1, { b: 2 }], ['first', 'second'])).toEqual({
      first: 1,
      second: { b: 2 },
    });
    expect(await inputOf(write('(a,b,c)=>1'), ['x', 'y', 'z'], ['query', 'limit'])).toEqual({
      query: 'x',
      limit: 'y',
      '2': 'z',
    });
    expect(await inputOf(write('(...all) => 1'), ['x', 'y', 'z'], ['query'])).toEqual({ query: 'x', 1: 'y', 2: 'z' });
  });

  it('by position where a function is native or bound', async () => {
    expect(await inputOf(Array.of, [1, 2])).toEqual({ '0': 1, '1': 2 });
    expect(await inputOf(write('function f(a, b) {}').bind(null), ['x', 'y'])).toEqual({ '0': 'x', '1': 'y' });
  });

  it('only as far as the function declares them', async () => {
    const fn = write('(first, second) => 1');
    expect(await inputOf(fn, [1, 2, 3])).toEqual({ first: 1, second: 2 });
    expect(await inputOf(fn, [1])).toEqual({ first: 1 });
    expect(await inputOf(fn, [])).toEqual({});
    expect(await inputOf(write('function f(first) { return arguments.length; }'), [1, 2])).toEqual({ first: 1, 1: 2 });
  });

  it.each(['(doc) => 1', '(...all) => 1', 'function f() { return arguments.length; }', 'Math.max'])(
    'without the list that map passes to each of its steps: %s',
    async (text) => {
      const docs = [{ id: 1 }, { id: 2 }];
      const recording = new Recording();
      const step = traced('step', write(text));
      recording.run(() => docs.map(step));
      expect(recording.exporter.spans.map(({ inputText }) => inputText?.length ?? 0)).toEqual([
        expect.any(Number),
        expect.any(Number),
      ]);
      for (const { inputText } of recording.exporter.spans) expect(inputText).not.toMatch(/"id":1.*"id":2/);
    },
  );

  it('as minified code names them', async () => {
    expect(await inputOf(write('async(e,t)=>{let n=[e,t];return n.at(0)}'), ['x', 'y'])).toEqual({ e: 'x', t: 'y' });
  });

  it('in methods of every sort', () => {
    class Sorts {
      @span
      plain(first: string) {
        return first;
      }

      @span
      async later(first: string) {
        return first;
      }

      @span
      *items(first: string) {
        yield first;
      }

      @span
      async *stream(first: string) {
        yield first;
      }

      @span
      static fixed(first: string) {
        return first;
      }

      @span
      ['computed (']() {
        return 1;
      }
    }
    const recording = new Recording();
    recording.run(() => {
      const sorts = new Sorts();
      void sorts.later('a');
      void sorts.stream('a').next();
      return [sorts.plain('a'), [...sorts.items('a')], Sorts.fixed('a'), sorts['computed (']()];
    });
    for (const name of ['plain', 'items', 'fixed']) expect(recording.span(name).input).toEqual({ first: 'a' });
    expect(recording.span('computed (').input).toEqual({});
  });
});

describe('a sole plain object', () => {
  it('is the input itself', async () => {
    expect(await inputOf(write('(options) => 1'), [{ city: 'Oslo' }])).toEqual({ city: 'Oslo' });
    expect(await inputOf(write('({ city }) => 1'), [{ city: 'Oslo' }])).toEqual({ city: 'Oslo' });
    expect(await inputOf(write('(o) => 1'), [Object.assign(Object.create(null), { city: 'Oslo' })])).toEqual({
      city: 'Oslo',
    });
  });

  it('is not what a class, an array, a date or null is', async () => {
    const fn = write('(value) => 1');
    for (const value of [[1], null, 'text', 7]) expect(await inputOf(fn, [value])).toEqual({ value });
    expect(await inputOf(fn, [new Map([['a', 1]])])).toHaveProperty('value');
    expect(await inputOf(fn, [new Date(0)])).toHaveProperty('value');
  });

  it('beside another argument is one of two', async () => {
    expect(await inputOf(write('(options, more) => 1'), [{ a: 1 }, 2])).toEqual({ options: { a: 1 }, more: 2 });
  });
});

describe('any parameter list', () => {
  const reserved = new Set(
    'await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield arguments __proto__ toJSON'.split(
      ' ',
    ),
  );
  const name = fc.stringMatching(/^[a-zA-Z_$é][\w$é]{0,8}$/).filter((word) => !reserved.has(word));
  const gap = fc.constantFrom('', ' ', '\n', '/* a, (b) */', ' // c)\n');
  const form = fc.constantFrom(
    (list: string) => `function f(${list}) { return (1); }`,
    (list: string) => `async function(${list}) {}`,
    (list: string) => `(${list}) => ({})`,
    (list: string) => `async (${list}) => Number(2)`,
  );
  const names = fc.uniqueArray(name, { minLength: 2, maxLength: 6 });

  it('of simple names gives each argument its name', async () => {
    await fc.assert(
      fc.asyncProperty(names, form, gap, gap, async (list, shape, before, after) => {
        const fn = write(shape(list.map((each) => before + each + after).join(',')));
        const expected = Object.fromEntries(list.map((each, index) => [each, index]));
        expect(await inputOf(fn, Object.values(expected))).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  const complex = fc.constantFrom('{ p, q }', '[p, q]', 'p = 1', 'p = ")"', 'p = [1, 2]', 'p = (1, 2)', '{ p = "(" }');

  it('with a default in it names each, and gives a pattern its position', async () => {
    await fc.assert(
      fc.asyncProperty(names, complex, fc.nat(), form, async (list, odd, seed, shape) => {
        const clear = list.filter((each) => each !== 'p' && each !== 'q');
        const place = seed % (clear.length + 1);
        const fn = write(shape(clear.toSpliced(place, 0, odd).join(', ')));
        const shown = clear.toSpliced(place, 0, odd.startsWith('p') ? 'p' : String(place));
        const expected = Object.fromEntries(shown.map((each, index) => [each, [index]]));
        expect(await inputOf(fn, Object.values(shown.map((_, index) => [index])))).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});
