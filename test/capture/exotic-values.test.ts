import { describe, expect, it } from 'vitest';
import { captured, passThrough, recordOutput } from './recording.ts';

describe('what JSON cannot say', () => {
  it('names a circular reference where it closes', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop['self'] = loop;
    loop['list'] = [{ back: loop }];
    expect(captured(loop)).toEqual({
      name: 'loop',
      self: { $clew: 'circular' },
      list: [{ back: { $clew: 'circular' } }],
    });
  });

  it('does not call a shared object circular', () => {
    const shared = { id: 1 };
    expect(captured({ first: shared, second: shared, list: [shared, shared] })).toEqual({
      first: { id: 1 },
      second: { id: 1 },
      list: [{ id: 1 }, { id: 1 }],
    });
    expect(captured({ first: shared, second: shared, forced: 1n })).toMatchObject({
      first: { id: 1 },
      second: { id: 1 },
    });
  });

  it('keeps a BigInt in full', () => {
    expect(captured({ big: 2n ** 70n })).toEqual({ big: { $clew: 'bigint', value: '1180591620717411303424' } });
  });

  it('keeps the entries of a Map and the values of a Set, nested ones too', () => {
    const value = {
      map: new Map<unknown, unknown>([
        ['a', 1],
        [{ k: 2 }, new Set([1, 'x'])],
      ]),
    };
    expect(captured(value)).toEqual({
      map: {
        $clew: 'map',
        entries: [
          ['a', 1],
          [{ k: 2 }, { $clew: 'set', values: [1, 'x'] }],
        ],
      },
    });
  });

  it('writes a Date as ISO 8601, and an invalid one as such', () => {
    const at = new Date('2026-11-20T10:00:00.123Z');
    expect(captured({ at, never: new Date(Number.NaN) })).toEqual({
      at: '2026-11-20T10:00:00.123Z',
      never: { $clew: 'date', value: 'Invalid Date' },
    });
  });

  it('keeps an Error with its cause and its errors', () => {
    const cause = Object.assign(new RangeError('too far'), { code: 'E_FAR' });
    const error = new AggregateError([new TypeError('one')], 'several', { cause });
    expect(captured({ error })).toEqual({
      error: {
        $clew: 'error',
        name: 'AggregateError',
        message: 'several',
        cause: { $clew: 'error', name: 'RangeError', message: 'too far', code: 'E_FAR' },
        errors: [{ $clew: 'error', name: 'TypeError', message: 'one' }],
      },
    });
  });

  it('tells bytes by their number', () => {
    const value = { buffer: Buffer.from('hello'), raw: new ArrayBuffer(12), view: new DataView(new ArrayBuffer(4)) };
    expect(captured(value)).toEqual({
      buffer: { $clew: 'bytes', type: 'Buffer', bytes: 5 },
      raw: { $clew: 'bytes', type: 'ArrayBuffer', bytes: 12 },
      view: { $clew: 'bytes', type: 'DataView', bytes: 4 },
    });
  });

  it('shows how an embedding begins', () => {
    const embedding = Float64Array.from({ length: 1536 }, (_, index) => index / 2);
    expect(captured({ embedding })).toEqual({
      embedding: {
        $clew: 'numbers',
        type: 'Float64Array',
        length: 1536,
        head: Array.from({ length: 50 }, (_, index) => index / 2),
      },
    });
  });

  it('names a detached buffer and what looks into it', () => {
    const buffer = new ArrayBuffer(16);
    const view = new Float32Array(buffer);
    structuredClone(buffer, { transfer: [buffer] });
    const { result, span } = passThrough({ buffer, view, rest: 'kept' });
    expect(result).toMatchObject({ buffer, view });
    expect(span.output).toMatchObject({
      buffer: { $clew: 'bytes', bytes: 0 },
      view: { $clew: expect.any(String) },
      rest: 'kept',
    });
  });

  it('names symbols and functions', () => {
    expect(captured({ symbol: Symbol('mark'), call: function send() {}, Made: class Made {} })).toEqual({
      symbol: { $clew: 'symbol', description: 'mark' },
      call: { $clew: 'function', name: 'send' },
      Made: { $clew: 'function', name: 'Made' },
    });
  });

  it('reads class instances, null-prototype objects, URLs and regular expressions', () => {
    class Point {
      readonly x = 1;
      readonly #hidden = 2;
      get sum(): number {
        return this.x + this.#hidden;
      }
    }
    const bare: unknown = Object.assign(Object.create(null), { a: 1 });
    expect(captured({ point: new Point(), bare, url: new URL('https://example.com/a?b=1'), match: /a+b/gi })).toEqual({
      point: { x: 1 },
      bare: { a: 1 },
      url: 'https://example.com/a?b=1',
      match: '/a+b/gi',
    });
  });

  it('names an instance that shows nothing', () => {
    expect(captured({ hidden: new (class Vault {})(), weak: new WeakMap() })).toEqual({
      hidden: { $clew: 'object', type: 'Vault' },
      weak: { $clew: 'object', type: 'WeakMap' },
    });
  });

  it('unwraps boxed primitives', () => {
    const value = { number: Object(5), text: Object('five'), flag: Object(false), big: Object(5n) };
    expect(captured(value)).toEqual({ number: 5, text: 'five', flag: false, big: { $clew: 'bigint', value: '5' } });
  });

  it('names numbers that JSON has not, and gives -0 as JSON does', () => {
    expect(captured([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0])).toEqual([
      { $clew: 'number', value: 'NaN' },
      { $clew: 'number', value: 'Infinity' },
      { $clew: 'number', value: '-Infinity' },
      0,
    ]);
  });

  it('gives holes and undefined items of an array as null, and leaves undefined properties out', () => {
    // eslint-disable-next-line no-sparse-arrays -- the hole is what it is about
    const value = { list: [1, , undefined, 3], missing: undefined };
    expect(captured(value)).toEqual({ list: [1, null, null, 3] });
    expect(captured({ ...value, forced: 1n })).toEqual({
      list: [1, null, null, 3],
      forced: { $clew: 'bigint', value: '1' },
    });
  });

  it('records nothing for undefined and null for null', () => {
    expect(recordOutput(undefined).outputText).toBeNull();
    expect(recordOutput(null).outputText).toBe('null');
  });
});
