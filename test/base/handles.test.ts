import { createTracer, InMemoryTraceExporter, Span, type Trace, type Tracer } from 'clew';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';

const disguises: Readonly<Record<string, <Handle extends object>(handle: Handle) => Handle>> = {
  'a Proxy': (handle) => new Proxy(handle, {}),
  'a Proxy of a Proxy': (handle) => new Proxy(new Proxy(handle, {}), {}),
  'a Proxy that passes itself on': (handle) => new Proxy(handle, { get: Reflect.get }),
  'Object.create': (handle) => {
    const derived: typeof handle = Object.create(handle);
    return derived;
  },
};

function setUp(): { readonly tracer: Tracer; readonly exporter: InMemoryTraceExporter } {
  const exporter = new InMemoryTraceExporter();
  return { exporter, tracer: createTracer({ exporter }) };
}

describe.each(Object.keys(disguises))('Behind %s', (name) => {
  const behind = disguises[name] ?? ((handle) => handle);

  it('a span is told and ended as it is', () => {
    const { tracer, exporter } = setUp();
    const span: Span = behind(tracer.span('work'));
    span.event('seen');
    span.update({ metadata: { a: 1 } });
    expect(span.run(() => 42)).toBe(42);
    span.span('child').end();
    span.end({ output: 'done' });
    const record = exporter.traces[0]?.spans[0];
    expect([record?.name, record?.output, record?.metadata, record?.events.length]).toEqual([
      'work',
      'done',
      { a: 1 },
      1,
    ]);
    expect(exporter.traces[0]?.spans.map(({ parentId }) => parentId)).toEqual([null, span.spanId]);
  });

  it('a trace is told and ended as it is', async () => {
    const { tracer, exporter } = setUp();
    const trace: Trace = behind(tracer.trace('run'));
    trace.update({ userId: 'u1' });
    trace.span('child').end();
    expect(await trace.end({ output: 1 })).toMatchObject({ ok: true, exported: true });
    expect(exporter.traces[0]).toMatchObject({ name: 'run', userId: 'u1', output: 1 });
  });

  it('a tracer traces as it does', async () => {
    const { tracer, exporter } = setUp();
    const hidden: Tracer = behind(tracer);
    expect(hidden.trace('run', () => hidden.span('child', () => 1))).toBe(1);
    expect(exporter.traces[0]?.spans).toHaveLength(2);
    expect(await hidden.flush()).toMatchObject({ sent: 2 });
    expect(hidden.stats().spans.endedSpans).toBe(2);
  });

  it('a block ends its span', () => {
    const { tracer, exporter } = setUp();
    {
      using span: Span = behind(tracer.span('work'));
      expect(span.outcome).toBe('running');
    }
    expect(exporter.traces[0]?.spans[0]?.outcome).toBe('ok');
  });

  it('a span by hand is told and ended as it is', () => {
    const span: Span = behind(new Span({ name: 'by hand' }));
    span.finish({ outputs: 1 });
    expect(span.output).toBe(1);
  });
});

describe('A method that was taken off its handle', () => {
  it('does nothing, and throws nothing', () => {
    const { tracer } = setUp();
    const span = tracer.span('work');
    expect(Reflect.apply(span.end, undefined, [])).toBeUndefined();
    expect(Reflect.apply(span.event, {}, ['seen'])).toBeUndefined();
    expect(span.outcome).toBe('running');
  });

  it('still runs the function that it is given', () => {
    const { tracer } = setUp();
    expect(Reflect.apply(tracer.span, undefined, ['work', () => 42])).toBe(42);
    expect(Reflect.apply(tracer.span('work').run, undefined, [() => 42])).toBe(42);
  });
});

describe('What a handle shows of itself', () => {
  it('is short, on the console and as JSON', () => {
    const { tracer } = setUp();
    const span = tracer.span('work', { kind: 'tool' });
    for (const handle of [span, tracer.trace('run'), tracer]) expect(inspect(handle)).not.toContain('Circular');
    expect(inspect(span)).toContain("name: 'work'");
    expect(Object.keys(span)).not.toContain('clew.handle');
    expect(() => JSON.stringify([span, tracer.trace('run')])).not.toThrow();
  });
});
