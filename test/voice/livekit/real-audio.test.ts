import type { TraceRecord } from 'clew';
import { describe, expect, it } from 'vitest';
import type { Attach, Conversation } from '../../fixtures/livekit/conversation.ts';
import * as scenarios from '../../fixtures/livekit/scenarios.ts';
import type { Speaker } from '../../fixtures/livekit/speaker.ts';
import { RealCalls } from './real-calls.ts';
import { toneRuns, type Run } from './tone-runs.ts';

/** The microphone's tone and the agent's. */
const hertz = { user: 220, agent: 440 } as const;

interface Recorded {
  readonly trace: TraceRecord;
  /** When who is heard in the recording, in milliseconds since the start of the call. */
  readonly heard: Readonly<Record<'user' | 'agent', readonly Run[]>>;
  /** When who is said to have spoken. */
  readonly told: Readonly<Record<'user' | 'agent', readonly Run[]>>;
  /** When the speaker played. */
  readonly played: readonly Run[];
}

async function record(scenario: (attach: Attach) => Promise<Conversation>): Promise<Recorded> {
  const calls = new RealCalls();
  try {
    const { speaker } = await scenario(calls.attach('call'));
    await calls.shutdown();
    const trace = calls.trace('call');
    const wav = calls.recording('call');
    const offset = trace.voice?.audio?.startOffsetMs ?? Number.NaN;
    const heard = (who: 'user' | 'agent'): readonly Run[] =>
      toneRuns(wav, hertz[who]).map(([start, end]) => [start + offset, end + offset]);
    expect(calls.log.lines).toEqual([]);
    expect(trace.voice?.audio).toMatchObject({ codec: 'wav', sampleRate: 24_000, channels: 1, encrypted: false });
    expect([wav.sampleRate, wav.channels]).toEqual([24_000, 1]);
    expect(wav.samples.length / 24).toBeCloseTo(trace.voice?.audio?.durationMs ?? 0, 0);
    return {
      trace,
      heard: { user: heard('user'), agent: heard('agent') },
      told: { user: told(trace, 'user'), agent: told(trace, 'agent') },
      played: playedBy(speaker, trace),
    };
  } finally {
    calls.remove();
  }
}

/** What the speaker says of itself: the truth. A frame or two that LiveKit lets out as it gives a speech up are none. */
function playedBy({ heard }: Speaker, { spans }: TraceRecord): readonly Run[] {
  const start = spans[0]?.anchor.wall ?? Number.NaN;
  const runs: Run[] = [];
  for (const { startedAt, duration } of heard.filter((stretch) => stretch.duration > 40)) {
    const last = runs.at(-1);
    const [from, to] = [startedAt - start, startedAt - start + duration];
    if (last !== undefined && from - last[1] <= 100) runs.splice(-1, 1, [last[0], to]);
    else runs.push([from, to]);
  }
  return runs;
}

/** When the speech events of the turns say that somebody spoke. The user's detector is late by what it waits for. */
function told(trace: TraceRecord, role: 'user' | 'agent'): readonly Run[] {
  const [root] = trace.spans;
  const times = (name: string, lateBy: number): readonly number[] =>
    trace.spans
      .flatMap(({ eventFields }) => eventFields.filter((event) => event.name === `${role}_speech_${name}`))
      .map(({ at }) => at - (root?.startedAt ?? 0) - (role === 'user' ? lateBy : 0));
  const ends = times('end', 300);
  return times('start', 60).map((start, at) => [start, ends[at] ?? Number.NaN]);
}

/** The agent is placed by what its output says, to a frame or two. */
const nearMs = 60;
/** The user is placed by when frames come: those that have waited come at once, and up to 100 ms are let be. */
const arrivalMs = 120;
/** LiveKit says that the agent is silent when it has done what there is to do then: never sooner, and later on a busy machine. */
const silenceMs = 3_000;

function expectSame(heard: readonly Run[], expected: readonly Run[], withinMs: number): void {
  expect(heard).toHaveLength(expected.length);
  const distances = expected.map(([start, end], at) => {
    const [from = Number.NaN, to = Number.NaN] = heard[at] ?? [];
    return Math.max(Math.abs(from - start), Math.abs(to - end));
  });
  expect(Math.max(0, ...distances), `${heard.join(' ')} heard, ${expected.join(' ')} told`).toBeLessThan(withinMs);
}

function expectTold(told: readonly Run[], heard: readonly Run[]): void {
  expect(told).toHaveLength(heard.length);
  for (const [at, [start, end]] of told.entries()) {
    const [from = Number.NaN, to = Number.NaN] = heard[at] ?? [];
    expect(Math.abs(start - from)).toBeLessThan(nearMs);
    expect(end - to).toBeGreaterThan(-nearMs);
    expect(end - to).toBeLessThan(silenceMs);
  }
}

/** In real time: on a machine that was busy for long what was heard is not what LiveKit tells. */
describe.concurrent('the recording of a real session', { retry: 2 }, () => {
  it('V43–V45 has each side where its turn says, and nobody else', async () => {
    const [greeting, answer] = await Promise.all([record(scenarios.greeting), record(scenarios.toolTurn)]);
    expect([greeting.told.agent.length, greeting.told.user.length]).toEqual([1, 0]);
    expectAgent(greeting);
    expectTold(greeting.told.agent, greeting.heard.agent);
    expect(greeting.heard.user).toEqual([]);
    expect([answer.told.agent.length, answer.told.user.length]).toEqual([1, 1]);
    expectSame(answer.heard.user, answer.told.user, arrivalMs);
    expectAgent(answer);
    expectTold(answer.told.agent, answer.heard.agent);
  });

  it('V43, V136 is silent where the agent paused, and goes on where it did or the user broke in', async () => {
    const [noise, bargeIn] = await Promise.all([record(scenarios.falseInterruption), record(scenarios.bargeIn)]);
    const [before, after] = noise.heard.agent;
    expect(noise.heard.agent).toHaveLength(2);
    expectSame(noise.heard.user, noise.told.user, arrivalMs);
    expectSame(noise.heard.agent, noise.played, nearMs);
    expectTold(noise.told.agent, [[before?.[0] ?? 0, after?.[1] ?? 0]]);
    expect((after?.[0] ?? 0) - (before?.[1] ?? 0)).toBeGreaterThan(400);
    expect(Math.abs((after?.[0] ?? 0) - resumedAt(noise.trace))).toBeLessThan(nearMs);
    expectBargeIn(bargeIn);
  });

  it('V38, V43 ends where the user broke in, also of what cannot be paused or tells of its playing', async () => {
    const [notPausable, telling] = await Promise.all([
      record((attach) => scenarios.bargeIn(attach, { isPausable: false })),
      record((attach) => scenarios.bargeIn(attach, { reportsProgress: true })),
    ]);
    expectBargeIn(notPausable);
    expectBargeIn(telling);
    expect(telling.trace.voice?.rollup.interruptions).toBe(1);
  });

  it('V45 is none where nobody is heard', async () => {
    const calls = new RealCalls();
    await scenarios.textOnly(calls.attach('call'));
    await calls.shutdown();
    expect(calls.trace('call').voice?.audio).toBeNull();
    calls.remove();
  });
});

function expectAgent({ heard, played, told: turns }: Recorded): void {
  expectSame(heard.agent, played, nearMs);
  expectSame(
    heard.agent.map(([start]) => [start, start]),
    turns.agent.map(([start]) => [start, start]),
    nearMs,
  );
}

function expectBargeIn({ heard, told: turns, ...rest }: Recorded): void {
  expect([turns.user.length, turns.agent.length]).toEqual([2, 2]);
  expectSame(heard.user, turns.user, arrivalMs);
  expectAgent({ heard, told: turns, ...rest });
}

/** When the agent went on after a noise. */
function resumedAt({ spans }: TraceRecord): number {
  const failed = spans.flatMap(({ eventFields }) => eventFields).find(({ name }) => name === 'failed_interrupt');
  return (failed?.at ?? Number.NaN) - (spans[0]?.startedAt ?? 0);
}
