import { createTracer, InMemoryTraceExporter, traced, withTracer } from 'clew';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captured, passThrough, recordOutput } from './recording.ts';

const unmasked = { masker: false } as const;
const json = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' });

/** Like JSON, with objects that have no prototype, undefined, shared parts, and keys that are ours or JavaScript's. */
const plain = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.array(tie('node'), { maxLength: 8 }),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('$clew', '$$clew', '__proto__', 'constructor', 'length', '')),
      tie('node'),
      {
        maxKeys: 8,
      },
    ),
  ),
})).node;

function asJson(value: unknown): unknown {
  const text: unknown = JSON.stringify(value);
  return typeof text === 'string' ? JSON.parse(text) : null;
}

function isDeepFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeepFrozen);
}

describe('plain JSON values', () => {
  it('come back exactly as they went in', () => {
    fc.assert(
      fc.property(json, (value) => {
        const { result, span } = passThrough(value, unmasked);
        expect(result).toBe(value);
        expect(span.output).toEqual(asJson(value));
        expect(captured({ value }, unmasked)).toEqual({ value: asJson(value) });
      }),
      { numRuns: 200 },
    );
  });

  it('are read alike by the fast way and by the slow one', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const fast = captured({ value }, unmasked);
        // Nothing but a walk, part by part, can write a BigInt.
        const slow = captured({ value, forced: 1n }, unmasked);
        expect(slow).toEqual({ ...Object(fast), forced: { $clew: 'bigint', value: '1' } });
      }),
      { numRuns: 300 },
    );
  });

  it('are read alike by both ways with masking on', () => {
    const text = fc.oneof(
      fc.constantFrom(
        'jane@example.com',
        'sk-proj-Ab12Cd34Ef56Gh78',
        '+49 30 901820',
        '{"password":"x1"}',
        '[1, 2]',
        'Order 12',
      ),
      fc.string(),
    );
    const key = fc.oneof(fc.constantFrom('password', 'a@b.com', 'note'), fc.string());
    fc.assert(
      fc.property(fc.array(fc.dictionary(key, text)), (value) => {
        const fast = captured(value);
        expect(captured([...value, 1n])).toEqual([
          ...(Array.isArray(fast) ? fast : []),
          { $clew: 'bigint', value: '1' },
        ]);
      }),
      { numRuns: 200 },
    );
  });

  it("that use clew's own key come back under that key", () => {
    const value = { $clew: 'truncated', bytes: 1, deep: [{ $clew: { $$clew: 2 }, $$$clew: 3 }] };
    expect(captured(value)).toEqual(value);
    expect(captured({ ...value, forced: 1n })).toEqual({ ...value, forced: { $clew: 'bigint', value: '1' } });
    expect(recordOutput(value).outputText).toContain('"$$clew":"truncated"');
  });

  it('with a key named __proto__ keep it as data', () => {
    const value: unknown = JSON.parse('{"__proto__": {"admin": true}, "a": 1}');
    const output = captured(value);
    expect(JSON.stringify(output)).toBe('{"__proto__":{"admin":true},"a":1}');
    expect(output).not.toHaveProperty('admin');
  });

  it('are not changed in the record when the argument is changed later', async () => {
    const exporter = new InMemoryTraceExporter();
    const tracer = createTracer({ exporter });
    const list = ['first'];
    const order = { id: 1, list };
    const change = traced('change', async (given: typeof order) => {
      given.id = 2;
      await Promise.resolve();
      given.list.push('second');
      return given;
    });
    const result = await withTracer(tracer, () => change(order));
    result.id = 3;
    expect(exporter.traces[0]?.input).toEqual({ id: 1, list: ['first'] });
    expect(exporter.traces[0]?.output).toEqual({ id: 2, list: ['first', 'second'] });
  });

  it('are deep-frozen where they are read, and the same object each time', () => {
    const { span, trace } = passThrough({ list: [{ a: 1 }], text: 'x' });
    for (const read of [span.input, span.output, trace.input, trace.output, span.metadata]) {
      expect(Object.isFrozen(read)).toBe(true);
    }
    expect(Object.isFrozen(Reflect.get(Object(span.output), 'list'))).toBe(true);
    expect(span.output).toSatisfy(isDeepFrozen);
    expect(span.output).toBe(span.output);
  });

  it('do not tie the record to the object that was passed', () => {
    const value = { a: 1 };
    expect(passThrough(value).span.output).not.toBe(value);
    expect(Object.isFrozen(value)).toBe(false);
  });
});
