import { describe, expect, it } from 'vitest';
import { loudRuns, plateau, pretendCall, readWav } from './pretend-call.ts';

type Runs = readonly (readonly [number, number])[];

/** A call whose user is there, and silent, from the start. */
function silentCall() {
  const call = pretendCall();
  const { recorder, wall, pass } = call;
  const quiet = (): ReturnType<typeof plateau> => plateau(0, 20);
  pass(20, quiet);
  return {
    agent: recorder.agent,
    failures: call.failures,
    caughtUp: () => call.caughtUp(),
    clock: call.clock,
    wall,
    /** Goes on to a moment of the session. */
    until: (at: number) => pass(at - (call.clock.ms - 1_000), quiet),
    give: (ms: number, value = 4_000) => {
      for (let given = 0; given < ms; given += 20) recorder.agent.captured(plateau(value, 20));
    },
    samples: async () => readWav(await call.close()).samples,
    runs: async (): Promise<Runs> => loudRuns(readWav(await call.close()).samples),
  };
}

describe("the agent's side", () => {
  it('is heard in real time, however fast it was given', async () => {
    const { agent, until, give, wall, runs } = silentCall();
    until(1_000);
    give(30_000);
    agent.started(wall(1_000));
    until(40_000);
    agent.finished(30_000, false);
    expect(await runs()).toEqual([[1_000, 31_000]]);
  });

  it('begins where the sink says, and now where that makes no sense', async () => {
    const told = silentCall();
    told.until(2_000);
    told.give(200);
    told.agent.started(told.wall(1_900));
    told.until(3_000);
    expect(await told.runs()).toEqual([[1_900, 2_100]]);
    for (const wallMs of [Number.NaN, 0, Number.POSITIVE_INFINITY, 1_700_009_999_000, undefined]) {
      const { agent, until, give, runs } = silentCall();
      until(2_000);
      give(200);
      agent.started(wallMs);
      until(3_000);
      expect(await runs(), String(wallMs)).toEqual([[2_000, 2_200]]);
    }
  });

  it('is cut by a pause, and goes on where it was when it is resumed', async () => {
    const { agent, until, give, runs } = silentCall();
    until(1_000);
    give(1_000);
    agent.started();
    until(1_400);
    agent.paused();
    agent.paused();
    until(3_000);
    agent.resumed();
    agent.resumed();
    until(5_000);
    agent.finished(1_000, false);
    expect(await runs()).toEqual([
      [1_000, 1_400],
      [3_000, 3_600],
    ]);
  });

  it('ends where it was interrupted; what was not heard is not heard later', async () => {
    const { agent, until, give, runs } = silentCall();
    until(1_000);
    give(10_000);
    agent.started();
    until(1_500);
    agent.finished(480, true);
    until(2_000);
    give(300);
    agent.started();
    until(3_000);
    agent.finished(300, false);
    expect(await runs()).toEqual([
      [1_000, 1_480],
      [2_000, 2_300],
    ]);
  });

  it('is trimmed to the position even long after it was assumed', async () => {
    const { agent, until, give, runs } = silentCall();
    until(1_000);
    give(10_000);
    agent.started();
    until(9_000);
    agent.finished(2_000, true);
    until(30_000);
    expect(await runs()).toEqual([[1_000, 3_000]]);
  });

  it('is continued to the position where the sink was ahead of our clock', async () => {
    const { agent, until, give, runs } = silentCall();
    until(1_000);
    give(1_000);
    agent.started();
    until(1_900);
    agent.finished(1_000, false);
    until(5_000);
    expect(await runs()).toEqual([[1_000, 2_000]]);
  });

  it('has no blip where a pause is let go only to interrupt', async () => {
    for (const position of [400, 410, 390, undefined, Number.NaN]) {
      const { agent, until, clock, give, runs } = silentCall();
      until(1_000);
      give(5_000);
      agent.started();
      until(1_400);
      agent.paused();
      until(3_000);
      agent.resumed();
      clock.ms += 22;
      agent.finished(position, true);
      until(6_000);
      const [heard, ...more] = await runs();
      expect(more, String(position)).toEqual([]);
      expect(heard?.[1]).toBeGreaterThanOrEqual(1_390);
      expect(heard?.[1]).toBeLessThanOrEqual(1_400);
    }
  });

  it('lies where the sink reports it, and leaves out what a pause discarded', async () => {
    const { agent, until, give, wall, samples } = silentCall();
    until(1_000);
    give(1_000, 3_000);
    give(200, 9_000);
    give(800, 6_000);
    agent.started(wall(1_000));
    until(2_000);
    agent.paused();
    agent.progressed({ startedAt: wall(1_000), offset: 0, duration: 1_000 });
    until(3_000);
    agent.resumed();
    until(4_000);
    agent.progressed({ startedAt: wall(3_010), offset: 1_200, duration: 800 });
    agent.finished(1_800, false);
    until(20_000);
    const heard = await samples();
    expect(loudRuns(heard)).toEqual([
      [1_000, 2_000],
      [3_010, 3_810],
    ]);
    expect(heard.includes(9_000)).toBe(false);
  });

  it('has no seam where reports follow each other within rounding', async () => {
    const { agent, until, give, wall, samples } = silentCall();
    until(1_000);
    give(1_000);
    agent.started(wall(1_000));
    until(1_500);
    agent.progressed({ startedAt: wall(1_002), offset: 0, duration: 480.4 });
    until(2_100);
    agent.progressed({ startedAt: wall(1_480), offset: 480, duration: 520 });
    agent.finished(1_000, false);
    until(3_000);
    expect(loudRuns(await samples())).toEqual([[1_002, 2_002]]);
  });

  it('believes the position where reports leave something out', async () => {
    const { agent, until, give, wall, runs } = silentCall();
    until(1_000);
    give(5_000);
    agent.started(wall(1_000));
    until(2_000);
    agent.progressed({ startedAt: wall(1_000), offset: 0, duration: 1_000 });
    until(3_000);
    agent.finished(1_500, true);
    until(4_000);
    expect(await runs()).toEqual([[1_000, 2_500]]);
  });

  it('is heard when it comes where the sink ran dry, reported or not', async () => {
    for (const isReported of [false, true]) {
      const { agent, until, give, wall, runs } = silentCall();
      until(1_000);
      give(400);
      agent.started(wall(1_000));
      until(2_000);
      give(400);
      if (isReported) agent.progressed({ startedAt: wall(1_000), offset: 0, duration: 400 });
      until(3_000);
      if (isReported) agent.progressed({ startedAt: wall(2_000), offset: 400, duration: 400 });
      agent.finished(800, false);
      expect(await runs()).toEqual([
        [1_000, 1_400],
        [2_000, 2_400],
      ]);
    }
  });

  it('has no seam where it is given in real time and a little late', async () => {
    const { agent, until, give, samples } = silentCall();
    until(1_000);
    agent.started();
    for (let at = 1_000; at < 3_000; at += 20) {
      until(at);
      give(20);
    }
    until(4_000);
    agent.finished(2_000, false);
    expect(loudRuns(await samples())).toEqual([[1_000, 3_000]]);
  });

  it('keeps what was given ahead for the next segment', async () => {
    const { agent, until, give, runs } = silentCall();
    until(1_000);
    give(1_000);
    give(2_000, 5_000);
    agent.started();
    until(2_000);
    agent.finished(1_000, false);
    until(3_000);
    agent.started();
    until(6_000);
    agent.finished(2_000, false);
    expect(await runs()).toEqual([
      [1_000, 2_000],
      [3_000, 5_000],
    ]);
  });

  it('goes on where a finish never came', async () => {
    const { agent, until, give, runs } = silentCall();
    until(1_000);
    give(500);
    agent.started();
    until(4_000);
    give(500);
    agent.started();
    until(5_000);
    agent.finished(300, true);
    until(6_000);
    agent.started();
    until(6_500);
    give(100);
    until(7_000);
    expect(await runs()).toEqual([
      [1_000, 1_500],
      [4_000, 4_300],
      [6_500, 6_600],
    ]);
  });

  it('is heard before a finish that had no start, and not at all where nothing of it was', async () => {
    const { agent, until, give, runs } = silentCall();
    until(3_000);
    give(500);
    agent.finished(400, false);
    until(4_000);
    give(500);
    agent.finished(0, true);
    agent.finished(undefined, true);
    until(5_000);
    expect(await runs()).toEqual([[2_600, 3_000]]);
  });

  it('is cut where the call ends', async () => {
    const { agent, until, give, runs } = silentCall();
    until(1_000);
    give(10_000);
    agent.started();
    until(2_000);
    expect(await runs()).toEqual([[1_000, 2_000]]);
  });

  it('is recorded without a user, too', async () => {
    const { clock, recorder, close } = pretendCall();
    recorder.agent.captured(plateau(4_000, 60_000));
    recorder.agent.started();
    clock.ms += 70_000;
    recorder.agent.finished(60_000, false);
    const recording = await close();
    expect(recording).toMatchObject({ startOffsetMs: 0, durationMs: 60_000 });
    expect(loudRuns(readWav(recording).samples)).toEqual([[0, 60_000]]);
  });

  it('waits for at most five minutes; what is more is silent, keeps its place, and is told once', async () => {
    const { agent, until, give, failures, caughtUp, samples } = silentCall();
    until(1_000);
    give(300_000);
    give(1_000, 7_000);
    agent.started();
    until(3_000);
    give(500, 6_000);
    for (let at = 3_000; at < 304_000; at += 10_000) {
      until(at);
      await caughtUp();
    }
    const heard = await samples();
    expect(failures).toEqual(['the agent was given more than 5 min ahead; parts are silent']);
    expect(loudRuns(heard)).toEqual([
      [1_000, 301_000],
      [302_000, 302_500],
    ]);
  });

  it('makes something of nonsense', async () => {
    const { agent, until, give, wall, runs } = silentCall();
    until(1_000);
    agent.resumed();
    agent.paused();
    agent.progressed({ startedAt: wall(1_000), offset: 0, duration: 500 });
    give(1_000);
    agent.started();
    for (const value of [Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      agent.progressed({ startedAt: value, offset: 0, duration: 100 });
      agent.progressed({ startedAt: wall(1_000), offset: value, duration: 100 });
      agent.progressed({ startedAt: wall(1_000), offset: 0, duration: value });
    }
    until(3_000);
    agent.finished(Number.NaN, false);
    agent.finished(-5, true);
    expect(await runs()).toEqual([[1_000, 2_000]]);
  });
});
