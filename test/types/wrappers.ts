/** What must and must not compile. Nothing here runs: `npm run check` type-checks it. */
import { span, trace, traced } from 'clew';

type Same<One, Other> = (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** Compiles only for `true`. */
function check<_Proof extends true>(): void {}

// The wrapper has the function's own type.
const fetchDocument = async (url: string, retries?: number): Promise<{ url: string }> => ({ url: url + retries });
const wrapped = traced(fetchDocument);
check<Same<typeof wrapped, typeof fetchDocument>>();
const named = traced('fetch', fetchDocument);
check<Same<typeof named, typeof fetchDocument>>();
const optioned = traced({ name: 'fetch', kind: 'tool' }, fetchDocument);
check<Same<typeof optioned, typeof fetchDocument>>();
const later = traced({ kind: 'tool' })(fetchDocument);
check<Same<typeof later, typeof fetchDocument>>();
const latest = traced()(fetchDocument);
check<Same<typeof latest, typeof fetchDocument>>();

// Generic functions stay generic.
const identity = traced(<Value>(value: Value): Value => value);
const text: 'a' = identity('a');
const first = traced('first', <Item>(items: readonly Item[]): Item | undefined => items[0]);
const item: number | undefined = first([1, 2]);
void [text, item];

// Overloads stay overloads.
function parse(value: string): number;
function parse(value: number): string;
function parse(value: string | number): string | number {
  return typeof value === 'string' ? Number(value) : String(value);
}
const parsed = traced({ name: 'parse' }, parse);
const toNumber: number = parsed('1');
const toText: string = parsed(1);
// @ts-expect-error -- no overload takes a boolean
parsed(true);
void [toNumber, toText];

// Own properties, `this` and type guards stay.
const described = traced(Object.assign((x: number) => x, { description: 'same' }));
check<Same<typeof described.description, string>>();
function withThis(this: { name: string }, suffix: string): string {
  return this.name + suffix;
}
const bound = traced(withThis);
bound.call({ name: 'a' }, 'b');
// @ts-expect-error -- `this` is missing
bound('b');
const isText = traced((value: unknown): value is string => typeof value === 'string');
const unknownValue: unknown = 'a';
if (isText(unknownValue)) unknownValue.toUpperCase();

// Generators stay what they are.
const count = traced(function* (last: number): Generator<number, string, boolean> {
  const sent = yield last;
  return String(sent);
});
check<Same<ReturnType<typeof count>, Generator<number, string, boolean>>>();
const words = traced('words', async function* (): AsyncGenerator<string> {
  yield 'a';
});
check<Same<ReturnType<typeof words>, AsyncGenerator<string>>>();

// Arguments are those of the function.
// @ts-expect-error -- a number is no URL
void wrapped(1);
// @ts-expect-error -- the URL is missing
void wrapped();
// @ts-expect-error -- there is no such result
void wrapped('a').then((result) => void result.title);

// Options are checked.
// @ts-expect-error -- no such kind
traced({ kind: 'toool' }, fetchDocument);
// @ts-expect-error -- no such option
traced({ nmae: 'fetch' }, fetchDocument);
// @ts-expect-error -- names are a list
traced({ params: 'url' }, fetchDocument);
// @ts-expect-error -- not a function
traced('fetch', 3);
// @ts-expect-error -- not a function
traced('fetch')(3);

// Only `traced` wraps functions.
// @ts-expect-error -- a decorator of members
span(fetchDocument);
// @ts-expect-error -- a decorator of members
trace(fetchDocument);
// @ts-expect-error -- a decorator of members
span('name')(fetchDocument);
