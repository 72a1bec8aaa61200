import {
  createTracer,
  setTraceStore,
  traced,
  TraceStore,
  type Sampler,
  type TraceExporter,
  type Tracer,
  type TracerOptions,
} from 'clew';
import { afterEach, describe, expect, it } from 'vitest';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { CollectingExporter } from '../fixtures/records.ts';

interface Setup {
  readonly good: CollectingExporter;
  readonly tracer: Tracer;
  readonly logger: RecordingLogger;
}

function setUp(options: TracerOptions = {}, ...others: readonly TraceExporter[]): Setup {
  const good = new CollectingExporter();
  const logger = new RecordingLogger();
  return { good, logger, tracer: createTracer({ exporters: [...others, good], logger, lateSpanMs: 0, ...options }) };
}

/** A host program: what it gives must never change. */
async function work(tracer: Tracer): Promise<readonly unknown[]> {
  const sync = tracer.trace('sync', () => tracer.span('child', () => 1));
  const async = await tracer.trace('async', async () => tracer.span('child', async () => 2));
  const error = await tracer.trace('failing', () => Promise.reject(new Error('own'))).catch(String);
  return [sync, async, error];
}

const worked = [1, 2, 'Error: own'];

afterEach(() => {
  setTraceStore(undefined);
});

function broken(): never {
  throw new Error('broken');
}

const rejecting = (): Promise<never> => Promise.reject(new Error('broken'));
const hostile = (): never => {
  throw Object.create(null);
};

describe('An exporter', () => {
  it.each([
    ['throws', broken],
    ['rejects', rejecting],
    ['throws what cannot be read', hostile],
  ])('that %s costs its own records only, and is reported once', async (_how, fail) => {
    const bad = { export: fail, exportStart: fail, exportSpan: fail, flush: fail, flushSync: fail, shutdown: fail };
    const { good, tracer, logger } = setUp({}, bad);
    expect(await work(tracer)).toEqual(worked);
    const result = await tracer.flush();
    expect(result).toMatchObject({ sent: 5, dropped: 5, pending: 0 });
    expect(Object.values(result.reasons)).toEqual([5]);
    expect(good.traces.map(({ name }) => name)).toEqual(['sync', 'async', 'failing']);
    await expect(tracer.shutdown()).resolves.toMatchObject({ sent: 5, dropped: 5 });
    expect(logger.warnings('exporter-failed')).toHaveLength(1);
    expect(tracer.stats().exporters.map(({ sent, dropped }) => [sent, dropped])).toEqual([
      [0, 5],
      [5, 0],
    ]);
  });

  it('is told apart by its name, also when it has no class', () => {
    const bare: TraceExporter = { export: () => {} };
    Object.setPrototypeOf(bare, null);
    const { tracer } = setUp({}, bare);
    expect(tracer.stats().exporters.map(({ exporter }) => exporter)).toEqual(['Object', 'CollectingExporter']);
  });

  it('whose answer is a lazy thenable is asked once', async () => {
    let asked = 0;
    const resolved = Promise.resolve();
    const ask: typeof resolved.then = (...handlers) => {
      asked += 1;
      return resolved.then(...handlers);
    };
    const answer = new Proxy(resolved, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        return key === 'then' ? ask : value;
      },
    });
    const { tracer } = setUp({}, { export: () => answer });
    tracer.trace('run', () => 1);
    expect(await tracer.flush()).toMatchObject({ sent: 2, pending: 0 });
    expect(asked).toBe(1);
  });
});

describe('A sampler', () => {
  it.each<[string, Sampler]>([
    ['throws', broken],
    ['rejects', () => Reflect.apply(rejecting, undefined, []) as never],
    ['throws what cannot be read', hostile],
  ])('that %s leaves it to the other rules, and is reported once', async (_how, sampler) => {
    const { good, tracer, logger } = setUp({ sampler });
    expect(await work(tracer)).toEqual(worked);
    await new Promise((resolve) => setImmediate(resolve));
    expect(good.traces.map(({ sampling }) => sampling.reason)).toEqual(['head', 'head', 'head']);
    expect(logger.warnings('sampler-failed')).toHaveLength(1);
  });

  it('that calls traced code is not traced', () => {
    const price = traced('price', () => 1);
    const { good, tracer } = setUp({ sampler: () => price() === 1 });
    tracer.run(tracer.span('scope'), () => price());
    tracer.trace('run', () => 1);
    expect(good.traces.map(({ name }) => name)).not.toContain('price');
    expect(good.traces.map(({ name }) => name)).toContain('run');
  });
});

describe('A masker', () => {
  it.each([
    ['throws', broken],
    ['rejects', rejecting],
    ['gives no record', () => 'record'],
  ])('that %s costs the content, not the record, and is reported once', async (_how, masker) => {
    const { good, tracer, logger } = setUp({ masker: (record) => Reflect.apply(masker, undefined, [record]) as never });
    expect(tracer.trace('run', { userId: 'u1' }, () => 'secret')).toBe('secret');
    await tracer.flush();
    expect(good.traces).toHaveLength(1);
    expect(good.traces[0]?.text()).not.toContain('secret');
    expect(logger.warnings('masker-failed')).toHaveLength(1);
  });
});

describe('A logger', () => {
  it.each([
    ['throws', broken],
    ['rejects', rejecting],
  ])('that %s hurts nobody', async (_how, fail) => {
    const logger = Object.assign(new RecordingLogger(), { warn: fail, debug: fail });
    const { good, tracer } = setUp({ logger }, { export: broken });
    expect(await work(tracer)).toEqual(worked);
    tracer.span('twice').end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(good.traces).toHaveLength(4);
  });

  it('that is traced itself does not trace our reports', async () => {
    const log = traced('log', () => {});
    const { good, tracer } = setUp({ logger: { warn: log, debug: log } }, { export: broken });
    tracer.trace('run', () => tracer.run(tracer.span('scope'), () => tracer.report.warn('own', 'a report')));
    await tracer.shutdown();
    expect(good.traces.flatMap(({ spans }) => spans.map(({ name }) => name))).toEqual(['run', 'scope']);
  });
});

describe('A store', () => {
  it.each([
    ['throws', broken],
    ['rejects', rejecting],
  ])('that %s costs no exporter a record, and is reported once', async (_how, add) => {
    const store = Object.assign(new TraceStore(), { add });
    setTraceStore(Object.assign(new TraceStore(), { add }));
    const { good, tracer, logger } = setUp({ store });
    expect(await work(tracer)).toEqual(worked);
    await new Promise((resolve) => setImmediate(resolve));
    expect(good.traces).toHaveLength(3);
    expect(logger.warnings('store-failed')).toHaveLength(1);
  });
});
