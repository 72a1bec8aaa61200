import type { TraceRecord } from 'clew';
import { readTrace } from 'clew/store';
import { stageKinds, VoiceClient } from 'clew/voice';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordsOf } from '../fixtures/records.ts';
import { only } from '../flows/recording.ts';

const ms = fc.oneof(fc.nat(10_000), fc.double({ min: 0, max: 10_000, noNaN: true }));
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud800', 'ä"\\\n</script>'));
const turns = fc.array(
  fc.record(
    {
      role: fc.constantFrom('user' as const, 'agent' as const),
      startedAt: ms,
      endedAt: ms,
      speechId: text,
      transcript: text,
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      language: text,
      latencyMs: ms,
      events: fc.array(fc.record({ name: text, data: fc.jsonValue() }), { maxLength: 3 }),
      stages: fc.array(
        fc.record({
          kind: fc.constantFrom(...stageKinds),
          payload: fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 5 }),
          costUsd: fc.double({ min: 0, max: 100, noNaN: true }),
        }),
        { maxLength: 3 },
      ),
    },
    { requiredKeys: ['role', 'events', 'stages'] },
  ),
  { maxLength: 5 },
);
const calls = fc.record({
  agentId: text,
  transport: text,
  roomId: text,
  reason: text,
  mosScore: fc.double({ min: 0, max: 5, noNaN: true }),
  turns,
});
type Call = typeof calls extends fc.Arbitrary<infer Value> ? Value : never;

function make({ turns: list, mosScore, reason, ...options }: Call): TraceRecord {
  const records = recordsOf((tracer) => {
    const session = new VoiceClient({ tracer }).startSession({ ...options, startedAt: 0 });
    for (const { role, startedAt = 0, speechId, transcript, endedAt = 1, ...said } of list) {
      const begun = { startedAt, ...(speechId !== undefined && { speechId }) };
      const turn = role === 'user' ? session.userTurn(begun) : session.agentTurn(begun);
      for (const { kind, payload, costUsd } of said.stages) {
        turn.stage(kind, { startedAt }, (stage) => stage.setPayload({ ...payload, costUsd }));
      }
      for (const { name, data } of said.events) turn.event(name, data);
      turn.end({ endedAt });
      if (transcript !== undefined) turn.setTranscript(transcript, said);
      if (said.latencyMs === undefined) continue;
      turn.setEndToEndLatency(said.latencyMs);
      turn.markInterrupted({ byTurnId: turn.turnId, interruptLatencyMs: said.latencyMs });
    }
    session.setTransportQuality({ mosScore });
    void session.end({ reason, endedAt: 20_000 });
  });
  return only(records);
}

describe('the wire text of a call', () => {
  it('is read back as itself, to the last character, whatever was said', () => {
    fc.assert(
      fc.property(calls, (call) => {
        const written = make(call).text();
        expect(readTrace(written)?.text()).toBe(written);
      }),
    );
  });

  it('is read back as a record that says the same', () => {
    fc.assert(
      fc.property(calls, (call) => {
        const trace = make(call);
        const read = readTrace(trace.text());
        expect(read?.toJSON()).toEqual(trace.toJSON());
        expect(read?.voice?.rollup).toEqual(trace.voice?.rollup);
        expect(read?.spans.map(({ voice }) => voice !== null && 'payload' in voice && voice.payload)).toEqual(
          trace.spans.map(({ voice }) => voice !== null && 'payload' in voice && voice.payload),
        );
        expect(Object.isFrozen(read?.voice)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('is read where parts are missing, or are none', () => {
    const voice = (given: unknown): unknown =>
      readTrace(JSON.stringify({ trace_id: 't1', kind: 'voice', voice: given, spans: [{ voice: given }] }))?.toJSON();
    const empty = { p50: null, p95: null };
    expect(voice({})).toMatchObject({
      kind: 'voice',
      voice: {
        status: 'active',
        end_reason: null,
        agent_id: '',
        transport_quality: null,
        audio: null,
        rollup: { user_turns: 0, ttfa_ms: { ...empty, n: 0 }, cost_usd: { total: 0 } },
      },
      spans: [{ voice: null }],
    });
    for (const none of [null, 5, 'voice', [1]]) expect(voice(none)).toMatchObject({ voice: null });
    expect(voice({ role: 'agent', transcript: 7, ttfa_ms: 'soon', interrupted: 1 })).toMatchObject({
      spans: [{ voice: { role: 'agent', transcript: null, ttfa_ms: null, interrupted: false } }],
    });
    expect(voice({ role: 'nobody', payload: { a: 1 } })).toMatchObject({ spans: [{ voice: { payload: { a: 1 } } }] });
    expect(voice({ payload: 'x' })).toMatchObject({ spans: [{ voice: null }] });
  });
});
