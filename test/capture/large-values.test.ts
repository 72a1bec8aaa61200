import { describe, expect, it } from 'vitest';
import { large, nest } from './large.ts';
import { parse, passThrough, recordOutput } from './recording.ts';

/** The default of `limits.valueBytes`, and room for the names and brackets of the last marker. */
const mostBytes = 65_536;

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
