import type { TraceRecord } from 'clew';
import { VoiceObservability } from 'clew/livekit';
import { readTrace } from 'clew/store';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { only, startRecording } from '../../flows/recording.ts';
import { anySteps, play, type Expected } from './any-events.ts';
import { createSession } from './fake-session.ts';
import { HandClock } from './hand-clock.ts';

function recognisedMs({ spans }: TraceRecord): number {
  return spans.reduce((sum, { kind, usage }) => sum + (kind === 'stt' ? (usage?.audioMs ?? 0) : 0), 0);
}

describe('any sequence of events, with anything in them', () => {
  it('V107 never throws into LiveKit, and leaves one ended call with everything that was told as it should be', () => {
    const clock = new HandClock();
    const { tracer, memory } = startRecording();
    fc.assert(
      fc.property(anySteps, fc.nat(40), (steps, stepsAfter) => {
        clock.set(0);
        memory.clear();
        const session = createSession(clock);
        const expected: Expected = { session, texts: [], speeches: [], recognisedMs: 0 };
        new VoiceObservability({ tracer }).attach(session, { agentId: 'support' });
        for (const [number, step] of steps.entries()) {
          clock.set(clock.now + step.passedMs);
          play(step, number, expected);
        }
        session.close();
        const late = { session, texts: [], speeches: expected.speeches, recognisedMs: 0 };
        for (const [number, step] of steps.slice(0, stepsAfter).entries()) play(step, 100 + number, late);

        const trace = only(memory.traces);
        const text = trace.text();
        expect(trace.voice).toMatchObject({ status: 'ended', endReason: 'user_initiated' });
        expect(expected.texts.filter((each) => !text.includes(each))).toEqual([]);
        expect(text).not.toMatch(/number_1\d\d|"failure 1\d\d"/);
        expect(recognisedMs(trace)).toBe(expected.recognisedMs);
        expect(trace.spans.filter(({ endedAt, outcome }) => endedAt === null || outcome === 'no_end')).toEqual([]);
        expect(readTrace(text)?.text()).toBe(text);
        expect(session.eventNames()).toEqual([]);
      }),
      { numRuns: 10000 },
    );
  });
});
