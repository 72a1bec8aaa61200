import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { Recording } from './recording.ts';

/** What the span of a generator that yields `parts` says it gave. */
function outputOf(parts: readonly unknown[]): unknown {
  const recording = new Recording();
  const stream = traced({ name: 'stream' }, function* () {
    yield* parts;
  });
  const given = recording.run(() => [...stream()]);
  expect(given).toEqual(parts);
  return recording.span('stream').output;
}

describe('the output of a stream', () => {
  it('is the joined text where every part is text', () => {
    expect(outputOf(['Hel', '', 'lo'])).toBe('Hello');
  });

  it.each(['', 'x'])('has no half of a character where it is cut (after %j)', (first) => {
    const parts = [first, ...Array.from({ length: 40_000 }, () => '😀')];
    expect(JSON.stringify(outputOf(parts))).not.toMatch(/\\ud[89a-f]|\ufffd/);
  });

  it('joins a character whose halves come in two parts', () => {
    expect(outputOf(['a\ud83d', '\ude00b'])).toBe('a😀b');
  });

  it('is null where nothing came', () => {
    expect(outputOf([])).toBeNull();
  });

  it('is a list of the parts where they are no text', () => {
    expect(outputOf([1, null, undefined, { a: [2] }])).toEqual([1, null, null, { a: [2] }]);
  });

  it('is a list in which the text before the first other part is one item', () => {
    expect(outputOf(['a', 'b', { c: 1 }, 'd', 'e'])).toEqual(['ab', { c: 1 }, 'd', 'e']);
    expect(outputOf([{ c: 1 }, 'd'])).toEqual([{ c: 1 }, 'd']);
  });

  it.each([201, 350, 351, 1_000])(
    'of %i parts keeps fifty at the head, 150 at the tail, and says what is missing',
    (count) => {
      const parts = Array.from({ length: count }, (_, n) => n);
      expect(outputOf(parts)).toEqual([
        ...parts.slice(0, 50),
        { $clew: 'items', omitted: count - 200 },
        ...parts.slice(-150),
      ]);
    },
  );

  it('of 200 parts keeps them all', () => {
    const parts = Array.from({ length: 200 }, (_, n) => n);
    expect(outputOf(parts)).toEqual(parts);
  });

  it('of more text than a record holds keeps its beginning and says how long it was', () => {
    const output = outputOf(Array.from({ length: 10_000 }, () => 'ten bytes '));
    expect(output).toMatchObject({ $clew: 'truncated', length: 100_000 });
    expect(JSON.stringify(output)).toContain('"ten bytes ten bytes ');
  });
});
