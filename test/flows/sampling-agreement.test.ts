import { createTraceState, ROOT_CONTEXT, SpanKind, TraceFlags, trace as otel, type Context } from '@opentelemetry/api';
import {
  createComposableParentThresholdSampler,
  createComposableProbabilitySampler,
  createCompositeSampler,
} from '@opentelemetry/sampler-composite';
import { SamplingDecision, TraceIdRatioBasedSampler, type Sampler } from '@opentelemetry/sdk-trace-base';
import { assert, boolean, constantFrom, option, property, record, stringMatching, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startRecording } from './recording.ts';

interface Decision {
  readonly isKept: boolean;
  readonly tracestate: string;
}

const spanId = '00f067aa0ba902b7';

/** What a sampler of OpenTelemetry decides about a span that begins under `context`. */
function decide(sampler: Sampler, traceId: string, context: Context = ROOT_CONTEXT): Decision {
  const { decision, traceState } = sampler.shouldSample(context, traceId, 'run', SpanKind.INTERNAL, {}, []);
  return { isKept: decision === SamplingDecision.RECORD_AND_SAMPLED, tracestate: traceState?.serialize() ?? '' };
}

/** What clew decides about so many traces that begin here, by id. */
function decisions(sampleRate: number, count: number): ReadonlyMap<string, Decision> {
  const { tracer, memory } = startRecording({ sampleRate, keepErrors: false });
  const decided = new Map<string, Decision>();
  for (let turn = 0; turn < count; turn += 1) {
    tracer.trace('run', ({ traceId, traceparent, tracestate }) => {
      decided.set(traceId, { isKept: traceparent.endsWith('-01'), tracestate });
    });
  }
  const kept = [...decided].filter(([, { isKept }]) => isKept).map(([traceId]) => traceId);
  expect(memory.traces.map(({ traceId }) => traceId)).toEqual(kept);
  return decided;
}

describe('a trace that begins here', () => {
  it.each([0, 0.001, 0.01, 0.05, 0.1, 1 / 3, 0.5, 0.9, 1])(
    'is kept or not as by the composite sampler of OpenTelemetry, and tells it on in the same words, at a rate of %d',
    (rate) => {
      const sampler = createCompositeSampler(createComposableProbabilitySampler(rate));
      const ours = decisions(rate, 20_000);
      expect(ours.size).toBe(20_000);
      const theirs = new Map(Array.from(ours.keys(), (traceId) => [traceId, decide(sampler, traceId)]));
      expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
    },
  );

  it('is not kept or not as by the older ratio sampler, which hashes the id differently', () => {
    const older = new TraceIdRatioBasedSampler(0.05);
    const ours = [...decisions(0.05, 20_000)];
    const both = ours.filter(([traceId, { isKept }]) => isKept && decide(older, traceId).isKept).length;
    const either = ours.filter(([traceId, { isKept }]) => isKept || decide(older, traceId).isKept).length;
    // By chance they share a fortieth of what either keeps.
    expect(both / either).toBeLessThan(0.1);
  });
});

describe('a trace that goes on from another service', () => {
  const sampler = createCompositeSampler(
    createComposableParentThresholdSampler(createComposableProbabilitySampler(0.25)),
  );
  const hex = (length: number) => stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
  const callers = record({
    traceId: hex(31).map((digits) => `1${digits}`),
    rate: constantFrom(0, 0.01, 0.3, 0.5, 0.99, 1),
    randomness: option(hex(14), { nil: undefined }),
    tellsThreshold: boolean(),
    others: tuple(boolean(), boolean()).map(([one, two]) => [...(one ? ['a=1'] : []), ...(two ? ['t@v=x:y;z'] : [])]),
  });

  it('is kept or not, and told on, as by the parent threshold sampler of OpenTelemetry', () => {
    assert(
      property(callers, ({ traceId, rate, randomness, tellsThreshold, others }) => {
        // The caller decides with a sampler of OpenTelemetry's, which passes on what it was given.
        const given = createTraceState(
          [...(randomness === undefined ? [] : [`ot=rv:${randomness}`]), ...others].join(','),
        );
        const above = otel.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1, traceState: given });
        const caller = decide(createCompositeSampler(createComposableProbabilitySampler(rate)), traceId, above);
        const tracestate = tellsThreshold ? caller.tracestate : given.serialize();

        const traceFlags = caller.isKept ? TraceFlags.SAMPLED : TraceFlags.NONE;
        const traceState = createTraceState(tracestate);
        const parent = otel.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, traceState });
        const theirs = decide(sampler, traceId, parent);

        const { tracer, memory } = startRecording({ sampleRate: 0.25, keepErrors: false });
        const traceparent = `00-${traceId}-${spanId}-0${traceFlags}`;
        const ours = tracer.trace('server', { traceparent, tracestate }, (trace) => trace.tracestate);
        expect([memory.traces.length === 1, ours]).toEqual([theirs.isKept, theirs.tracestate]);
      }),
      { numRuns: 500 },
    );
  });
});
