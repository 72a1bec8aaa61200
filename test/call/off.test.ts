import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTracer, currentSpan, currentTrace, InMemoryTraceExporter, traced, withTracer, type Tracer } from 'clew';
import { runChild } from './child.ts';

const agent = {
  echo: (value: object) => value,
  async later(value: object) {
    return value;
  },
  *numbers() {
    yield 1;
  },
  fail() {
    throw new Error('kaboom');
  },
};
const wrapped = {
  echo: traced(agent.echo),
  later: traced(agent.later),
  numbers: traced(agent.numbers),
  fail: traced(agent.fail),
};

const ways: Record<string, () => { tracer: Tracer; exporter: InMemoryTraceExporter }> = {
  'mode off': () => offBy({ mode: 'off' }),
  'enabled false [L16]': () => offBy({ enabled: false }),
  'CLEW_DISABLED=1': () => {
    vi.stubEnv('CLEW_DISABLED', '1');
    return offBy({});
  },
  'sampleRate 0 without keepErrors [T21]': () => offBy({ sampleRate: 0, keepErrors: false }),
};

function offBy(options: Parameters<typeof createTracer>[0]) {
  const exporter = new InMemoryTraceExporter();
  return { exporter, tracer: createTracer({ ...options, exporter }) };
}

afterEach(() => vi.unstubAllEnvs());

describe.each(Object.entries(ways))('tracing that is off by %s', (_, turnOff) => {
  it('leaves results as they are and records nothing', async () => {
    const { tracer, exporter } = turnOff();
    const value = {};
    await withTracer(tracer, async () => {
      expect(wrapped.echo(value)).toBe(value);
      expect(await wrapped.later(value)).toBe(value);
      expect([...wrapped.numbers()]).toEqual([1]);
      expect(wrapped.fail).toThrow('kaboom');
      expect(tracer.trace('block', (trace) => trace.span('inner', () => wrapped.echo(value)))).toBe(value);
    });
    expect(exporter.traces).toEqual([]);
    expect(exporter.spans).toEqual([]);
  });

  it('hands out the very promise, stream and iterator of the function', () => {
    const { tracer } = turnOff();
    const results = [Promise.resolve(1), new ReadableStream(), [1].values(), new Map()];
    for (const result of results) {
      const keys = Reflect.ownKeys(result);
      expect(withTracer(tracer, () => traced(() => result)())).toBe(result);
      expect(tracer.trace('block', () => result)).toBe(result);
      expect(Reflect.ownKeys(result)).toEqual(keys);
    }
  });

  it('gives handles that take every call', async () => {
    const { tracer } = turnOff();
    const trace = tracer.trace('manual');
    const span = trace.span('inner', { input: 1 });
    span.event('seen');
    span.update({ metadata: { a: 1 } });
    span.end({ output: 2 });
    expect(span.isRecording).toBe(false);
    expect(await trace.end({ output: 3 })).toMatchObject({ ok: true });
    expect(await tracer.flush()).toMatchObject({ sent: 0, pending: 0 });
  });
});

describe('a program that never calls init', () => {
  it('runs as if it were undecorated [L16, C9]', async () => {
    const { code, stdout, stderr } = await runChild(`
      import { currentSpan, getTracer, traced } from 'clew';
      const promise = Promise.resolve(1);
      const same = traced(() => promise)() === promise;
      const seen = traced('work', () => currentSpan())();
      console.log(same, seen, getTracer().isRecording, process.getActiveResourcesInfo().includes('Timeout'));
    `);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'true undefined false false\n', stderr: '' });
  });

  it('runs so too with CLEW_DISABLED=1, though it calls init', async () => {
    const { code, stdout, stderr } = await runChild(
      `
      import { init, InMemoryTraceExporter, traced } from 'clew';
      const exporter = new InMemoryTraceExporter();
      init({ exporter });
      const promise = Promise.resolve(1);
      console.log(traced(() => promise)() === promise, exporter.traces.length);
    `,
      { CLEW_DISABLED: '1' },
    );
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'true 0\n', stderr: '' });
  });

  it('has neither a current span nor a current trace', () => {
    expect([currentSpan(), currentTrace()]).toEqual([undefined, undefined]);
  });
});
