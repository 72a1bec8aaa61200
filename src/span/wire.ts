import { formatTime, roundMs } from '../base/clock.ts';
import type { ExceptionRecord } from '../capture/exception.ts';
import { toWireFields } from '../capture/exception-fields.ts';
import { usageKeys, wireUsageKeys, type Usage } from '../capture/usage/usage.ts';
import { wellFormedJson } from '../capture/well-formed.ts';
import type { EventFields, SpanFields, SpanLink } from './fields.ts';

const plainText = /^[\w .,:;@/()[\]+*=<>!?#%&|~^{}'-]*$/;
const quotedBound = 2_000;
const quotedNames = new Map<string, string>();

/** JSON text of a string. Names repeat, and a native call for ten characters costs more than a look-up. */
export function quote(text: string | null): string {
  if (text === null) return 'null';
  if (text.length > 64) return wellFormedJson(JSON.stringify(text));
  const known = quotedNames.get(text);
  if (known !== undefined) return known;
  const quoted = plainText.test(text) ? `"${text}"` : wellFormedJson(JSON.stringify(text));
  if (quotedNames.size >= quotedBound) quotedNames.clear();
  quotedNames.set(text, quoted);
  return quoted;
}

/** Milliseconds with three decimals. An integer is printed several times faster than a fraction. */
export function msText(ms: number | null): string {
  if (ms === null) return 'null';
  const micros = Math.round(ms * 1000);
  // Also for a time that is a number, and too large to be told in microseconds.
  if (!Number.isFinite(micros)) return 'null';
  if (micros < 0 || micros > Number.MAX_SAFE_INTEGER) return String(roundMs(ms));
  const whole = Math.floor(micros / 1000);
  const rest = micros - whole * 1000;
  return rest === 0 ? `${whole}` : `${whole}.${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}`;
}

export function numberText(value: number | null): string {
  return value === null || !Number.isFinite(value) ? 'null' : String(value);
}

export function usageText(usage: Usage | null): string {
  if (usage === null) return 'null';
  const parts: string[] = [];
  for (const key of usageKeys) {
    const count = usage[key];
    if (count !== undefined) parts.push(`"${wireUsageKeys[key]}":${count}`);
  }
  return `{${parts.join(',')}}`;
}

export function linksText(links: readonly SpanLink[]): string {
  if (links.length === 0) return '[]';
  return `[${links.map(({ traceId, spanId }) => `{"trace_id":${quote(traceId)},"span_id":${quote(spanId)}}`).join(',')}]`;
}

export function exceptionText(exception: ExceptionRecord | null): string {
  return exception === null ? 'null' : wellFormedJson(JSON.stringify(toWireException(exception)));
}

function toWireException(exception: ExceptionRecord): object {
  const { type, message, stack, cause, errors } = exception;
  return {
    type,
    message,
    stack,
    cause: cause === null ? null : toWireException(cause),
    errors: errors.map(toWireException),
    ...toWireFields(exception),
  };
}

function eventText({ name, at, level, inputText }: EventFields, span: Readonly<SpanFields>): string {
  const time = formatTime(span.anchor, at);
  return `{"name":${quote(name)},"time":"${time}","level":"${level}","input":${inputText ?? 'null'}}`;
}

/** The events of a span as the text of a list. */
export function eventsText(span: Readonly<SpanFields>): string {
  return span.eventFields.length === 0
    ? '[]'
    : `[${span.eventFields.map((event) => eventText(event, span)).join(',')}]`;
}
