import { EventEmitter, on } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { span, traced, withTracer, type Tracer, type TraceRecord, type TracerOptions } from 'clew';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { only, spanNamed, startRecording, treesOf, type Recording } from './recording.ts';

/** A loop under the test's control: `tick` runs what was started, in the context in which it was started. */
class Loop {
  readonly #waiting: (() => void)[] = [];

  get turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  async tick(): Promise<void> {
    for (const resolve of this.#waiting.splice(0)) resolve();
    await nextTurn();
  }
}

/** A trace that starts a loop over `work` and ends; the loop goes on. */
async function startLoop(tracer: Tracer, work: () => unknown): Promise<Loop> {
  const loop = new Loop();
  await withTracer(tracer, () =>
    tracer.trace('start-worker', async () => {
      void (async () => {
        for (;;) {
          await loop.turn;
          void work();
        }
      })();
    }),
  );
  return loop;
}

/** A clock that nearly stands still until it is put forward: no two times are the same. */
function moveableClock(): { pass(ms: number): void } {
  let now = performance.now();
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => (now += 0.001));
  onTestFinished(() => spy.mockRestore());
  return { pass: (ms) => void (now += ms) };
}

function setUp(options: TracerOptions = {}): Recording & { readonly clock: ReturnType<typeof moveableClock> } {
  return { ...startRecording(options), clock: moveableClock() };
}

describe('A loop that was started in a trace', () => {
  const job = traced('job', async () => 1);

  it.each<[string, (tracer: Tracer) => unknown]>([
    ['a wrapped function', () => job()],
    ['a wrapped generator', () => traced('job', function* () {})().next()],
    ['a span', (tracer) => tracer.span('job', () => 1)],
    ['a span by hand', (tracer) => tracer.span('job').end()],
    ['a generation', (tracer) => tracer.generation('job', () => 1)],
    ['a trace', (tracer) => tracer.trace('job', () => 1)],
  ])('makes a trace of its own of each turn after the end of that trace: %s', async (_, work) => {
    const { tracer, memory } = startRecording();
    const loop = await startLoop(tracer, () => work(tracer));
    for (let turn = 0; turn < 3; turn += 1) await loop.tick();
    expect(treesOf(memory)).toBe('start-worker\n\njob\n\njob\n\njob');
    expect(new Set(memory.traces.map(({ traceId }) => traceId)).size).toBe(4);
  });

  it('has each turn linked to the trace, which stays as it was', async () => {
    const { tracer, memory } = startRecording();
    const loop = await startLoop(tracer, job);
    const [before] = memory.traces;
    await loop.tick();
    const [started, turn] = memory.traces;
    const link = { traceId: started?.traceId, spanId: started?.spans[0]?.spanId };
    expect(turn?.links).toEqual([link]);
    expect(turn?.spans[0]).toMatchObject({ parentId: null, links: [link] });
    expect(started).toBe(before);
  });

  it('has each turn decided about for itself', async () => {
    const { tracer, memory } = startRecording({ sampleRate: 0 });
    let turns = 0;
    const loop = await startLoop(tracer, () =>
      tracer.span('turn', (span) => {
        turns += 1;
        if (turns === 2) span.fail('no answer');
      }),
    );
    for (let turn = 0; turn < 3; turn += 1) await loop.tick();
    expect(memory.traces.map(({ name, sampling }) => [name, sampling.reason])).toEqual([['turn', 'error']]);
  });

  it('may begin traces with what only a trace can have', async () => {
    const { tracer, memory, log } = startRecording();
    const loop = await startLoop(tracer, () => tracer.trace('tick', { userId: 'u1', tags: ['t'] }, () => 1));
    await loop.tick();
    expect(memory.traces[1]).toMatchObject({ name: 'tick', userId: 'u1', tags: ['t'] });
    expect(log.codes).toEqual([]);
  });

  it('may be an interval, a timer that starts the next, or a consumer of events', async () => {
    const { tracer, memory } = startRecording();
    const bus = new EventEmitter();
    const stop = new AbortController();
    const done = Promise.withResolvers<void>();
    let polls = 0;
    const poll = traced('poll', async () => {
      polls += 1;
      if (polls < 4) setTimeout(() => void poll(), 1);
      else done.resolve();
    });
    await withTracer(tracer, () =>
      tracer.trace('start-worker', async () => {
        setTimeout(() => void poll(), 1);
        void (async () => {
          for await (const _ of on(bus, 'message', { signal: stop.signal })) traced('message', () => 1)();
        })().catch(() => {});
      }),
    );
    bus.emit('message');
    bus.emit('message');
    await done.promise;
    await nextTurn();
    stop.abort();
    expect(memory.traces.map(({ name }) => name).toSorted()).toEqual([
      'message',
      'message',
      ...Array.from({ length: 4 }, () => 'poll'),
      'start-worker',
    ]);
  });

  it('whose turns overlap makes traces that end, too: none goes on for longer than late spans may come', async () => {
    const { tracer, memory, clock } = setUp({ lateSpanMs: 1_000 });
    const loop = new Loop();
    // Each turn starts the next, and ends after it has begun.
    const turn = traced('turn', async (count: number): Promise<void> => {
      if (count === 0) return;
      await loop.turn;
      void turn(count - 1);
      await loop.turn;
    });
    withTracer(tracer, () => void turn(40));
    for (let tick = 0; tick < 41; tick += 1) {
      await loop.tick();
      clock.pass(100);
    }
    const sizes = memory.traces.map(({ spans }) => spans.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(41);
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThan(20);
  });

  it('and names the trace by hand adds to it for as long as late spans may come, and no longer', async () => {
    const { tracer, memory, clock } = setUp({ lateSpanMs: 1_000 });
    const trace = tracer.trace('run');
    void trace.end();
    trace.span('first', () => 1);
    clock.pass(999);
    trace.run(() => tracer.span('second', () => 1));
    clock.pass(2);
    trace.span('third', (span) => span.span('inner', () => 1));
    trace.run(() => tracer.span('fourth', () => 1));
    expect(treesOf(memory)).toBe('run\n  first\n  second\n\nthird\n  inner\n\nfourth');
    expect(memory.traces.slice(1).map(({ links }) => only(links).traceId)).toEqual([trace.traceId, trace.traceId]);
  });
});

describe('Work that goes on after the end of its trace', () => {
  it('stays in it, with all its steps, for however long it takes', async () => {
    const { tracer, memory, clock } = setUp({ lateSpanMs: 1_000 });
    const loop = new Loop();
    const step = traced('step', async () => traced('deeper', () => 1)());
    const save = traced('save', async () => {
      for (let count = 0; count < 3; count += 1) {
        await loop.turn;
        await step();
      }
    });
    await withTracer(tracer, () =>
      tracer.trace('request', async () => {
        void save();
      }),
    );
    for (let tick = 0; tick < 3; tick += 1) {
      clock.pass(3_600_000 / 2);
      await loop.tick();
    }
    const steps = '    step\n      deeper\n';
    expect(treesOf(memory)).toBe(`request\n  save\n${steps.repeat(3)}`.trimEnd());
  });

  it('takes in what begins beside it while late spans may come', async () => {
    const { tracer, memory, clock } = setUp({ lateSpanMs: 1_000 });
    const loop = await startLoop(tracer, () => tracer.span('beside', () => 1));
    await loop.tick();
    const trace = tracer.trace('request');
    const save = trace.span('save');
    const beside = new Loop();
    trace.run(() => {
      void (async () => {
        for (let count = 0; count < 2; count += 1) {
          await beside.turn;
          tracer.span('beside', () => 1);
        }
      })();
    });
    void trace.end();
    await beside.tick();
    clock.pass(1_001);
    await beside.tick();
    save.end();
    expect(treesOf(memory)).toBe('start-worker\n\nbeside\n\nrequest\n  save\n  beside\n\nbeside');
  });

  it('may be a generator that was called before, and is read later', async () => {
    const { tracer, memory } = startRecording();
    const step = traced('step', (count: number) => count);
    const produce = traced('produce', function* () {
      yield step(1);
      yield step(2);
    });
    const made = withTracer(tracer, () => tracer.trace('maker', () => ({ parts: produce() })));
    await nextTurn();
    withTracer(tracer, () => tracer.trace('reader', () => expect([...made.parts]).toEqual([1, 2])));
    expect(treesOf(memory)).toBe('maker\n  produce\n    step\n    step\n\nreader');
  });
});

describe('root: true', () => {
  it('begins a trace of its own in a loop while the trace still goes on, linked both ways', async () => {
    const { tracer, memory } = startRecording();
    await tracer.trace('worker', async () => {
      for (let turn = 0; turn < 2; turn += 1) tracer.trace('turn', { root: true }, () => 1);
    });
    const worker = memory.traces.find(({ name }): boolean => name === 'worker');
    const turns = memory.traces.filter(({ name }) => name === 'turn');
    const ids = (links: TraceRecord['links']): readonly string[] => links.map((link) => link.traceId);
    expect(turns.flatMap(({ links }) => ids(links))).toEqual([worker?.traceId, worker?.traceId]);
    expect(worker && ids(spanNamed(worker, 'worker').links)).toEqual(turns.map(({ traceId }) => traceId));
  });

  it('is heard by a traced function and a decorated method too', () => {
    class Worker {
      @span({ root: true })
      turn(): number {
        return traced('step', () => 1)();
      }
    }
    const { tracer, memory } = startRecording();
    const job = traced({ name: 'job', root: true }, () => 1);
    withTracer(tracer, () => tracer.trace('worker', () => job() + new Worker().turn()));
    expect(treesOf(memory)).toBe('job\n\nturn\n  step\n\nworker');
  });

  it('after the end of the trace says nothing of a link that cannot be made any more', () => {
    const { tracer, memory, log } = startRecording();
    const trace = tracer.trace('run');
    void trace.end();
    trace.run(() => tracer.trace('turn', { root: true }, () => 1));
    expect(memory.traces.map(({ name }) => name)).toEqual(['run', 'turn']);
    expect(log.codes).toEqual([]);
  });
});
