import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { large } from './large.ts';
import { recordOutput } from './recording.ts';

/*
 * No measurement of speed, which is the benchmark's: these take minutes where a budget or a linear expression is lost,
 * and the bounds are far above what the slowest machine needs.
 */

/** How long the engine itself takes to list the keys of an object. */
function timeOfListing(value: unknown): number {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 0;
  const before = performance.now();
  Object.keys(value);
  return performance.now() - before;
}

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
  it.each(large)('%s costs the call no long time', (_, build) => {
    const value = build();
    recordOutput(value);
    const times = [1, 2, 3].map(() => {
      const before = performance.now();
      recordOutput(value);
      return performance.now() - before;
    });
    // A capture takes a few milliseconds; without bounds these take seconds. What no capture can interrupt is the
    // engine's own listing of an object's keys.
    expect(Math.min(...times)).toBeLessThan(300 + 10 * timeOfListing(value));
  });
});
