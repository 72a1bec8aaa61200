import fc from 'fast-check';
import { createTracer, InMemoryTraceExporter, type Span, type SpanRecord } from 'clew';
import { describe, expect, it } from 'vitest';
import { CollectingExporter } from '../fixtures/records.ts';

/** One thing that a program does: starts a span under an earlier one, ends one, or flushes. */
type Step =
  | { readonly does: 'start'; readonly under: number }
  | { readonly does: 'end'; readonly which: number; readonly fails: boolean }
  | { readonly does: 'flush' };

const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ does: fc.constant('start' as const), under: fc.nat(30) }) },
    {
      weight: 5,
      arbitrary: fc.record({ does: fc.constant('end' as const), which: fc.nat(30), fails: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('flush' as const) }) },
  ),
  { maxLength: 40 },
);

interface Outcome {
  readonly spans: readonly Span[];
  readonly memory: InMemoryTraceExporter;
  readonly patient: CollectingExporter;
  readonly stats: { readonly startedSpans: number; readonly endedSpans: number; readonly openTraces: number };
  readonly sent: number;
}

/** Plays the steps on one trace; what is open at the end is ended by shutdown. */
async function play(program: readonly Step[]): Promise<Outcome> {
  const memory = new InMemoryTraceExporter();
  const patient = new CollectingExporter();
  const tracer = createTracer({ exporters: [memory, patient], lateSpanMs: 3_600_000 });
  const spans = [tracer.span('span 0')];
  for (const step of program) {
    if (step.does === 'start') spans.push(at(spans, step.under).span(`span ${spans.length}`));
    else if (step.does === 'end') at(spans, step.which).end(step.fails ? { error: 'failed' } : { output: 'done' });
    else void tracer.flush();
  }
  await tracer.shutdown();
  const { spans: stats, exporters } = tracer.stats();
  return { spans, memory, patient, stats, sent: exporters[1]?.sent ?? Number.NaN };
}

function at(spans: readonly Span[], index: number): Span {
  const span = spans[index % spans.length];
  if (span === undefined) throw new Error('there is always a root');
  return span;
}

function ids(spans: readonly (SpanRecord | Span)[]): readonly string[] {
  return spans.map(({ spanId }) => spanId);
}

function facts(spans: readonly SpanRecord[]): ReadonlyMap<string, string> {
  return new Map(spans.map((span) => [span.spanId, span.text()]));
}

describe('Any tree of spans, started and ended in any order', () => {
  it('reaches an exporter that wants each span once, each span once', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (program) => {
        const { spans, patient, sent, stats } = await play(program);
        const exported = patient.traces.flatMap((trace) => trace.spans);
        expect(ids(exported).toSorted()).toEqual(ids(spans).toSorted());
        expect(sent).toBe(spans.length);
        expect(stats).toMatchObject({ startedSpans: spans.length, endedSpans: spans.length, openTraces: 0 });
      }),
    );
  });

  it('is the same to the in-memory exporter, merged', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (program) => {
        const { spans, memory, patient } = await play(program);
        expect(memory.traces).toHaveLength(1);
        const merged = memory.traces[0]?.spans ?? [];
        expect(ids(merged)).toEqual(ids(spans));
        expect(facts(merged)).toEqual(facts(patient.traces.flatMap((trace) => trace.spans).toSorted(byStart)));
        expect(memory.traces[0]?.errorCount).toBe(merged.filter(({ level }) => level === 'ERROR').length);
      }),
    );
  });

  it('comes as one trace, and then only as amendments with a rising rev', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (program) => {
        const { patient } = await play(program);
        expect(patient.traces.map(({ amends }) => amends)).toEqual(patient.traces.map((_, index) => index > 0));
        const revs = patient.traces.map(({ rev }) => rev);
        expect(revs).toEqual([...new Set(revs)].toSorted((one, other) => one - other));
        expect(new Set(patient.traces.map(({ traceId }) => traceId)).size).toBe(1);
      }),
    );
  });

  it('is streamed as it happens: each start before its end, each once', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (program) => {
        const { spans, patient, memory } = await play(program);
        expect(ids(patient.started)).toEqual(ids(spans));
        expect(ids(patient.ended).toSorted()).toEqual(ids(spans).toSorted());
        expect(ids(memory.spans)).toEqual(ids(patient.ended));
      }),
    );
  });
});

function byStart(one: SpanRecord, other: SpanRecord): number {
  return one.startedAt - other.startedAt;
}
