import { performance } from 'node:perf_hooks';
import { traced, withTracer } from 'clew';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { runProgram } from './programs/program.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { only, spanNamed, startRecording, treesOf } from './recording.ts';

// Clew holds its own timers: here the tests hold them.
vi.mock('../../src/base/timers.ts', () => import('../fixtures/stoppable-timers.ts'));

describe('A91: nothing of clew throws into the program', () => {
  it('whatever the exporter does', async () => {
    const hostile = {
      export: () => {
        throw new Error('down');
      },
      exportStart: () => Promise.reject(new Error('down')),
      exportSpan: () => Promise.reject(new AggregateError([], 'down')),
      flush: () => Promise.reject(new Error('down')),
      shutdown: () => Promise.reject(new Error('down')),
    };
    const { tracer, log } = startRecording({ exporter: hostile });
    expect(tracer.trace('run', (trace) => trace.span('step', () => 42))).toBe(42);
    expect(await tracer.flush()).toMatchObject({ sent: 0, dropped: 2 });
    expect(await tracer.shutdown()).toMatchObject({ sent: 0, dropped: 2 });
    expect(log.codes).toEqual(['warn exporter-failed']);
  });

  it('whatever the logger does', () => {
    const broken = new RecordingLogger();
    vi.spyOn(broken, 'warn').mockImplementation(() => {
      throw new Error('logger is broken');
    });
    const { tracer } = startRecording({
      logger: broken,
      exporter: { export: () => Promise.reject(new Error('down')) },
    });
    expect(tracer.trace('run', () => 42)).toBe(42);
  });

  it('whatever is captured', () => {
    const { tracer, memory } = startRecording();
    const hostile = {
      get thrown(): string {
        throw new Error('not readable');
      },
      big: 10n,
      text: 'kept',
    };
    const use = traced('use', (value: object) => value);
    expect(withTracer(tracer, () => use(hostile))).toBe(hostile);
    expect(only(only(memory.traces).spans).input).toMatchObject({ text: 'kept' });
    const circle: { self?: object } = {};
    circle.self = circle;
    expect(withTracer(tracer, () => use(circle))).toBe(circle);
    expect(memory.traces[1]?.spans[0]?.outcome).toBe('ok');
  });

  it('and a failing export costs its own records only', async () => {
    let calls = 0;
    const exporter = {
      export: (): void => {
        calls += 1;
        if (calls === 1) throw new Error('once');
      },
    };
    const { tracer } = startRecording({ exporter });
    tracer.trace('lost', () => {});
    tracer.trace('kept', () => {});
    expect(await tracer.flush()).toEqual({ sent: 1, dropped: 1, pending: 0, reasons: { once: 1 } });
    expect(tracer.stats()).toMatchObject({ exporters: [{ sent: 1, dropped: 1 }], reports: { 'exporter-failed': 1 } });
  });
});

describe('A92: nothing waits for an exporter', () => {
  it('that never answers: calls go on, and flush and end come back at their deadline', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { tracer } = startRecording({ exporter: { export: () => new Promise<void>(() => {}) } });
    const trace = tracer.trace('run');
    trace.span('step', () => {});
    const ended = trace.end();
    const flushed = tracer.flush({ timeoutMs: 100 });
    await vi.advanceTimersByTimeAsync(100);
    expect(await flushed).toEqual({ sent: 0, dropped: 0, pending: 2, reasons: {} });
    await vi.advanceTimersByTimeAsync(4900);
    expect(await ended).toEqual({ ok: false, traceId: trace.traceId, error: 'not exported within 5000 ms' });
  });

  it('that is slow: the call returns before the export has begun to answer', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { tracer } = startRecording({ exporter: { export: () => promise } });
    expect(tracer.trace('run', () => 42)).toBe(42);
    expect(tracer.stats().exporters).toMatchObject([{ sent: 0, pending: 1 }]);
    resolve();
    expect(await tracer.flush()).toMatchObject({ sent: 1, pending: 0 });
  });
});

it('A93, T36 keeps 10,000 spans of a trace: the oldest go, with one warning, the newest stay', () => {
  const { tracer, memory, log } = startRecording();
  tracer.trace('long', (trace) => {
    for (let index = 1; index <= 10_001; index += 1) trace.span(`step ${index}`).end();
  });
  const recorded = only(memory.traces);
  const names = recorded.spans.map(({ name }) => name);
  expect(names).toHaveLength(10_000);
  expect([names[0], names[1], names.at(-1)]).toEqual(['long', 'step 3', 'step 10001']);
  expect(recorded.droppedSpans).toBe(2);
  expect(log.codes).toEqual(['warn trace-spans']);
  expect(only(log.lines).message).toBe('clew: the trace "long" has more than 10000 spans; the oldest are dropped');
  expect(tracer.stats().spans).toMatchObject({ startedSpans: 10_002, endedSpans: 10_002, droppedSpans: 2 });
});

describe('A94, A95, T38: clocks', () => {
  it('a wall clock that is set back leaves durations and the order of times alone', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    vi.setSystemTime('2026-11-20T10:00:00Z');
    const { tracer, memory } = startRecording();
    const begun = performance.now();
    tracer.trace('call', (trace) => {
      vi.setSystemTime('2026-11-20T09:00:00Z');
      trace.span('step', () => {});
      trace.event('noted');
    });
    const spent = performance.now() - begun;
    const recorded = only(memory.traces);
    const [call, step] = [spanNamed(recorded, 'call'), spanNamed(recorded, 'step')];
    for (const { durationMs } of [call, step]) {
      expect(durationMs).toBeGreaterThanOrEqual(0);
      expect(durationMs).toBeLessThanOrEqual(spent);
    }
    const times = [call.startTime, step.startTime, only(call.events).time];
    expect(times).toEqual(times.toSorted());
    expect(times.every((time) => time.startsWith('2026-11-20T10:00:00.'))).toBe(true);
  });

  it('the wall clock is on the wire only, in UTC with microseconds', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('call', () => {});
    const wire = only(memory.traces).toJSON();
    expect(wire['start_time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(Math.abs(Date.parse(String(wire['start_time'])) - Date.now())).toBeLessThan(60_000);
  });
});

describe('A96, A97: our own failures', () => {
  it('are warnings of a pino logger named clew on standard error, one for each kind', async () => {
    const { code, stdout, lines } = await runProgram('failing-exporter');
    expect([code, stdout]).toEqual([0, 'the agent is fine\n']);
    expect(lines).toEqual([
      {
        level: 40,
        time: expect.any(Number),
        pid: expect.any(Number),
        hostname: expect.any(String),
        name: 'clew',
        code: 'exporter-failed',
        count: 1,
        error: 'Error: backend is down',
        msg: 'clew: the exporter Object failed; the program goes on without it',
      },
    ]);
  });

  it('are told in full at level debug', async () => {
    const { lines } = await runProgram('failing-exporter', [], { CLEW_LOG_LEVEL: 'debug' });
    expect(lines).toMatchObject([
      { name: 'clew', level: 40, code: 'exporter-failed' },
      { name: 'clew', level: 20, code: 'end-after-end' },
    ]);
  });

  it('are silent where they shall be', async () => {
    const { stdout, lines } = await runProgram('failing-exporter', [], { CLEW_LOG_LEVEL: 'silent' });
    expect([stdout, lines]).toEqual(['the agent is fine\n', []]);
  });

  it('go to a logger of your own where one is given, and are counted in stats', () => {
    const { tracer, memory, log } = startRecording();
    tracer.span('step').end();
    const [twice] = [tracer.span('twice')];
    for (let time = 0; time < 4; time += 1) twice.end();
    expect(log.codes).toEqual(['debug end-after-end']);
    expect(tracer.stats().reports).toEqual({ 'end-after-end': 3 });
    expect(treesOf(memory)).toBe('step\n\ntwice');
  });
});
