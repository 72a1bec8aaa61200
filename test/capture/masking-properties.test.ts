import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captured, passThrough, record } from './recording.ts';

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const body = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...`${letters}0123456789`), minLength, maxLength });

/** Something secret, and the part of it that must be nowhere. */
const secret = fc.oneof(
  fc.tuple(fc.constantFrom('sk-', 'sk-proj-', 'sk-ant-api03-'), body(20, 60)).map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom('ghp_', 'gho_', 'ghs_'), body(36, 36)).map((parts) => parts.join('')),
  fc
    .tuple(
      fc.constantFrom('AKIA', 'ASIA'),
      fc.string({ unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'), minLength: 16, maxLength: 16 }),
    )
    .map((parts) => parts.join('')),
  fc.tuple(body(14, 40), body(14, 80), body(14, 50)).map(([head, payload, sign]) => `eyJ${head}.eyJ${payload}.${sign}`),
  fc.tuple(body(3, 12), body(3, 12)).map(([name, host]) => `${name}@${host}.com`),
  fc.integer({ min: 1_000_000_000, max: 9_999_999_999 }).map((digits) => `+4${digits}`),
  fc.constantFrom('4111 1111 1111 1111', '5555555555554444', '4012-8888-8888-1881', '378282246310005'),
);
const words = fc.constantFrom(
  '',
  'Please call ',
  'the value is: ',
  'line one\n',
  '\t"',
  '(',
  'x = ',
  'Ünï ',
  '{"a": ',
  '[',
  '🙂 ',
);
const after = fc.constantFrom('', ' thanks', ', and', '\nline two', '")', ')', '; ', '"}', ' 🙂');

/** The secret somewhere inside a value. */
function planted(text: string): fc.Arbitrary<unknown> {
  const note = fc.tuple(words, after).map(([before, behind]) => `${before}${text}${behind}`);
  const wraps: readonly ((inner: unknown) => unknown)[] = [
    (inner) => inner,
    (inner) => [1, inner, 'x'],
    (inner) => ({ note: inner, other: 1 }),
    (inner) => JSON.stringify(inner),
    (inner) => JSON.stringify({ nested: inner }, null, 2),
    (inner) =>
      new Map([
        ['key', inner],
        [inner, 'value'],
      ]),
    (inner) => new Set([inner]),
    (inner) => new Error(String(inner), { cause: inner }),
    (inner) => ({ [String(inner)]: 1 }),
    (inner) => ({ toJSON: () => inner }),
    (inner) => ({
      get late() {
        return inner;
      },
    }),
    (inner): unknown => Object(inner),
  ];
  return fc.tuple(note, fc.array(fc.constantFrom(...wraps), { maxLength: 3 })).map(([start, layers]) => {
    // JSON.stringify empties a Map or an Error: what is lost there cannot be found.
    return layers.reduce<unknown>((inner, wrap) => wrap(inner), start);
  });
}

describe('a secret', () => {
  it('that is planted anywhere in a value is nowhere in the trace', () => {
    fc.assert(
      fc.property(
        secret.chain((text) => fc.tuple(fc.constant(text), planted(text))),
        ([text, value]) => {
          const { trace } = passThrough(value);
          expect(trace.text()).not.toContain(text);
        },
      ),
      { numRuns: 1_500 },
    );
  });

  it('that is planted in names, tags, messages, metadata and events is nowhere in the trace', () => {
    fc.assert(
      fc.property(secret, words, after, (text, before, behind) => {
        const note = `${before}${text}${behind}`;
        const { trace } = record((tracer) => {
          const root = tracer.trace(note, { tags: [note], metadata: { [note]: note }, input: note });
          root.event(note, { note }, 'WARNING');
          root.span(note, { metadata: { note } }).fail(new Error(note, { cause: new Error(note) }));
          void root.end({ level: 'ERROR', statusMessage: note, output: note });
        });
        expect(trace.text()).not.toContain(text);
        expect(trace.asTree()).not.toContain(text);
      }),
      { numRuns: 300 },
    );
  });

  it('under a secret key is nowhere in the trace, whatever it is', () => {
    const key = fc.constantFrom(
      'password',
      'apiKey',
      'client_secret',
      'Authorization',
      'refreshToken',
      'x-api-key',
      'Set-Cookie',
    );
    const wraps = fc.array(
      fc.constantFrom<(inner: object) => unknown>(
        (inner) => inner,
        (inner) => ({ deep: [inner] }),
        (inner) => JSON.stringify(inner),
        (inner) => [JSON.stringify({ inner })],
        (inner) => new Map(Object.entries(inner)),
      ),
      { minLength: 1, maxLength: 1 },
    );
    fc.assert(
      fc.property(key, body(8, 30), wraps, (name, value, [wrap]) => {
        for (const hidden of [value, [value], { value }]) {
          const { trace } = passThrough(wrap?.({ [name]: hidden }));
          expect(trace.text()).not.toContain(value);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('text without a secret', () => {
  it('stays as it is: words, uuids, hashes, dates and versions', () => {
    const part = fc.oneof(
      fc.lorem(),
      fc.uuid(),
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString()),
      fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((parts) => parts.join('.')),
      fc.ipV4(),
      fc.ipV6(),
      fc
        .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 40, maxLength: 40 })
        .filter((hash) => /[a-f].*[a-f]/.test(hash)),
      fc.nat(1_000_000).map((count) => `${count} tokens`),
      fc.constantFrom('gpt-4.1-mini', 'claude-sonnet-4-5-20250929', 'o3-2025-04-16'),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const text = parts.join(', ');
        expect(captured({ text, list: parts })).toEqual({ text, list: parts });
      }),
      { numRuns: 500 },
    );
  });
});
