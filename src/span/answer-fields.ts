import { findAnswer, readAnswer, unreadUsageIn } from '../capture/usage/answer.ts';
import type { Answer } from '../capture/usage/format.ts';
import type { ToolCall } from '../capture/usage/tool-call.ts';
import { mergeUsage } from '../capture/usage/usage.ts';
import type { SpanFields } from './fields.ts';
import type { SpanWriter } from './span-writer.ts';

/** Writes what an answer says of itself into a span's fields. What was told by hand says more than what is found. */
export function takeAnswer(
  answer: Answer | undefined,
  fields: SpanFields,
  writer: SpanWriter,
  takesUsage = true,
): void {
  if (answer === undefined) return;
  if (takesUsage) fields.usage = mergeUsage(fields.usage, answer.usage);
  fields.model ??= answer.model ?? null;
  fields.provider ??= answer.provider ?? null;
  fields.responseId ??= answer.responseId ?? null;
  const { serviceTier: service_tier } = answer;
  if (service_tier !== undefined) writer.metadata({ service_tier }, fields);
}

/** The same for what a call gave, with the tools that it asks for where outputs are recorded. */
export function takeOutputAnswer(
  output: unknown,
  fields: SpanFields,
  writer: SpanWriter,
  { takesUsage, includesOutput }: { readonly takesUsage: boolean; readonly includesOutput: boolean },
): void {
  const isGeneration = fields.type === 'generation';
  // A generation's answer may stand inside what was built around it; any other call is asked for its own only.
  const answer = isGeneration ? findAnswer(output) : readAnswer(output);
  takeAnswer(answer, fields, writer, takesUsage);
  if (includesOutput) takeToolCalls(answer?.toolCalls, fields, writer);
  const unread = isGeneration && fields.usage === null ? unreadUsageIn(output) : undefined;
  if (unread !== undefined) writer.unreadUsage(fields.name, unread);
}

export function takeToolCalls(calls: readonly ToolCall[] | undefined, fields: SpanFields, writer: SpanWriter): void {
  if (calls !== undefined && calls.length > 0) fields.toolCallsText ??= writer.value(calls, fields);
}
