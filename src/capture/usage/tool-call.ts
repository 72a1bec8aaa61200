import { isObject } from '../../base/object.ts';
import { readObject, readText } from './usage.ts';

/** A tool that a model asked for. */
export interface ToolCall {
  /** What its result refers to; null where the provider gives none. */
  readonly id: string | null;
  readonly name: string;
  /** As data where it is whole JSON, else the text as it came. */
  readonly arguments: unknown;
}

/** Of one answer. */
export const mostToolCalls = 100;

/** A call with its arguments as JSON text, or as data already. Undefined without a name. */
export function toolCall(id: unknown, name: unknown, given: unknown): ToolCall | undefined {
  if (typeof name !== 'string' || name === '') return undefined;
  return { id: typeof id === 'string' && id !== '' ? id : null, name, arguments: readArguments(given) };
}

/** A model may be cut off in the middle of its arguments: then the text says more than nothing. */
function readArguments(given: unknown): unknown {
  if (typeof given !== 'string') return given ?? {};
  if (given.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(given);
    return isObject(value) ? value : given;
  } catch {
    return given;
  }
}

/** OpenAI's `{id, function: {name, arguments}}`, which many others speak. */
export function readFunctionCall(call: object): ToolCall | undefined {
  const named = readObject(call, 'function');
  return named && toolCall(Reflect.get(call, 'id'), readText(named, 'name'), Reflect.get(named, 'arguments'));
}

/** The tool calls in a list, whatever else is in it. */
export function readToolCalls(list: unknown, read: (item: object) => ToolCall | undefined): readonly ToolCall[] {
  if (!Array.isArray(list)) return [];
  return list.slice(0, mostToolCalls).flatMap((item: unknown) => (isObject(item) ? (read(item) ?? []) : []));
}
