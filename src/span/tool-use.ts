import { isDictionary } from '../base/object.ts';
import type { Json } from './json.ts';
import type { SpanRecord } from './record.ts';

/** A tool that a generation asked for, and the span that ran it. */
export interface ToolUse {
  /** What its result refers to; null where the provider gives none. */
  readonly id: string | null;
  readonly name: string;
  readonly arguments: Json;
  /** Whose answer asked for it. */
  readonly generation: SpanRecord;
  /** What ran it; null where nothing that was traced did. */
  readonly span: SpanRecord | null;
}

export function isTool({ kind, name }: SpanRecord): boolean {
  return kind === 'tool' || name.startsWith('tool:');
}

/** Without the prefix that says it is one. */
export function toolName({ name }: SpanRecord): string {
  return name.replace(/^tool:/, '');
}

type Asked = Omit<ToolUse, 'span'>;
type Likeness = (asked: Asked, span: SpanRecord) => boolean;

/** From the surest to the least sure: an id is one call's own, two calls of one tool may have the same arguments. */
const likenesses: readonly Likeness[] = [
  ({ id }, { metadata, inputText }) =>
    id !== null && (metadata['tool_call_id'] === id || inputText?.includes(JSON.stringify(id)) === true),
  ({ name, arguments: given }, span) => name === toolName(span) && hasArguments(span, given),
  ({ name }, span) => name === toolName(span),
];

/**
 * Every tool that the spans' answers asked for, in their order, with the tool span that ran it where there is one: found
 * by the call's id in its input or in `metadata.tool_call_id`, else by its name and arguments, else by its name alone.
 */
export function toolUsesOf(spans: readonly SpanRecord[]): readonly ToolUse[] {
  const asked = spans.flatMap(askedBy);
  const found = new Map<Asked, SpanRecord>();
  const taken = new Set<SpanRecord>();
  for (const isAlike of likenesses) {
    for (const each of asked) {
      if (found.has(each)) continue;
      const span = spans.find(
        (one) => isTool(one) && !taken.has(one) && one.startedAt >= each.generation.startedAt && isAlike(each, one),
      );
      if (span === undefined) continue;
      found.set(each, span);
      taken.add(span);
    }
  }
  return asked.map((each) => ({ ...each, span: found.get(each) ?? null }));
}

function askedBy(generation: SpanRecord): readonly Asked[] {
  if (generation.toolCallsText === null) return [];
  const calls: unknown = generation.toolCalls;
  return (Array.isArray(calls) ? calls : []).flatMap((call: Json) => {
    if (!isDictionary(call) || typeof call['name'] !== 'string') return [];
    const id = typeof call['id'] === 'string' ? call['id'] : null;
    return [{ id, name: call['name'], arguments: call['arguments'] ?? null, generation }];
  });
}

/** A tool is called with them as they are, as its only argument, or one by one. */
function hasArguments(span: SpanRecord, given: Json): boolean {
  const text = JSON.stringify(given);
  const input: unknown = span.input;
  if (JSON.stringify(input) === text) return true;
  if (!isDictionary(input)) return false;
  const values = Object.values(input);
  return (
    JSON.stringify(values[0]) === text ||
    (isDictionary(given) && JSON.stringify(values) === JSON.stringify(Object.values(given)))
  );
}
