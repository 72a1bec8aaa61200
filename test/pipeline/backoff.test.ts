import { createTracer, HttpTraceExporter } from 'clew';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answers, IngestServer, works } from '../fixtures/ingest-server.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';

// Clew holds its own timers: here the tests hold them.
vi.mock('../../src/base/timers.ts', () => import('../fixtures/stoppable-timers.ts'));
vi.mock(import('../../src/base/clock.ts'), async (load) => {
  const clocks = await load();
  return { ...clocks, ownClock: clocks.systemClock };
});

const second = 1_000;
const minute = 60 * second;
/** The clock runs a thousand times faster than the server answers. */
const timeoutMs = 24 * 60 * minute;

afterEach(() => vi.useRealTimers());

/** Lets the clock go on in small steps, with turns of the real event loop for the sockets in between. */
async function goOn(ms: number, step = second): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    await vi.advanceTimersByTimeAsync(step);
    // These timers are real: a request takes the time it takes.
    await pause(4);
  }
}

/** However long the sockets take on a machine that is busy; an hour of the faked clock is enough for anything. */
async function goOnUntil(isReached: () => boolean): Promise<void> {
  for (let passed = 0; passed < 60 * minute && !isReached(); passed += second) await goOn(second);
}

describe('a server that is down for an hour', () => {
  it('is asked ever more seldom, then once a minute at most, and gets everything when it is back [V108]', async () => {
    await using server = await IngestServer.start(answers(503));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    const logger = new RecordingLogger();
    const tracer = createTracer({ exporter: new HttpTraceExporter({ baseUrl: server.baseUrl, timeoutMs }), logger });
    tracer.trace('before', () => 1);
    await goOn(minute);
    const early = server.requests.length;
    expect(early).toBeGreaterThan(2);
    expect(early).toBeLessThan(12);
    for (let minutes = 0; minutes < 59; minutes += 1) {
      tracer.trace(`minute ${minutes}`, () => 1);
      await goOn(minute, 10 * second);
    }
    const later = server.requests.length - early;
    expect(later).toBeGreaterThan(20);
    expect(later).toBeLessThan(125);
    expect(logger.warnings('http-unreachable').length).toBeLessThanOrEqual(61);
    server.behave = works;
    await goOnUntil(() => tracer.stats().exporters[0]?.sent === 60);
    expect(server.takenSpans).toBe(60);
    expect(tracer.stats().exporters).toMatchObject([{ sent: 60, dropped: 0, pending: 0 }]);
  });

  it('that names a time is left alone until then, whatever is made', async () => {
    await using server = await IngestServer.start(answers(429, { 'retry-after': '600' }));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    const exporter = new HttpTraceExporter({ baseUrl: server.baseUrl, timeoutMs });
    const tracer = createTracer({ exporter, logger: new RecordingLogger() });
    for (let n = 0; n < 20; n += 1) {
      for (let m = 0; m < 20; m += 1) tracer.trace('run', () => 1);
      await goOn(20 * second);
    }
    expect(server.requests).toHaveLength(1);
    server.behave = works;
    await goOnUntil(() => tracer.stats().exporters[0]?.sent === 400);
    expect(server.takenSpans).toBe(400);
  });
});
