import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ClewConfigError } from 'clew';
import { describe, expect, it } from 'vitest';
import { CallRecorder } from '../../../src/voice/audio/call-recorder.ts';
import { loudRuns, microphone, plateau, pretendCall, readWav, tone } from './pretend-call.ts';

describe('a recording of a call', () => {
  it('has both sides where they were heard', async () => {
    const { recorder, pass, wall, close } = pretendCall();
    const user = microphone([500, 1_000], [2_500, 3_000]);
    pass(1_500, user);
    for (let n = 0; n < 40; n += 1) recorder.agent.captured(tone());
    recorder.agent.started(wall(1_500));
    pass(900, user);
    recorder.agent.finished(800, false);
    pass(1_600, user);
    const { samples, sampleRate, channels } = readWav(await close());
    expect([sampleRate, channels, samples.length]).toEqual([24_000, 1, 96_000]);
    expect(loudRuns(samples)).toEqual([
      [500, 1_000],
      [1_500, 2_300],
      [2_500, 3_000],
    ]);
  });

  it('begins with its first sound, and says where that lies', async () => {
    const { recorder, pass, close } = pretendCall();
    pass(3_000);
    recorder.user(tone());
    const recording = await close();
    expect(recording).toMatchObject({ startOffsetMs: 2_980, durationMs: 20, codec: 'wav', extension: 'wav' });
    expect(recording).toMatchObject({ sampleRate: 24_000, channels: 1, byteLength: 44 + 960, contentLength: 44 + 960 });
  });

  it('begins with the side that was first, even if that was told later', async () => {
    const { recorder, pass, wall, close } = pretendCall();
    pass(1_000);
    pass(400, microphone());
    recorder.agent.captured(plateau(3_000, 100));
    recorder.agent.started(wall(900));
    pass(600, microphone());
    const recording = await close();
    expect(recording).toMatchObject({ startOffsetMs: 900, durationMs: 1_100 });
    expect(loudRuns(readWav(recording).samples)).toEqual([[0, 100]]);
  });

  it('adds the sides up where they overlap, within what 16 bits hold', async () => {
    const { recorder, pass, close } = pretendCall();
    recorder.agent.captured(plateau(20_000, 60));
    recorder.agent.started();
    pass(20, () => plateau(-5_000, 20));
    pass(20, () => plateau(20_000, 20));
    pass(20, () => plateau(0, 20));
    const { samples } = readWav(await close());
    expect([samples[100], samples[600], samples[1_100]]).toEqual([15_000, 32_767, 20_000]);
  });

  it('is a file that nobody else may read, named as ours, in the folder it was given', async () => {
    const { recorder, pass, folder, close } = pretendCall();
    pass(100, microphone());
    const { path } = await close();
    expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([path]);
    expect(path).toMatch(/clew-audio-[\da-f]{24}$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(recorder.close()).toBe(recorder.close());
  });

  it('goes when it is removed, and a second time nothing happens', async () => {
    const { pass, folder, close } = pretendCall();
    pass(100, microphone());
    const recording = await close();
    await recording.remove();
    await recording.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is none where nothing was heard, and leaves no file', async () => {
    const { recorder, pass, folder } = pretendCall();
    recorder.agent.started();
    recorder.agent.captured({ data: new Int16Array(0), sampleRate: 24_000, channels: 1 });
    pass(60_000);
    expect(await recorder.close()).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves nothing behind when it is discarded, before or after its end', async () => {
    const early = pretendCall();
    early.pass(60_000, microphone());
    await early.recorder.discard();
    expect(await early.recorder.close()).toBeUndefined();
    const late = pretendCall();
    late.pass(60_000, microphone());
    await late.close();
    await late.recorder.discard();
    await late.recorder.discard();
    expect([...readdirSync(early.folder), ...readdirSync(late.folder)]).toEqual([]);
  });

  it('takes nothing after its end', async () => {
    const { recorder, pass, close } = pretendCall();
    pass(100, microphone());
    const { path } = await close();
    const before = readFileSync(path);
    pass(30_000, microphone([0, 90_000]));
    recorder.agent.captured(tone());
    recorder.agent.started();
    recorder.place(tone(), 5_000);
    expect(readFileSync(path)).toEqual(before);
  });

  it('knows how loud it is over its time', async () => {
    const { pass, close } = pretendCall();
    pass(40_000, (at) => plateau(at > 10_000 && at <= 20_000 ? -32_768 : 0, 20));
    const peaks = Buffer.from((await close()).peaks, 'base64');
    expect(peaks).toHaveLength(2_000);
    expect([...peaks.subarray(0, 498), ...peaks.subarray(1_002)].every((peak) => peak === 0)).toBe(true);
    expect([...peaks.subarray(502, 998)].every((peak) => peak === 255)).toBe(true);
  });

  it('is lost where the folder cannot be, and says so once', async () => {
    const { recorder, failures, pass } = pretendCall({ folder: '/dev/null/nowhere' });
    pass(60_000, microphone());
    await Promise.resolve();
    pass(60_000, microphone());
    expect(await recorder.close()).toBeUndefined();
    expect(failures).toEqual(['the recording could not be written and is lost']);
  });

  it('goes on where whoever is told of a failure throws', async () => {
    const onFailure = (): never => {
      throw new Error('the reporter is broken');
    };
    const { recorder, pass } = pretendCall({ folder: '/dev/null/nowhere', onFailure });
    pass(60_000, microphone());
    expect(await recorder.close()).toBeUndefined();
  });

  it('is not begun with a key of another length, and does not show it', () => {
    const { clock } = pretendCall();
    const begin = (): unknown =>
      new CallRecorder({ clock, startedAt: 0, key: Buffer.from('too short a key'), onFailure: () => {} });
    expect(begin).toThrow(ClewConfigError);
    expect(begin).not.toThrow(/too short/);
  });
});

describe("the user's side", () => {
  it('has no seam where frames are some milliseconds early or late', async () => {
    const { clock, recorder, close } = pretendCall();
    for (const jitter of [0, 30, -15, 60, -40, 80, 0, 5, -5, 0]) {
      clock.ms += 20;
      const at = clock.ms;
      clock.ms = at + jitter;
      recorder.user(plateau(4_000, 20));
      clock.ms = at;
    }
    const { samples } = readWav(await close());
    expect(samples).toEqual(new Int16Array(4_800).fill(4_000));
  });

  it('is silent where frames were missing for more than 100 ms', async () => {
    const { pass, close } = pretendCall();
    pass(200, () => plateau(4_000, 20));
    pass(500);
    pass(200, () => plateau(4_000, 20));
    expect(loudRuns(readWav(await close()).samples)).toEqual([
      [0, 200],
      [700, 900],
    ]);
  });

  it('fills the gap with what the gap had held back', async () => {
    const { recorder, pass, close } = pretendCall();
    pass(400, () => plateau(4_000, 20));
    pass(1_000);
    for (let n = 0; n < 50; n += 1) recorder.user(plateau(6_000, 20));
    pass(400, () => plateau(4_000, 20));
    const { samples } = readWav(await close());
    // A run may be 100 ms off, no more.
    expect(samples.length).toBeLessThanOrEqual(1_900 * 24);
    const held = loudRuns(samples, 6_000);
    expect(held).toHaveLength(1);
    expect(held[0]?.[0]).toBeGreaterThanOrEqual(400);
    expect(held[0]?.[0]).toBeLessThanOrEqual(500);
    expect(loudRuns(samples).at(-1)?.[1]).toBeGreaterThanOrEqual(1_800);
  });

  it('is placed anew, and not twice over itself, where its clock is faster than ours', async () => {
    const { clock, recorder, close } = pretendCall();
    for (let n = 0; n < 1_000; n += 1) {
      clock.ms += 19;
      recorder.user(plateau(4_000, 20));
    }
    const { samples } = readWav(await close());
    expect(samples.length / 24).toBeGreaterThanOrEqual(19_001);
    expect(samples.length / 24).toBeLessThanOrEqual(19_101);
    expect(samples.every((sample) => sample === 4_000)).toBe(true);
  });
});

describe('a frame whose time is known', () => {
  it('lies where it was placed, in whatever order frames come', async () => {
    const { recorder, close } = pretendCall();
    recorder.place(plateau(4_000, 100), 3_000);
    recorder.place(plateau(5_000, 100), 1_500);
    recorder.place(plateau(1_000, 50), 3_050);
    const recording = await close();
    expect(recording).toMatchObject({ startOffsetMs: 500, durationMs: 1_600 });
    const { samples } = readWav(recording);
    expect(loudRuns(samples)).toEqual([
      [0, 100],
      [1_500, 1_600],
    ]);
    expect([samples[37_000], samples[37_300]]).toEqual([4_000, 5_000]);
  });

  it('follows the one before without a seam, on each side of the call', async () => {
    const { recorder, close } = pretendCall();
    for (let n = 0; n < 100; n += 1) {
      recorder.place(tone({ sampleRate: 16_000, hertz: 50, level: 3_000 }), 1_000 + 20 * n + (n % 3));
      recorder.place(plateau(7_000, 20), 1_005 + 20 * n - (n % 2));
    }
    const { samples } = readWav(await close());
    expect(samples.length).toBe(2_005 * 24);
    const steps = samples
      .subarray(1_000, -1_000)
      .map((sample, index) => Math.abs(sample - (samples[999 + index] ?? 0)));
    expect(steps.reduce((most, step) => Math.max(most, step), 0)).toBeLessThan(60);
  });

  it('may come hours after the last one: what lies between is silence', async () => {
    const { clock, recorder, close } = pretendCall();
    recorder.place(plateau(4_000, 100), 1_000);
    clock.ms = 1_000 + 3_600_000;
    recorder.place(plateau(4_000, 100), 1_000 + 3_600_000);
    const { samples } = readWav(await close());
    expect(loudRuns(samples)).toEqual([
      [0, 100],
      [3_600_000, 3_600_100],
    ]);
  });

  it('is left out where its time makes no sense, and the rest of the recording is not harmed', async () => {
    const { recorder, failures, close } = pretendCall();
    recorder.place(tone(), 1_700_000_000_000);
    recorder.place(tone(), Number.NaN);
    recorder.place(tone(), Number.NEGATIVE_INFINITY);
    recorder.place(plateau(4_000, 20), 1_000);
    expect((await close()).durationMs).toBe(20);
    expect(failures).toEqual(['a frame was placed a day away and was left out']);
  });

  it('ends the recording where a WAV can be no longer, and says so', async () => {
    const { clock, recorder, failures, close } = pretendCall();
    recorder.place(plateau(4_000, 20), 1_000);
    clock.ms += 89_478_500;
    recorder.place(plateau(4_000, 20), clock.ms);
    recorder.place(plateau(4_000, 20), 2_000);
    expect((await close()).durationMs).toBe(20);
    expect(failures).toEqual(['the recording is longer than a WAV can be (24 h 51 min); what comes now is left out']);
  });
});
