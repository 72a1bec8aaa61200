import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AudioFrame } from '../../../src/voice/audio/audio-frame.ts';
import { Resampler } from '../../../src/voice/audio/resampler.ts';
import { tone } from './pretend-call.ts';

/** Cuts a frame into pieces of such lengths, by turns, and resamples them one after the other. */
function resample({ data, sampleRate, channels }: AudioFrame, lengths: readonly number[]): Int16Array {
  const resampler = new Resampler();
  const samples: number[] = [];
  for (let start = 0, turn = 0; start < data.length; turn += 1) {
    const length = channels * Math.max(1, lengths[turn % lengths.length] ?? 1);
    samples.push(...resampler.push({ data: data.subarray(start, start + length), sampleRate, channels }));
    start += length;
  }
  return Int16Array.from(samples);
}

/** How often it goes up through zero: the frequency, for a second. */
function hertzOf(samples: Int16Array): number {
  return samples.reduce((count, sample, index) => count + (sample >= 0 && (samples[index - 1] ?? 0) < 0 ? 1 : 0), 0);
}

function loudness(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

const rates = [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];

describe('resampling', () => {
  it.each(rates)('keeps how long and how high a sound is, and how loud, from %i Hz', (sampleRate) => {
    for (const channels of [1, 2]) {
      const samples = resample(tone({ ms: 1_000, hertz: 1_000, sampleRate, channels }), [Math.floor(sampleRate / 50)]);
      expect(samples.length).toBe(24_000);
      expect(Math.abs(hertzOf(samples) - 1_000)).toBeLessThanOrEqual(2);
      expect(loudness(samples) / (8_000 / Math.SQRT2)).toBeCloseTo(1, 1);
    }
  });

  it('cannot be heard at the borders of frames, of whatever lengths and rate', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 });
    const rate = fc.oneof(fc.constantFrom(...rates), fc.integer({ min: 1_000, max: 100_000 }));
    const check = (sampleRate: number, pieces: readonly number[]): void => {
      const sound = tone({ ms: 100, hertz: 300, sampleRate });
      expect(resample(sound, pieces)).toEqual(resample(sound, [sound.data.length]));
    };
    fc.assert(fc.property(rate, lengths, check), { numRuns: 200 });
  });

  it('keeps the duration within a sample over an hour, for odd rates too', () => {
    for (const sampleRate of [44_100, 22_051, 12_345]) {
      const resampler = new Resampler();
      const frame = { data: new Int16Array(sampleRate), sampleRate, channels: 1 };
      let length = 0;
      for (let second = 0; second < 60; second += 1) length += resampler.push(frame).length;
      expect(Math.abs(length - 60 * 24_000)).toBeLessThanOrEqual(1);
    }
  });

  it.each([
    [48_000, 15_500],
    [48_000, 20_000],
    [44_100, 16_000],
    [96_000, 30_000],
  ])('does not fold down what is too high: from %i Hz, %i Hz', (sampleRate, hertz) => {
    const samples = resample(tone({ ms: 500, hertz, sampleRate, level: 20_000 }), [480]);
    expect(loudness(samples.subarray(500))).toBeLessThan(20_000 / Math.SQRT2 / 100);
  });

  it('averages channels, and stays within 16 bits', () => {
    const stereo = { data: Int16Array.of(100, 300, -50, 50, 32_767, 32_767), sampleRate: 24_000, channels: 2 };
    expect(new Resampler().push(stereo)).toEqual(Int16Array.of(200, 0, 32_767));
    const square = Int16Array.from({ length: 4_800 }, (_, index) => (index % 100 < 50 ? 32_767 : -32_768));
    const samples = new Resampler().push({ data: square, sampleRate: 48_000, channels: 1 });
    expect(Math.max(...samples)).toBe(32_767);
    expect(Math.min(...samples)).toBe(-32_768);
  });

  it('takes as many samples as the frame says that count', () => {
    const data = Int16Array.of(1, 2, 3, 4, 5);
    const push = (facts: Partial<AudioFrame>): readonly number[] => [
      ...new Resampler().push({ data, sampleRate: 24_000, channels: 1, ...facts }),
    ];
    expect(push({ samplesPerChannel: 2 })).toEqual([1, 2]);
    expect(push({ samplesPerChannel: 90 })).toEqual([1, 2, 3, 4, 5]);
    expect(push({ samplesPerChannel: Number.NaN })).toEqual([1, 2, 3, 4, 5]);
    expect(push({ samplesPerChannel: -1 })).toEqual([]);
    expect(push({ channels: 2 })).toEqual([2, 4]);
  });

  it('leaves out frames that make no sense', () => {
    const push = (facts: Partial<AudioFrame>): number =>
      new Resampler().push({ data: new Int16Array(100), sampleRate: 24_000, channels: 1, ...facts }).length;
    expect([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 999].map((sampleRate) => push({ sampleRate }))).toEqual([
      0, 0, 0, 0, 0,
    ]);
    expect([0, -1, Number.NaN, 1.5, 65].map((channels) => push({ channels }))).toEqual([0, 0, 0, 0, 0]);
    expect(push({ data: new Int16Array(0) })).toBe(0);
  });

  it('does not keep the array of the caller, who may use it again', () => {
    const frame = tone();
    const samples = new Resampler().push(frame);
    frame.data.fill(0);
    expect(loudness(samples)).toBeGreaterThan(1_000);
  });

  it('begins anew where the rate changes', () => {
    const resampler = new Resampler();
    const lengths = [8_000, 48_000, 24_000, 16_000].map((sampleRate) => resampler.push(tone({ sampleRate })).length);
    expect(lengths).toEqual([480, 480, 480, 480]);
  });
});
