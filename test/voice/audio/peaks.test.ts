import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Peaks } from '../../../src/voice/audio/peaks.ts';

function bytesOf(peaks: Peaks): readonly number[] {
  return [...Buffer.from(peaks.toText(), 'base64')];
}

describe('the waveform', () => {
  it('is empty for nothing, and has a byte per 10 ms of what is short', () => {
    const peaks = new Peaks();
    expect(peaks.toText()).toBe('');
    peaks.add(new Int16Array(240).fill(-32_768));
    peaks.add(new Int16Array(240).fill(16_384));
    peaks.add(Int16Array.of(129));
    expect(bytesOf(peaks)).toEqual([255, 128, 1]);
  });

  it('has equal slices that hold the loudest sample of theirs, for any length', () => {
    const parts = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 900_000 }), fc.integer({ min: 0, max: 32_767 }), fc.boolean()),
      { minLength: 1, maxLength: 12 },
    );
    const check = (given: readonly (readonly [number, number, boolean])[]): void => {
      const peaks = new Peaks();
      for (const [length, level, isSilent] of given) {
        if (isSilent) peaks.addSilence(length);
        else peaks.add(new Int16Array(length).fill(-level));
      }
      const bytes = bytesOf(peaks);
      const total = given.reduce((sum, [length]) => sum + length, 0);
      expect(bytes.length).toBe(Math.min(2_000, Math.ceil(total / 240)));
      let start = 0;
      for (const [length, level, isSilent] of given) {
        const middle = bytes[Math.floor(((start + length / 2) / total) * bytes.length)];
        expect(middle).toBeGreaterThanOrEqual(isSilent ? 0 : Math.round((level * 255) / 32_767));
        start += length;
      }
    };
    fc.assert(fc.property(parts, check), { numRuns: 30 });
  });

  it('does not grow with the call', () => {
    const peaks = new Peaks();
    peaks.addSilence(24 * 3_600 * 24_000);
    peaks.add(new Int16Array(24_000 * 60).fill(32_767));
    expect(bytesOf(peaks)).toHaveLength(2_000);
    expect(bytesOf(peaks).at(-1)).toBe(255);
  });
});
