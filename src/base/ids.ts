import { customAlphabet } from 'nanoid';

const hex = '0123456789abcdef';
const random32 = customAlphabet(hex, 32);
const random16 = customAlphabet(hex, 16);
const noTrace = '0'.repeat(32);
const noSpan = '0'.repeat(16);

/** The ids of what was never recorded: W3C calls them invalid, and so does every reader. */
export const NO_TRACE_ID = noTrace;
export const NO_SPAN_ID = noSpan;

/** 32 hexadecimal digits, never all zero (W3C trace context). */
export function createTraceId(): string {
  const id = random32();
  return id === noTrace ? createTraceId() : id;
}

/** 16 hexadecimal digits, never all zero (W3C trace context; L22). */
export function createSpanId(): string {
  const id = random16();
  return id === noSpan ? createSpanId() : id;
}
