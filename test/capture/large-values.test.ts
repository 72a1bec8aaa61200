import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { parse, passThrough, recordOutput } from './recording.ts';

/** The default of `limits.valueBytes`, and room for the names and brackets of the last marker. */
const mostBytes = 65_536;

function nest(depth: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { inner: value } : [value];
  return value;
}

/** How long the engine itself takes to list the keys of an object. */
function timeOfListing(value: unknown): number {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 0;
  const before = performance.now();
  Object.keys(value);
  return performance.now() - before;
}

const large: readonly (readonly [string, () => unknown])[] = [
  ['a 5 MB string', () => 'lorem ipsum dolor '.repeat(291_271)],
  ['a 5 MB string without a space', () => 'x'.repeat(5 * 1024 * 1024)],
  ['a 5 MB string in an object', () => ({ body: '1234 abcd '.repeat(524_288) })],
  ['a million items', () => Array.from({ length: 1_000_000 }, (_, index) => index)],
  ['a million objects', () => Array.from({ length: 1_000_000 }, (_, id) => ({ id }))],
  [
    'a Map with a million entries',
    () => new Map(Array.from({ length: 1_000_000 }, (_, index) => [index, `v${index}`])),
  ],
  ['a Set with a million values', () => new Set(Array.from({ length: 1_000_000 }, (_, index) => index))],
  [
    'an object with 100,000 keys',
    () => Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, index])),
  ],
  ['10,000 levels', () => nest(10_000)],
  [
    '200 times 200 long strings',
    () => Array.from({ length: 200 }, () => Array.from({ length: 200 }, () => 'word '.repeat(3_000))),
  ],
  [
    'a wide tree with a BigInt',
    () =>
      Array.from({ length: 150 }, (_, id) => ({
        id: BigInt(id),
        rows: Array.from({ length: 150 }, (_, row) => ({ row, text: `row ${row}` })),
      })),
  ],
  [
    'a sparse array of four thousand million',
    () => {
      const list: number[] = [];
      list[4_294_967_294] = 1;
      return list;
    },
  ],
  ['a BigInt of a million digits', () => ({ big: 1n << 3_321_928n })],
  ['keys of a megabyte', () => ({ ['k '.repeat(500_000)]: 1n })],
];

/** Texts that would take a careless regular expression seconds. */
const repeated = [
  '-eyJ',
  'eyJa.',
  '-----BEGIN PRIVATE KEY-----',
  'a@',
  'a@a.',
  'a.',
  '1 ',
  '1-',
  '+1',
  '://a:',
  'Bearer ',
  '{"a":',
  '[',
  '\\"',
  'sk-',
  '-sk-a',
  '4111 ',
];

describe('hostile text', () => {
  it.each(repeated)('of nothing but %j is masked in time', (part) => {
    const text = `1 ${part.repeat(Math.floor(16_000 / part.length))}`;
    const before = performance.now();
    for (const value of [text, `{${text}`, `"${text}@`]) recordOutput(value);
    expect(performance.now() - before).toBeLessThan(500);
  });
});

describe('large values', () => {
  it.each(large)('%s comes back as the same value, and its record is bounded and readable', (_, build) => {
    const value = build();
    const { result, span } = passThrough(value);
    expect(result === value).toBe(true);
    expect(Buffer.byteLength(span.inputText ?? '')).toBeLessThanOrEqual(mostBytes);
    expect(Buffer.byteLength(span.outputText ?? '')).toBeLessThanOrEqual(mostBytes);
    expect(span.outputText).toContain('$clew');
    expect(() => parse(span.text())).not.toThrow();
  });

  it.each(large)('%s costs the call no long time', (_, build) => {
    const value = build();
    const limits = { captureMs: 2 };
    recordOutput(value, { limits });
    const times = [1, 2, 3].map(() => {
      const before = performance.now();
      recordOutput(value, { limits });
      return performance.now() - before;
    });
    // The budget is 2 ms. What no capture can interrupt is the engine's own listing of an object's keys.
    expect(Math.min(...times)).toBeLessThan(50 + 10 * timeOfListing(value));
  });

  it('a long string keeps its beginning and says how long it was', () => {
    const { span } = passThrough('lorem ipsum '.repeat(100_000));
    expect(span.output).toMatchObject({
      $clew: 'truncated',
      bytes: 1_200_000,
      text: expect.stringMatching(/^lorem ipsum lorem/),
    });
  });

  it('a long array keeps its head and its tail and says how many are missing', () => {
    const { span } = passThrough(Array.from({ length: 1_000_000 }, (_, index) => index));
    const expected = [
      ...Array.from({ length: 50 }, (_, index) => index),
      { $clew: 'items', omitted: 999_800 },
      ...Array.from({ length: 150 }, (_, index) => 999_850 + index),
    ];
    expect(span.output).toEqual(expected);
  });

  it('a large Map keeps its first entries and says how many are missing', () => {
    const map = new Map(Array.from({ length: 1_000_000 }, (_, index) => [`k${index}`, index]));
    const { span } = passThrough({ map });
    expect(span.output).toEqual({
      map: {
        $clew: 'map',
        entries: [
          ...Array.from({ length: 200 }, (_, index) => [`k${index}`, index]),
          { $clew: 'items', omitted: 999_800 },
        ],
      },
    });
  });

  it('an object with many keys keeps the first and says how many are missing', () => {
    const value = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, index]));
    const { span } = passThrough(value);
    expect(span.output).toMatchObject({ key0: 0, key199: 199, $clew: 'keys', omitted: 99_800 });
  });

  it('a deep value keeps its upper twelve levels', () => {
    const text = recordOutput(nest(10_000)).outputText ?? '';
    expect(text.match(/[[{]/g)).toHaveLength(13);
    expect(text).toContain('"$clew":"depth"');
  });
});
