import { SDK } from '../base/version.ts';
import type { SpanRecord } from '../span/record.ts';
import { TraceRecord } from '../span/trace-record.ts';

const mostSpans = 512;
/** Before compression. */
const mostBytes = 1_048_576;

/** Traces with their wire texts, on their way into one request. */
export interface Piece {
  readonly trace: TraceRecord;
  readonly text: string;
}

export function pieceOf(trace: TraceRecord): Piece {
  return { trace, text: trace.text() };
}

export function spansOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { trace }) => sum + trace.spans.length, 0);
}

/** True for what one request may hold. */
export function fits(pieces: readonly Piece[]): boolean {
  if (spansOf(pieces) > mostSpans) return false;
  const length = pieces.reduce((sum, { text }) => sum + text.length, 0);
  if (length > mostBytes) return false;
  return length * 3 <= mostBytes || pieces.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) <= mostBytes;
}

/**
 * Two halves, or undefined for what cannot be parted: one trace with one span. The second half of a trace amends the
 * first.
 */
export function halve(pieces: readonly Piece[]): readonly [readonly Piece[], readonly Piece[]] | undefined {
  const [only] = pieces;
  if (only === undefined) return undefined;
  if (pieces.length > 1) {
    const middle = Math.ceil(pieces.length / 2);
    return [pieces.slice(0, middle), pieces.slice(middle)];
  }
  const { trace } = only;
  const middle = Math.ceil(trace.spans.length / 2);
  if (middle === trace.spans.length) return undefined;
  const first = new TraceRecord({ ...trace, spans: Object.freeze(trace.spans.slice(0, middle)) });
  const second = new TraceRecord({ ...trace, amends: true, spans: Object.freeze(trace.spans.slice(middle)) });
  return [[pieceOf(first)], [pieceOf(second)]];
}

const sdkText = JSON.stringify(SDK);

/** The body of one request (design section 4). A span that comes without its trace names it. */
export function bodyOf(pieces: readonly Piece[], openSpans: readonly SpanRecord[]): string {
  const traces = pieces.map(({ text }) => text).join(',');
  const spans = openSpans.map((span) => `{"trace_id":"${span.traceId}",${span.text().slice(1)}`).join(',');
  return `{"v":1,"sdk":${sdkText},"traces":[${traces}],"spans":[${spans}]}`;
}
