import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTracer, currentSpan, currentTrace, InMemoryTraceExporter, init, traced, withTracer } from 'clew';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('Parallel requests', () => {
  it('do not mix: each span is under its own trace and its own parent', async () => {
    const exporter = new InMemoryTraceExporter();
    const tracer = init({ exporter });
    const lookup = traced('lookup', async (request: number, depth: number): Promise<number> => {
      await nextTurn();
      currentSpan()?.update({ metadata: { request, depth } });
      if (depth > 0) await Promise.all([lookup(request, depth - 1), lookup(request, depth - 1)]);
      expect(currentTrace()?.runId).toBe(`run-${request}`);
      return request;
    });
    const requests = Array.from({ length: 50 }, (_, request) =>
      tracer.trace('request', { runId: `run-${request}` }, () => lookup(request, 3)),
    );
    await Promise.all(requests);

    expect(exporter.traces).toHaveLength(50);
    for (const { runId, spans } of exporter.traces) {
      expect(spans).toHaveLength(16);
      const byId = new Map(spans.map((span) => [span.spanId, span]));
      for (const span of spans.slice(1)) {
        expect(`run-${String(span.metadata['request'])}`).toBe(runId);
        const parent = byId.get(span.parentId ?? '');
        const depth = Number(span.metadata['depth']);
        expect([parent?.name, parent?.metadata['depth']]).toEqual(
          depth === 3 ? ['request', undefined] : ['lookup', depth + 1],
        );
      }
    }
    await tracer.shutdown();
  });

  it('of two tracers do not mix', async () => {
    const [first, second] = [new InMemoryTraceExporter(), new InMemoryTraceExporter()];
    const [one, two] = [createTracer({ exporter: first }), createTracer({ exporter: second })];
    const step = traced('step', async (inner: () => Promise<unknown>) => inner());
    await withTracer(one, () => step(() => withTracer(two, () => step(async () => nextTurn()))));
    expect([first, second].map(({ traces }) => traces.map(({ spans }) => spans.length))).toEqual([[1], [1]]);
    expect(second.traces[0]?.spans[0]?.parentId).toBeNull();
  });

  it('leave nothing active behind', async () => {
    const tracer = createTracer({ mode: 'memory' });
    await tracer.trace('run', () => tracer.span('inner', () => nextTurn()));
    expect([currentSpan(), currentTrace(), tracer.activeSpan()]).toEqual([undefined, undefined, undefined]);
  });
});

describe('A wall clock that is set back while a span is open', () => {
  it('keeps every duration at 0 or more, and children after their parents', () => {
    const exporter = new InMemoryTraceExporter();
    const tracer = createTracer({ exporter });
    let wall = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => (wall -= 60_000));
    const trace = tracer.trace('run');
    const outer = trace.span('outer');
    const inner = outer.span('inner');
    inner.event('seen');
    for (const span of [inner, outer]) span.end();
    void trace.end();

    const [record] = exporter.traces;
    const starts = record?.spans.map(({ startTime }) => startTime) ?? [];
    expect(starts).toEqual(starts.toSorted());
    expect(Date.parse(record?.spans[2]?.events[0]?.time ?? '')).toBeGreaterThanOrEqual(Date.parse(starts[2] ?? ''));
    for (const { durationMs } of record?.spans ?? []) expect(durationMs).toBeGreaterThanOrEqual(0);
    expect(record?.durationMs).toBeGreaterThanOrEqual(record?.spans[1]?.durationMs ?? Number.NaN);
  });

  it('does not silence our own reports', () => {
    const warn = vi.fn<(details: object, message: string) => void>();
    const tracer = createTracer({ exporter: { export: () => {} }, logger: { warn, debug: () => {} } });
    let now = 10_000_000;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    tracer.report.warn('code', 'first');
    vi.spyOn(Date, 'now').mockReturnValue(0);
    now += 59_000;
    tracer.report.warn('code', 'second');
    now += 2_000;
    tracer.report.warn('code', 'third');
    expect(warn.mock.calls).toEqual([
      [{ code: 'code', count: 1 }, 'clew: first'],
      [{ code: 'code', count: 3 }, 'clew: third'],
    ]);
  });
});
