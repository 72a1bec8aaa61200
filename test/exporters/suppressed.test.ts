import { AsyncLocalStorage } from 'node:async_hooks';
import { createTracer, HttpTraceExporter } from 'clew';
import { afterEach, describe, expect, it } from 'vitest';
import { IngestServer } from '../fixtures/ingest-server.ts';
import { RecordingLogger } from '../fixtures/recording-logger.ts';

/** Where `@opentelemetry/api` keeps what an application registers with it. */
const registry = Symbol.for('opentelemetry.js.api.1');
const suppressTracing = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

afterEach(() => void Reflect.deleteProperty(globalThis, registry));

async function sendOne(): Promise<unknown> {
  await using server = await IngestServer.start();
  const exporter = new HttpTraceExporter({ baseUrl: server.baseUrl });
  const tracer = createTracer({ exporter, logger: new RecordingLogger() });
  tracer.trace('run', () => 1);
  return await tracer.flush();
}

describe('our requests beside OpenTelemetry', () => {
  it('are made in a context in which nothing is traced', async () => {
    const contexts: unknown[] = [];
    const storage = new AsyncLocalStorage<ReadonlyMap<symbol, unknown>>();
    const wrap = (values: ReadonlyMap<symbol, unknown>): object => ({
      values,
      setValue: (key: symbol, value: unknown) => wrap(new Map([...values, [key, value]])),
    });
    const context = {
      active: () => wrap(new Map()),
      with(given: { readonly values: ReadonlyMap<symbol, unknown> }, run: () => unknown) {
        contexts.push([...given.values]);
        return storage.run(given.values, run);
      },
    };
    Reflect.set(globalThis, registry, { context });
    expect(await sendOne()).toMatchObject({ sent: 1, pending: 0 });
    expect(contexts).toEqual([[[suppressTracing, true]]]);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['something else', 5],
    ['no context manager', {}],
    ['a context manager that is none', { context: { active: 1, with: 2 } }],
    ['half a context manager', { context: { active: () => ({}) } }],
    ['one of another version', { context: { active: () => ({}), with: (_: unknown, run: () => unknown) => run() } }],
    ['one that runs nothing', { context: { active: () => ({ setValue: () => ({}) }), with: () => undefined } }],
  ])('are made all the same where %s is registered', async (_, registered) => {
    Reflect.set(globalThis, registry, registered);
    expect(await sendOne()).toMatchObject({ sent: 1, pending: 0 });
  });
});
