import { types } from 'node:util';
import { isObject } from '../../base/object.ts';
import { untraced } from '../../base/shared.ts';
import type { Answer } from './format.ts';
import { formats } from './formats.ts';
import { completeUsage, readCount, readObject, readText, setCounts, usageKeys, wireUsageKeys } from './usage.ts';
import type { MutableUsage, Usage } from './usage.ts';

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
  for (const { readUsage: read } of formats) {
    const usage = read?.(source);
    if (usage !== undefined) return completeUsage(usage);
  }
  return completeUsage(readOwnUsage(source));
}

function readKnownAnswer(value: object): Answer | undefined {
  for (const { readAnswer: read } of formats) {
    const answer = read?.(value);
    if (answer !== undefined) return answer;
  }
  // Embeddings, rerankers, and what people build themselves.
  const source = 'usage' in value ? readObject(value, 'usage') : undefined;
  const usage = source && readKnownUsage(source);
  return usage && { usage, model: readText(value, 'model'), responseId: readText(value, 'id') };
}

/** Reads data only: a getter of the user's is not run to see whether there is an answer behind it. */
function readWrapped(value: object): Answer | undefined {
  const prototype: unknown = Array.isArray(value) ? null : Object.getPrototypeOf(value);
  if (types.isProxy(value) || (prototype !== null && prototype !== Object.prototype)) return undefined;
  let looks = 0;
  for (const key in value) {
    if ((looks += 1) > mostWrapped) return undefined;
    const item: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
    const answer = isObject(item) && !types.isProxy(item) ? readKnownAnswer(item) : undefined;
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** Our own names, as TypeScript and as the wire spell them. */
function readOwnUsage(source: object): MutableUsage {
  const usage: MutableUsage = {};
  for (const key of usageKeys) {
    setCounts(usage, { [key]: readCount(source, key) ?? readCount(source, wireUsageKeys[key]) });
  }
  return usage;
}
