import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ClewConfigError,
  createTracer,
  currentSpan,
  FileTraceExporter,
  getTracer,
  init,
  InMemoryTraceExporter,
  traced,
  type Trace,
  type Tracer,
  type TraceExporter,
  type TracerOptions,
} from 'clew';
import { VoiceClient } from 'clew/voice';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { only, treeOf, treesOf } from './recording.ts';

const step = traced('step', (value: number) => value + 1);
const log = new RecordingLogger();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clew-init-'));
});

afterEach(async () => {
  await getTracer().shutdown();
  await rm(folder, { recursive: true, force: true });
});

function startMemory(options: TracerOptions = {}): { readonly clew: Tracer; readonly memory: InMemoryTraceExporter } {
  const memory = new InMemoryTraceExporter();
  return { memory, clew: init({ exporter: memory, logger: log, ...options }) };
}

async function lines(file: string): Promise<readonly string[]> {
  return (await readFile(file, 'utf8')).trim().split('\n');
}

describe('init again with equal options', () => {
  it('returns the tracer in force, whatever data is equal by value', () => {
    const options = (): TracerOptions => ({
      name: 'support',
      tags: ['a', 'b'],
      metadata: { region: { name: 'eu' }, list: [1, 'one', null] },
      masker: { keys: ['pin'], patterns: [/\d{4}/g] },
      limits: { depth: 4 },
      mode: 'memory',
      logger: log,
    });
    expect(init(options())).toBe(init(options()));
    expect(init(Object.assign(options(), { version: undefined }))).toBe(getTracer());
  });

  it('is another tracer for each difference', () => {
    const base: TracerOptions = { mode: 'memory', logger: log, metadata: { a: 1 }, masker: { patterns: [/x/] } };
    const others: readonly TracerOptions[] = [
      { ...base, name: 'x' },
      { ...base, metadata: { a: '1' } },
      { ...base, metadata: { a: 1, b: 2 } },
      { ...base, masker: { patterns: [/x/g] } },
      { ...base, sampler: () => undefined },
      { ...base, sampler: () => undefined },
      { ...base, logger: new RecordingLogger() },
      { ...base, exporter: new InMemoryTraceExporter() },
      { ...base, exporter: new InMemoryTraceExporter() },
      { ...base, tags: [] },
      base,
    ];
    const tracers = [init(base), ...others.map((options) => init(options))];
    expect(new Set(tracers).size).toBe(tracers.length);
  });

  it('takes two exporters of clew for one where they write to one place', async () => {
    const file = join(folder, 'traces.ndjson');
    const make = (): Tracer => init({ exporter: new FileTraceExporter(file), logger: log });
    const [first, second] = [make(), make()];
    expect(first).toBe(second);
    first.trace('one', () => step(1));
    second.trace('two', () => step(2));
    await second.flush();
    expect(await lines(file)).toHaveLength(2);
    expect(init({ exporter: new FileTraceExporter(file, { maxBytes: 5000 }), logger: log })).not.toBe(first);
  });

  it('takes an exporter of a class that extends one of clew for another', () => {
    class Louder extends FileTraceExporter {}
    const make = (): Tracer => init({ exporter: new Louder(join(folder, 'traces.ndjson')), logger: log });
    expect(make()).not.toBe(make());
  });

  it('survives options that cannot be read twice', () => {
    const metadata = {
      get broken(): never {
        throw new Error('no');
      },
    };
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    expect(init({ mode: 'memory', metadata, logger: log })).not.toBe(init({ mode: 'memory', metadata, logger: log }));
    const again = init({ mode: 'memory', metadata: circular, logger: log });
    expect(init({ mode: 'memory', metadata: circular, logger: log })).toBe(again);
  });
});

describe('init again with other options', () => {
  it('makes every earlier tracer record through the new one', async () => {
    const { clew: first, memory: old } = startMemory();
    const { clew: second } = startMemory({ name: 'two' });
    const { clew: third, memory } = startMemory({ name: 'three' });
    for (const clew of [first, second, third]) {
      clew.trace('traced', (trace) => {
        trace.span('child', () => step(1));
        clew.event('seen');
        expect(currentSpan()?.name).toBe('traced');
        expect(clew.activeTrace()?.traceId).toBe(trace.traceId);
      });
      clew.generation('generated', { model: 'm' }).end();
      clew.span('spanned', () => step(2));
    }
    expect(old.traces).toEqual([]);
    expect(treesOf(memory)).toBe(
      Array.from({ length: 3 }, () => 'traced\n  child\n    step\n\ngenerated\n\nspanned\n  step').join('\n\n'),
    );
    expect(memory.traces.filter(({ spans }) => spans.some(({ events }) => events.length === 1))).toHaveLength(3);
    expect([first.isRecording, second.isRecording]).toEqual([true, true]);
    expect(await first.flush()).toEqual(await third.flush());
  });

  it('lets what runs go on to its end where it began, and closes only then', async () => {
    const events: string[] = [];
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    const own: TraceExporter = {
      export: (trace) => void events.push(treeOf(trace)),
      shutdown: async () => {
        events.push('closed');
        close();
      },
    };
    const before = init({ exporter: own, logger: log });
    const { memory } = await before.trace('outer', async (outer) => {
      const started = startMemory();
      await Promise.resolve();
      step(1);
      started.clew.span('through the new handle', () => step(2));
      before.span('through the old handle', () => step(3));
      outer.span('child', () => {});
      expect(events).toEqual([]);
      return started;
    });
    await closed;
    expect(events).toEqual([
      'outer\n  step\n  through the new handle\n    step\n  through the old handle\n    step\n  child',
      'closed',
    ]);
    expect(memory.traces).toEqual([]);
    step(4);
    before.trace('later', () => {});
    expect(treesOf(memory)).toBe('step\n\nlater');
  });

  it('keeps a stream that is being read', async () => {
    const { memory: old, clew } = startMemory();
    const stream = traced('stream', async function* read() {
      yield 'a';
      step(1);
      yield 'b';
    });
    const read = clew.trace('request', () => stream());
    await read.next();
    const { memory } = startMemory();
    for await (const _ of read) step(2);
    const trace = only(old.traces);
    expect(trace.spans.find(({ name }) => name === 'stream')).toMatchObject({ outcome: 'ok', output: 'ab' });
    expect(old.traces.length + memory.traces.length).toBeGreaterThan(1);
  });

  it('records what a timer of an ended trace does through the new tracer', async () => {
    const { clew } = startMemory();
    const { promise, resolve } = Promise.withResolvers<void>();
    let run = (): void => {};
    clew.trace('request', () => {
      void promise.then(() => run());
    });
    const { memory } = startMemory();
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    run = () => finish(void step(1));
    resolve();
    await done;
    expect(treesOf(memory)).toBe('step');
  });

  it('exports what is told of an ended trace later through the new tracer', async () => {
    const { clew, memory: old } = startMemory();
    const trace = clew.trace('ended');
    await trace.end();
    const { memory } = startMemory();
    trace.span('late').end();
    expect([treesOf(old), memory.spans.map(({ name }) => name)]).toEqual(['ended', ['late']]);
  });

  it('keeps an exporter open that is given again', async () => {
    const file = join(folder, 'traces.ndjson');
    const exporter = new FileTraceExporter(file);
    const memory = Object.assign(new InMemoryTraceExporter(), { shutdowns: 0 });
    const shared = { export: memory.export.bind(memory), shutdown: async () => void (memory.shutdowns += 1) };
    init({ exporters: [exporter, shared], logger: log }).trace('one', () => {});
    const second = init({ exporters: [exporter, shared], logger: log, name: 'two' });
    second.trace('two', () => {});
    await second.flush();
    expect([memory.traces.length, memory.shutdowns, (await lines(file)).length]).toEqual([2, 0, 2]);
    await second.shutdown();
    expect(memory.shutdowns).toBe(1);
  });

  it('shuts down its own when asked, and flushes the tracer in force, which goes on', async () => {
    const { clew: first, memory: old } = startMemory();
    const open = first.trace('open');
    const { clew: second, memory } = startMemory();
    first.trace('new', () => {});
    expect(await first.shutdown()).toEqual({ sent: 2, dropped: 0, pending: 0, reasons: {} });
    expect(treesOf(old)).toBe('open  [no-end]');
    await open.end();
    second.trace('second', () => {});
    first.trace('first', () => {});
    expect(treesOf(memory)).toBe('new\n\nsecond\n\nfirst');
  });

  it('begins the calls of a voice client in the tracer in force', async () => {
    const { clew, memory: old } = startMemory();
    const client = new VoiceClient({ tracer: clew });
    const running = client.startSession({ agentId: 'a', transport: 'webrtc' });
    const { memory } = startMemory();
    const later = client.startSession({ agentId: 'b', transport: 'webrtc' });
    for (const session of [running, later]) {
      session.userTurn(() => {});
      await session.end({ reason: 'user_left' });
    }
    await client.flush();
    expect([old.traces.length, memory.traces.length]).toEqual([1, 1]);
    expect(only(old.traces).spans.length).toBe(only(memory.traces).spans.length);
  });

  it('turns earlier tracers off and on with the latest decision', () => {
    const before = getTracer();
    const { clew, memory } = startMemory();
    init({ enabled: false });
    expect([clew.isRecording, clew.trace('off', () => 'value')]).toEqual([false, 'value']);
    const { memory: again } = startMemory();
    for (const tracer of [before, clew]) tracer.trace('on', () => step(1));
    expect([treesOf(memory), treesOf(again)]).toEqual(['', 'on\n  step\n\non\n  step']);
  });

  it('leaves the tracer in force where an option is wrong', () => {
    const { clew, memory } = startMemory();
    const wrong = (): Tracer => init({ sampleRate: 7 });
    expect(wrong).toThrow(ClewConfigError);
    expect(() => init({ mode: 'prod' })).toThrow(ClewConfigError);
    expect(getTracer()).toBe(clew);
    clew.trace('on', () => {});
    expect(treesOf(memory)).toBe('on');
  });

  it('does not touch tracers of createTracer', async () => {
    const memory = new InMemoryTraceExporter();
    const own = createTracer({ exporter: memory });
    startMemory();
    const { memory: second, clew } = startMemory();
    own.trace('own', () => clew.trace('shared', () => {}));
    await own.shutdown();
    expect([treesOf(memory), treesOf(second)]).toEqual(['own', 'shared']);
  });
});

describe('init after shutdown', () => {
  it('works again, and tracers of before record through the new one', async () => {
    const { clew } = startMemory();
    await clew.shutdown();
    clew.trace('refused', () => {});
    const { memory } = startMemory();
    clew.trace('again', () => step(1));
    expect(treesOf(memory)).toBe('again\n  step');
    expect(await clew.flush()).toMatchObject({ sent: 2, dropped: 1, reasons: { 'the tracer was shut down': 1 } });
  });

  it('records also in the context of what was refused before', async () => {
    const { clew } = startMemory();
    await clew.shutdown();
    const { promise, resolve } = Promise.withResolvers<void>();
    const work = clew.trace('refused', async () => {
      await promise;
      return step(1);
    });
    const { memory } = startMemory();
    resolve();
    await work;
    expect(treesOf(memory)).toBe('step');
  });
});

it('whatever the order of init, traces, ends and shutdowns, nothing is lost', async () => {
  const kind = fc.constantFrom('init', 'block', 'open', 'end', 'child');
  const action = fc.record({ kind, name: fc.constantFrom('a', 'b', 'c'), index: fc.nat(9) });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 25 }), async (actions) => {
      const memories = new Map(['a', 'b', 'c'].map((name) => [name, new InMemoryTraceExporter()]));
      const start = (name: string): Tracer =>
        init({ name, logger: log, exporters: [...memories].filter(([key]) => key === name).map(([, each]) => each) });
      const handles = [start('a')];
      const open: Trace[] = [];
      let begun = 0;
      for (const each of actions) {
        const handle = handles[each.index % handles.length];
        const trace = open[each.index % Math.max(1, open.length)];
        if (each.kind === 'init') handles.push(start(each.name));
        if (each.kind === 'end') await trace?.end();
        if (each.kind === 'block') handle?.trace('block', () => {});
        if (each.kind === 'open' && handle !== undefined) open.push(handle.trace('open'));
        if (each.kind === 'child') trace?.span('child').end();
        if (['block', 'open'].includes(each.kind) || (each.kind === 'child' && trace !== undefined)) begun += 1;
      }
      for (const trace of open) await trace.end();
      await getTracer().flush();
      const spans = [...memories.values()].flatMap((memory) => memory.spans);
      expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(begun);
      expect(spans.every(({ outcome }) => outcome === 'ok')).toBe(true);
      await getTracer().shutdown();
    }),
  );
});

it('a thousand inits leave no listener, no timer and no memory behind', async () => {
  const file = join(folder, 'traces.ndjson');
  const listeners = (): number => process.listenerCount('exit') + process.listenerCount('beforeExit');
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  const first = init({ exporter: new FileTraceExporter(file), logger: log });
  const before = { listeners: listeners(), signals: process.listenerCount('SIGTERM') };
  const tracers: WeakRef<object>[] = [];
  for (let count = 0; count < 1000; count += 1) {
    init({ exporter: new FileTraceExporter(file), logger: log, handleSignals: true, metadata: { count } });
    tracers.push(new WeakRef(getTracer()));
    first.trace('one', () => step(count));
    if (count % 100 === 0) await new Promise(setImmediate);
  }
  await first.flush();
  await new Promise(setImmediate);
  globalThis.gc?.();
  await new Promise(setImmediate);
  globalThis.gc?.();
  process.removeListener('warning', note);
  expect(await lines(file)).toHaveLength(1000);
  expect(listeners()).toBe(before.listeners);
  expect(process.listenerCount('SIGTERM')).toBe(before.signals + 1);
  expect(tracers.filter((tracer) => tracer.deref() !== undefined).length).toBeLessThan(20);
  expect(warnings).toEqual([]);
});
