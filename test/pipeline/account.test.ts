import {
  createTracer,
  HttpTraceExporter,
  SqliteTraceExporter,
  type ExportResult,
  type Span,
  type TraceExporter,
  type TraceRecord,
  type Tracer,
} from 'clew';
import fc from 'fast-check';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { answers, IngestServer, works, type Behaviour } from '../fixtures/ingest-server.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

function spansOf(traces: readonly TraceRecord[]): number {
  return traces.reduce((sum, { spans }) => sum + spans.length, 0);
}

type Mood = (traces: readonly TraceRecord[]) => Promise<ExportResult>;

const moods: Readonly<Record<string, Mood>> = {
  takes: async (traces) => ({ sent: spansOf(traces), dropped: 0, reasons: {} }),
  drops: async (traces) => ({ sent: 0, dropped: spansOf(traces), reasons: { bad: spansOf(traces) } }),
  'drops one': async (traces) => ({ sent: spansOf(traces) - 1, dropped: 1, reasons: { bad: 1 } }),
  'keeps all': async (traces) => ({ sent: 0, dropped: 0, reasons: {}, retry: { traces, reason: 'later' } }),
  'keeps all for long': async (traces) => ({
    sent: 0,
    dropped: 0,
    reasons: {},
    retry: { traces, reason: 'later', afterMs: 60_000 },
  }),
  'keeps the last': async (traces) => ({
    sent: spansOf(traces.slice(0, -1)),
    dropped: 0,
    reasons: {},
    retry: { traces: traces.slice(-1), reason: 'later', afterMs: 0 },
  }),
  'keeps what it was not given': async (traces) => ({
    sent: spansOf(traces),
    dropped: 0,
    reasons: {},
    retry: { traces: [...traces, ...traces].slice(0, 1), reason: 'later' },
  }),
  rejects: async () => {
    throw new Error('broken');
  },
  throws: () => {
    throw new Error('broken at once');
  },
  'counts too much': async () => ({ sent: 1_000_000, dropped: 5, reasons: { x: 7 } }),
  'counts nothing': async () => ({ sent: 0, dropped: 0, reasons: {} }),
  'counts nonsense': async () => ({ sent: -5, dropped: Number.NaN, reasons: { x: Number.NaN } }),
  hangs: () => new Promise(() => {}),
};

class MoodyExporter implements TraceExporter {
  mood: Mood = async (traces) => ({ sent: spansOf(traces), dropped: 0, reasons: {} });

  export(): void {}

  exportBatch(traces: readonly TraceRecord[]): Promise<ExportResult> {
    return this.mood(traces);
  }
}

type Step =
  | readonly ['trace', number]
  | readonly ['late', number]
  | readonly ['mood', string]
  | readonly ['flush']
  | readonly ['turn'];

function steps(moodNames: readonly string[]): fc.Arbitrary<readonly Step[]> {
  return fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.tuple(fc.constant('trace' as const), fc.integer({ min: 1, max: 6 })) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('late' as const), fc.integer({ min: 1, max: 3 })) },
      { weight: 3, arbitrary: fc.tuple(fc.constant('mood' as const), fc.constantFrom(...moodNames)) },
      { weight: 2, arbitrary: fc.constant(['flush'] as const) },
      { weight: 3, arbitrary: fc.constant(['turn'] as const) },
    ),
    { maxLength: 40 },
  );
}

async function play(tracer: Tracer, script: readonly Step[], setMood: (name: string) => void): Promise<void> {
  const late: Span[] = [];
  for (const step of script) {
    if (step[0] === 'trace') tracer.trace('t', (t) => Array.from({ length: step[1] - 1 }, () => t.span('s', () => 1)));
    if (step[0] === 'late') {
      const trace = tracer.trace('open');
      late.push(...Array.from({ length: step[1] }, () => trace.span('late')));
      void trace.end();
    }
    if (step[0] === 'mood') setMood(step[1]);
    if (step[0] === 'flush') await tracer.flush({ timeoutMs: 2 });
    if (step[0] === 'turn') {
      late.shift()?.end();
      await nextTurn();
    }
  }
}

/** Every span is counted once, and what was dropped has its reasons. */
function expectAccount(
  tracer: Tracer,
  result: { sent: number; dropped: number; pending: number; reasons: object },
): void {
  const { endedSpans, droppedSpans } = tracer.stats().spans;
  expect(result.sent + result.dropped + result.pending).toBe(endedSpans - droppedSpans);
  for (const count of [result.sent, result.dropped, result.pending]) expect(count).toBeGreaterThanOrEqual(0);
  const reasons = Object.values(result.reasons).reduce((sum: number, count) => sum + Number(count), 0);
  expect(reasons).toBe(result.dropped);
}

describe('sent + dropped + pending is what was made', () => {
  it('whatever an exporter does, in any order of ends, flushes and shutdown', async () => {
    await fc.assert(
      fc.asyncProperty(steps(Object.keys(moods)), async (script) => {
        const exporter = new MoodyExporter();
        const tracer = createTracer({
          exporter,
          logger: new RecordingLogger(),
          flushIntervalMs: 1,
          lateSpanMs: 1,
          limits: { queueSpans: 25 },
        });
        await play(tracer, script, (name) => (exporter.mood = moods[name] ?? exporter.mood));
        expectAccount(tracer, await tracer.flush({ timeoutMs: 2 }));
        const last = await tracer.shutdown({ timeoutMs: 2 });
        expectAccount(tracer, last);
        expect(tracer.stats().exporters).toMatchObject([{ sent: last.sent, dropped: last.dropped }]);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('whatever a server does', async () => {
    const behaviours: Readonly<Record<string, Behaviour>> = {
      works,
      '503': answers(503),
      '429': answers(429, { 'retry-after': '0' }),
      '413': answers(413),
      'no answer': () => {},
      closes: (_, response) => void response.destroy(),
      nonsense: answers(200, {}, 'nonsense'),
      rejects: ({ body }, response) => {
        const rejected = body.traces.map(({ trace_id }) => ({ trace_id, code: 'no', message: '' }));
        response.writeHead(200).end(JSON.stringify({ accepted: 0, rejected }));
      },
    };
    await using server = await IngestServer.start();
    await fc.assert(
      fc.asyncProperty(steps(Object.keys(behaviours)), async (script) => {
        server.behave = works;
        const exporter = new HttpTraceExporter({ baseUrl: server.baseUrl, timeoutMs: 50 });
        const tracer = createTracer({ exporter, logger: new RecordingLogger(), flushIntervalMs: 1, lateSpanMs: 1 });
        await play(tracer, script, (name) => (server.behave = behaviours[name] ?? works));
        expectAccount(tracer, await tracer.flush({ timeoutMs: 2 }));
        server.behave = works;
        const last = await tracer.shutdown({ timeoutMs: 200 });
        expectAccount(tracer, last);
        expect(tracer.stats().exporters).toMatchObject([{ sent: last.sent, dropped: last.dropped }]);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  it('whatever the order in which a database is written', async () => {
    await fc.assert(
      fc.asyncProperty(steps(['none']), async (script) => {
        const exporter = new SqliteTraceExporter(join(temporaryFolder(), 'clew.db'));
        const tracer = createTracer({ exporter, logger: new RecordingLogger(), lateSpanMs: 1 });
        await play(tracer, script, () => {});
        const result = await tracer.shutdown();
        expectAccount(tracer, result);
        expect([result.dropped, result.pending]).toEqual([0, 0]);
      }),
      { numRuns: 20 },
    );
  }, 60_000);
});

describe('an exporter that takes batches', () => {
  it('gets them one after the other, and does not trace what it calls', async () => {
    let running = 0;
    let most = 0;
    const batches: number[] = [];
    const exporter: TraceExporter = {
      export: () => {},
      exportBatch: async (traces) => {
        running += 1;
        most = Math.max(most, running);
        tracer.trace('inside', () => 1);
        await nextTurn();
        running -= 1;
        batches.push(spansOf(traces));
        return { sent: spansOf(traces), dropped: 0, reasons: {} };
      },
    };
    const tracer = createTracer({ exporter, logger: new RecordingLogger() });
    for (let n = 0; n < 1_000; n += 1) tracer.trace('t', () => 1);
    expect(await tracer.flush()).toEqual({ sent: 1_000, dropped: 0, pending: 0, reasons: {} });
    expect(most).toBe(1);
    expect(batches).toEqual([512, 488]);
    expect(tracer.stats().spans.startedSpans).toBe(1_000);
  });
});
