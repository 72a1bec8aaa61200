import { types } from 'node:util';
import { isObject } from '../../base/object.ts';
import { untraced } from '../../base/shared.ts';
import { hasManyKeys } from '../key-list.ts';
import type { Answer } from './format.ts';
import { formats } from './formats.ts';
import { Marks } from './marks.ts';
import { completeUsage, ownUsageKey, readCount, readObject, readText, usageKeys, wireUsageKeys } from './usage.ts';
import type { MutableUsage, Usage } from './usage.ts';

const usageMarks = new Marks(formats.map(({ usageKeys: keys = [] }) => keys));
/** The last bit is for what any answer has: embeddings, rerankers, and what people build themselves. */
const answerMarks = new Marks([...formats.map(({ answerKeys = [] }) => answerKeys), ['usage']]);

/** How many values of a wrapper object are looked at. */
const mostWrapped = 20;

/** Usage in any known shape, or undefined. Never throws. */
export function readUsage(source: unknown): Usage | undefined {
  if (!isObject(source)) return undefined;
  return safely(() => readKnownUsage(source));
}

/** What a returned answer, or one part of a streamed one, says of itself. Never throws. */
export function readAnswer(value: unknown): Answer | undefined {
  if (!isObject(value)) return undefined;
  return safely(() => readKnownAnswer(value));
}

/** The same, also where the answer is one of the values of a plain object or a list. Never throws. */
export function findAnswer(value: unknown): Answer | undefined {
  if (!isObject(value)) return undefined;
  return safely(() => readKnownAnswer(value) ?? readWrapped(value));
}

/** The keys of a `usage` in which no number could be read, so that somebody can be told; undefined where there is none. */
export function unreadUsageIn(value: unknown): readonly string[] | undefined {
  if (!isObject(value) || types.isProxy(value)) return undefined;
  const usage: unknown = Object.getOwnPropertyDescriptor(value, 'usage')?.value;
  if (!isObject(usage) || types.isProxy(usage)) return undefined;
  const keys = Object.keys(usage).slice(0, 10);
  return keys.length === 0 ? undefined : keys;
}

/** A hostile getter costs the usage, not the call. */
export function safely<Result>(read: () => Result): Result | undefined {
  return untraced(() => {
    try {
      return read();
    } catch {
      return undefined;
    }
  });
}

function readKnownUsage(source: object): Usage | undefined {
  const marks = usageMarks.of(source);
  for (let index = 0; marks >> index !== 0; index += 1) {
    const usage = (marks >> index) & 1 ? formats[index]?.readUsage?.(source) : undefined;
    if (usage !== undefined) return completeUsage(usage);
  }
  return completeUsage(readOwnUsage(source));
}

function readKnownAnswer(value: object): Answer | undefined {
  const marks = answerMarks.of(value);
  return marks === 0 ? undefined : readMarked(value, marks);
}

function readMarked(value: object, marks: number): Answer | undefined {
  for (let index = 0; marks >> index !== 0; index += 1) {
    const answer = (marks >> index) & 1 ? formats[index]?.readAnswer?.(value) : undefined;
    if (answer !== undefined) return answer;
  }
  const source = marks >> formats.length === 1 ? readObject(value, 'usage') : undefined;
  const usage = source && readKnownUsage(source);
  return usage && { usage, model: readText(value, 'model'), responseId: readText(value, 'id') };
}

/** Reads data only: a getter of the user's is not run to see whether there is an answer behind it. */
function readWrapped(value: object): Answer | undefined {
  if (types.isProxy(value)) return undefined;
  const items: unknown[] = [];
  if (Array.isArray(value)) {
    for (let index = 0; index < Math.min(value.length, mostWrapped); index += 1) items.push(value[index]);
    return readFirst(items);
  }
  if (!isPlain(value) || hasManyKeys(value)) return undefined;
  for (const key in value) {
    if (items.length === mostWrapped) break;
    items.push(Object.getOwnPropertyDescriptor(value, key)?.value);
  }
  return readFirst(items);
}

function readFirst(items: readonly unknown[]): Answer | undefined {
  for (const item of items) {
    const answer = isObject(item) && !types.isProxy(item) ? readKnownAnswer(item) : undefined;
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** Our own names, as TypeScript and as the wire spell them. */
function readOwnUsage(source: object): MutableUsage {
  const usage: MutableUsage = {};
  for (const name in source) {
    const key = ownUsageKey(name);
    // Under both names, the first spelling says it.
    if (key !== undefined) setCount(usage, key, readCount(source, key) ?? readCount(source, name));
  }
  return Object.keys(usage).length === 0 && !isPlain(source) ? readMembers(source) : usage;
}

/** Of a class, whose getters no listing of keys finds. */
function readMembers(source: object): MutableUsage {
  const usage: MutableUsage = {};
  for (const key of usageKeys) setCount(usage, key, readCount(source, key) ?? readCount(source, wireUsageKeys[key]));
  return usage;
}

function setCount(usage: MutableUsage, key: keyof Usage, count: number | undefined): void {
  if (count !== undefined) usage[key] = count;
}

function isPlain(source: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(source);
  return prototype === Object.prototype || prototype === null;
}
