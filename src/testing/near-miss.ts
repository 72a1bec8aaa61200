import { inspect } from 'node:util';
import { isObject } from '../base/object.ts';
import type { SpanRecord } from '../span/record.ts';
import type { TraceRecord } from '../span/trace-record.ts';

/** What a span has to be like: its name, or some of what its record says. Objects are compared by what they name. */
export type SpanPattern = string | Readonly<Record<string, unknown>>;

/** Where a value is not what was expected. */
interface Difference {
  readonly path: string;
  readonly expected: unknown;
  readonly seen: unknown;
}

const mostDifferences = 8;
const longestValue = 300;

export function isLike(span: SpanRecord, pattern: SpanPattern): boolean {
  if (typeof pattern === 'string') return span.name === pattern;
  return Object.entries(pattern).every(([key, expected]) => contains(Reflect.get(span, key), expected));
}

function contains(value: unknown, expected: unknown): boolean {
  return differencesOf(value, expected, '').next().done === true;
}

/** What an object does not name is not compared. */
function* differencesOf(seen: unknown, expected: unknown, path: string): Generator<Difference> {
  if (!isStructure(expected)) {
    if (!isSame(seen, expected)) yield { path, expected, seen };
  } else if (!isObject(seen) || (Array.isArray(expected) && !isListOf(seen, expected.length))) {
    yield { path, expected, seen };
  } else {
    for (const [key, item] of Object.entries(expected)) {
      const place = Array.isArray(expected) ? `[${key}]` : `.${key}`;
      yield* differencesOf(Reflect.get(seen, key), item, path + place);
    }
  }
}

function isSame(seen: unknown, expected: unknown): boolean {
  if (isAsymmetric(expected)) return expected.asymmetricMatch(seen);
  if (expected instanceof RegExp) return typeof seen === 'string' && expected.test(seen);
  return Object.is(seen, expected);
}

function isStructure(expected: unknown): expected is object {
  return isObject(expected) && !isAsymmetric(expected) && !(expected instanceof RegExp);
}

function isListOf(seen: unknown, length: number): boolean {
  return Array.isArray(seen) && seen.length === length;
}

/** Such as `expect.any(Number)`. */
function isAsymmetric(value: unknown): value is { asymmetricMatch(other: unknown): boolean } {
  return isObject(value) && 'asymmetricMatch' in value && typeof value.asymmetricMatch === 'function';
}

/** The span that is most like the pattern and is not, with what differs; undefined if none is like it in anything. */
export function nearMiss(trace: TraceRecord, pattern: SpanPattern): string | undefined {
  if (typeof pattern === 'string') return undefined;
  const ranked = trace.spans
    .map((span) => ({ span, likeness: likeness(span, pattern), differences: differenceTexts(span, pattern) }))
    .toSorted((a, b) => b.likeness - a.likeness || a.differences.length - b.differences.length);
  const [best] = ranked;
  if (best === undefined || best.likeness === 0) return undefined;
  const { span, differences } = best;
  const more = differences.length - mostDifferences;
  return [
    `the nearest is "${span.name}", in which`,
    ...differences.slice(0, mostDifferences).map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}

/** The name is what one looks for; the other fields tell which span of that name. */
function likeness(span: SpanRecord, pattern: Readonly<Record<string, unknown>>): number {
  const keys = Object.keys(pattern);
  const alike = keys.filter((key) => contains(Reflect.get(span, key), pattern[key]));
  return alike.reduce((sum, key) => sum + (key === 'name' ? keys.length : 1), 0);
}

function differenceTexts(span: SpanRecord, pattern: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(pattern).flatMap(([key, expected]) =>
    key in span
      ? Array.from(differencesOf(Reflect.get(span, key), expected, key), differenceText)
      : [`${key}: a span has no such field`],
  );
}

function differenceText({ path, expected, seen }: Difference): string {
  const count = Array.isArray(expected) && Array.isArray(seen) ? ` (${seen.length} items, not ${expected.length})` : '';
  return `${path} is ${show(seen)}${count}, not ${show(expected)}`;
}

/** Bounded, and on one line. */
export function show(value: unknown): string {
  const text = isAsymmetric(value)
    ? asymmetricName(value)
    : inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 20, maxStringLength: 200 });
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

/** As Jest and Vitest name it: `Any<Number>`. */
function asymmetricName(matcher: object): string {
  const name: unknown = 'toAsymmetricMatcher' in matcher && matcher.toAsymmetricMatcher;
  return typeof name === 'function' ? String(name.call(matcher)) : String(matcher);
}
