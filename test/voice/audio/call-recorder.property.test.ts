import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AudioFrame } from '../../../src/voice/audio/audio-frame.ts';
import { parseWav, pretendCall, tone, type PretendCall } from './pretend-call.ts';

type Step = (call: PretendCall) => void;

const odd = fc.oneof(
  fc.double({ min: -1e4, max: 1e4 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 1.7e12),
);
const frame: fc.Arbitrary<AudioFrame> = fc.oneof(
  fc
    .record({
      ms: fc.integer({ min: 0, max: 400 }),
      sampleRate: fc.constantFrom(8_000, 16_000, 24_000, 44_100, 48_000),
      channels: fc.constantFrom(1, 2),
    })
    .map(tone),
  fc.record({ data: fc.int16Array({ maxLength: 50 }), sampleRate: odd, channels: odd, samplesPerChannel: odd }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.integer({ min: 0, max: 3_000 }).map(
      (ms): Step =>
        ({ clock }) =>
          void (clock.ms += ms),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 60_000 }).map(
      (ms): Step =>
        ({ clock }) =>
          void (clock.ms += ms),
    ),
  },
  {
    weight: 4,
    arbitrary: frame.map(
      (given): Step =>
        ({ recorder }) =>
          recorder.user(given),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(frame, fc.integer({ min: 1, max: 20 })).map(([given, times]): Step => ({ recorder }) => {
      for (let time = 0; time < times; time += 1) recorder.agent.captured(given);
    }),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(frame, odd).map(([given, late]): Step => ({ recorder, clock }) => {
      recorder.place(given, clock.ms - late);
    }),
  },
  {
    weight: 2,
    arbitrary: fc.option(odd, { nil: undefined }).map((late): Step => ({ recorder, clock, wall }) => {
      recorder.agent.started(late === undefined ? undefined : wall(clock.ms - 1_000 - late));
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>(({ recorder }) => recorder.agent.paused()) },
  { weight: 1, arbitrary: fc.constant<Step>(({ recorder }) => recorder.agent.resumed()) },
  {
    weight: 2,
    arbitrary: fc.tuple(odd, odd, odd).map(([late, offset, duration]): Step => ({ recorder, clock, wall }) => {
      recorder.agent.progressed({ startedAt: wall(clock.ms - 1_000 - late), offset, duration });
    }),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.option(odd, { nil: undefined }), fc.boolean()).map(
      ([position, isInterrupted]): Step =>
        ({ recorder }) =>
          recorder.agent.finished(position, isInterrupted),
    ),
  },
);

describe('any sequence of frames and events', () => {
  it('throws nothing, and makes a recording that is as long as it says, within the call', async () => {
    const check = async (steps: readonly Step[]): Promise<void> => {
      const call = pretendCall();
      for (const take of steps) take(call);
      const recording = await call.recorder.close();
      expect(call.failures.filter((message) => /could not/.test(message))).toEqual([]);
      if (recording === undefined) return;
      const { samples } = parseWav(readFileSync(recording.path));
      const { startOffsetMs, durationMs } = recording;
      expect(Math.abs(samples.length - durationMs * 24)).toBeLessThan(0.05);
      expect(durationMs).toBeGreaterThan(0);
      // Frames may be placed 10 s ahead and last 400 ms.
      expect(startOffsetMs + durationMs).toBeLessThanOrEqual(call.clock.ms - 1_000 + 10_401);
      await recording.remove();
    };
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), check), { numRuns: 300 });
  });

  it('is, of frames that were placed, exactly as long as from the first to the last', async () => {
    // Not so near to each other that one would be taken for what follows the other, without a seam.
    const lengths = fc.oneof(fc.integer({ min: 5, max: 60 }), fc.integer({ min: 105, max: 160 }));
    const places = fc.array(fc.tuple(fc.integer({ min: 0, max: 5_000 }), lengths), { minLength: 1 });
    const check = async (placed: readonly (readonly [number, number])[]): Promise<void> => {
      const { recorder, close } = pretendCall();
      // Five seconds are what may come before the first one.
      for (const [at, ms] of placed) recorder.place(tone({ ms }), 1_000 + 100 * at);
      const recording = await close();
      const start = recording.startOffsetMs;
      const end = Math.max(...placed.map(([at, ms]) => 100 * at + ms));
      expect(start + recording.durationMs).toBe(end);
      await recording.remove();
    };
    await fc.assert(fc.asyncProperty(places, check), { numRuns: 60 });
  });
});
