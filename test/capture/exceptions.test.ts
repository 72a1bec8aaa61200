import { createTracer, InMemoryTraceExporter, traced, withTracer, type TracerOptions, type TraceRecord } from 'clew';
import { describe, expect, it } from 'vitest';
import { parse, record } from './recording.ts';

/** The trace of a traced function that throws `thrown`; the caller must get that very value. */
function throwing(thrown: unknown, options: TracerOptions = {}): TraceRecord {
  const exporter = new InMemoryTraceExporter();
  const tracer = createTracer({ ...options, exporter });
  const fail = traced('fail', () => {
    throw thrown;
  });
  let caught: { readonly value: unknown } | undefined;
  try {
    withTracer(tracer, fail);
  } catch (error) {
    caught = { value: error };
  }
  expect(caught !== undefined && Object.is(caught.value, thrown)).toBe(true);
  const [trace] = exporter.traces;
  if (trace === undefined) throw new Error('nothing was recorded');
  return trace;
}

const revoked = Proxy.revocable({}, {});
revoked.revoke();

describe('exceptions', () => {
  it('are described with type, message, stack, cause and errors [L10, T3]', () => {
    const error = new TypeError('kaboom', { cause: new RangeError('too far') });
    const span = throwing(error).rootSpan;
    expect(span).toMatchObject({ level: 'ERROR', outcome: 'error', error: 'kaboom', statusMessage: 'kaboom' });
    expect(span?.exception).toEqual({
      type: 'TypeError',
      message: 'kaboom',
      stack: error.stack,
      cause: { type: 'RangeError', message: 'too far', stack: expect.any(String), cause: null, errors: [] },
      errors: [],
    });
  });

  it.each([
    ['a string', 'plain words', 'string', 'plain words'],
    ['a number', 42, 'number', '42'],
    ['undefined', undefined, 'undefined', 'undefined'],
    ['null', null, 'null', 'null'],
    ['a symbol', Symbol('mark'), 'symbol', 'Symbol(mark)'],
    ['a BigInt', 7n, 'bigint', '7'],
    ['a plain object', { code: 'E1' }, 'Object', '{"code":"E1"}'],
    ['an object with a message', { message: 'almost an error' }, 'Object', 'almost an error'],
    [
      'an error with a name of its own',
      Object.assign(new Error('stop'), { name: 'NetworkError' }),
      'NetworkError',
      'stop',
    ],
    ['a subclass that forgot its name', new (class QuotaError extends Error {})('full'), 'QuotaError', 'full'],
    ['a DOMException', new DOMException('aborted', 'NetworkError'), 'NetworkError', 'aborted'],
  ])('can be %s', (_, thrown, type, message) => {
    const span = throwing(thrown).rootSpan;
    expect(span).toMatchObject({ level: 'ERROR', error: message, exception: { type, message } });
  });

  it.each([
    ['a revoked Proxy', revoked.proxy],
    [
      'a Proxy that throws',
      new Proxy(new Error('x'), {
        get: () => {
          throw new Error('inner');
        },
      }),
    ],
    ['a function', () => undefined],
    [
      'an error whose getters throw',
      Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('inner');
        },
      }),
    ],
    [
      'an error whose message is no text',
      Object.assign(new Error('x'), {
        message: {
          toString: () => {
            throw new Error('inner');
          },
        },
      }),
    ],
    ['an error whose name is no text', Object.assign(new Error('x'), { name: Symbol('n'), stack: 5 })],
    [
      'an error whose list of errors lies',
      Object.assign(new Error('x'), {
        errors: new (class extends Array<Error> {
          override slice(): never {
            throw new Error('inner');
          }
          override map(): never {
            throw new Error('inner');
          }
        })(),
      }),
    ],
    ['a null-prototype object', Object.create(null)],
  ])('can be %s and are still told', (_, thrown: unknown) => {
    const trace = throwing(thrown);
    expect(trace).toMatchObject({ level: 'ERROR', outcome: 'error', errorCount: 1 });
    expect(trace.rootSpan?.exception?.type).toEqual(expect.any(String));
    expect(() => parse(trace.text())).not.toThrow();
  });

  it('stay bounded when causes and errors are circular', () => {
    const error = new AggregateError([], 'round');
    error.cause = error;
    error.errors = Array.from({ length: 1000 }, () => error);
    expect(throwing(error).text().length).toBeLessThan(600_000);
  });

  it('stay bounded when the message is long, and lose no more than the rest of the word', () => {
    const message = `${'word '.repeat(10_000)}end`;
    const span = throwing(new Error(message)).rootSpan;
    expect(span?.error?.length).toBeLessThanOrEqual(4097);
    expect(span?.error).toMatch(/^(?:word )+…$/);
  });

  it('lose secrets in message, stack, cause and errors', () => {
    const secret = 'sk-proj-Ab12Cd34Ef56Gh78';
    const error = new AggregateError([new Error(`one ${secret}`)], `all ${secret}`, { cause: `cause ${secret}` });
    const trace = throwing(error);
    expect(trace.text()).not.toContain(secret);
    expect(trace.rootSpan?.error).toBe('all [secret]');
  });
});

describe("with recordExceptions 'type'", () => {
  const options: TracerOptions = { recordExceptions: 'type' };
  const words = 'the customer is called Rumpelstiltskin';

  it('no message of an error inside a value is in the record either', () => {
    const exporter = new InMemoryTraceExporter();
    const tracer = createTracer({ exporter, ...options });
    const hostile = Object.defineProperty({}, 'part', {
      enumerable: true,
      get: () => {
        throw new Error(words);
      },
    });
    tracer.trace('told', (open) => open.update({ output: { reasons: [new RangeError(words)], hostile } }));
    expect(exporter.traces[0]?.text()).not.toContain('Rumpelstiltskin');
    expect(exporter.traces[0]?.output).toMatchObject({ reasons: [{ $clew: 'error', name: 'RangeError' }] });
  });

  it.each([
    ['an error', new ReferenceError(words), 'ReferenceError'],
    ['an error with cause', new TypeError(words, { cause: new Error(words) }), 'TypeError'],
    ['several errors', new AggregateError([new Error(words)], words, { cause: words }), 'AggregateError'],
    ['a string', words, 'string'],
    ['an object', { message: words }, 'Object'],
  ])('no message of %s is anywhere in the record [C15, T30]', (_, thrown, type) => {
    const trace = throwing(thrown, options);
    expect(trace.text()).not.toContain('Rumpelstiltskin');
    expect(trace.asTree()).not.toContain('Rumpelstiltskin');
    expect(trace.rootSpan).toMatchObject({
      error: type,
      statusMessage: type,
      exception: { type, message: '', stack: null },
    });
  });

  it('no message of an error that was given by hand is in the record [C15, T30]', () => {
    const { trace } = record((tracer) => {
      const root = tracer.trace('root');
      root.span('one').end({ error: new Error(words) });
      root.span('two').fail(new Error(words));
      void root.end({ error: new Error(words) });
    }, options);
    expect(trace.errorCount).toBe(3);
    expect(trace.text()).not.toContain('Rumpelstiltskin');
  });

  it('what the user says in words of his own stays', () => {
    const { span } = record(
      (tracer) => tracer.span('one').end({ level: 'ERROR', statusMessage: 'quota reached' }),
      options,
    );
    expect(span).toMatchObject({ statusMessage: 'quota reached', error: 'quota reached' });
  });
});
