import { SDK } from '../base/version.ts';
import type { SpanRecord } from '../span/record.ts';
import { countSpans, TraceRecord } from '../span/trace-record.ts';

const mostSpans = 512;
/** Before compression. */
const mostBytes = 1_048_576;

/** A trace on its way into a request. Its wire text is made once, when it is clear that it may fit. */
export class Piece {
  readonly trace: TraceRecord;
  #text: string | undefined;

  constructor(trace: TraceRecord) {
    this.trace = trace;
  }

  get text(): string {
    return (this.#text ??= this.trace.text());
  }
}

export function tracesOf(pieces: readonly Piece[]): readonly TraceRecord[] {
  return pieces.map(({ trace }) => trace);
}

/** True for what one request may hold. */
export function fits(pieces: readonly Piece[]): boolean {
  if (countSpans(tracesOf(pieces)) > mostSpans) return false;
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
  return [[new Piece(first)], [new Piece(second)]];
}

const sdkText = JSON.stringify(SDK);

/** The body of one request (design section 4). A span that comes without its trace names it. */
export function bodyOf(pieces: readonly Piece[], openSpans: readonly SpanRecord[]): string {
  const traces = pieces.map(({ text }) => text).join(',');
  const spans = openSpans.map((span) => `{"trace_id":"${span.traceId}",${span.text().slice(1)}`).join(',');
  return `{"v":1,"sdk":${sdkText},"traces":[${traces}],"spans":[${spans}]}`;
}
