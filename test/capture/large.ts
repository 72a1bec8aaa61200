/** `depth` levels of objects and arrays, one in the other. */
export function nest(depth: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { inner: value } : [value];
  return value;
}

/** Values that no record can hold whole, each built anew. */
export const large: readonly (readonly [string, () => unknown])[] = [
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
