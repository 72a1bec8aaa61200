import type { HttpAnswer } from './http-connection.ts';
import { spansOf, type Piece } from './http-batch.ts';

/** What a request came to. */
export type Verdict =
  | { readonly kind: 'taken'; readonly dropped: Readonly<Record<string, number>> }
  /** Something in it is too large or wrong: it is tried in halves. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The token is wrong, and will be. */
  | { readonly kind: 'forbidden'; readonly reason: string }
  | { readonly kind: 'later'; readonly reason: string; readonly afterMs?: number };

const refusals: ReadonlySet<number> = new Set([400, 413, 422]);

/** Reads an answer by the protocol (design section 4). Whatever it does not name is tried again later. */
export function judge({ status, body, retryAfterMs }: HttpAnswer, pieces: readonly Piece[]): Verdict {
  const reason = `HTTP ${status}`;
  if (status === 401 || status === 403) return { kind: 'forbidden', reason: `${reason}: the token was refused` };
  if (refusals.has(status)) return { kind: 'refused', reason };
  if (status === 200) return readTaken(body, pieces);
  if (status > 200 && status < 300) return { kind: 'taken', dropped: {} };
  return { kind: 'later', reason, ...(retryAfterMs === undefined ? {} : { afterMs: retryAfterMs }) };
}

/** A page of a proxy says 200 too: only the protocol's own answer counts. */
function readTaken(body: string, pieces: readonly Piece[]): Verdict {
  const answer = parse(body);
  if (!isObject(answer) || !('accepted' in answer)) {
    return { kind: 'later', reason: 'the answer was not that of an ingest endpoint' };
  }
  const rejected: unknown = 'rejected' in answer ? answer.rejected : [];
  const dropped: Record<string, number> = {};
  let left = spansOf(pieces);
  for (const entry of Array.isArray(rejected) ? rejected : []) {
    const { code, spans } = readRejection(entry, pieces);
    const count = Math.min(left, spans);
    if (count > 0) dropped[code] = (dropped[code] ?? 0) + count;
    left -= count;
  }
  return { kind: 'taken', dropped };
}

/** Without a span id the whole trace was rejected. */
function readRejection(entry: unknown, pieces: readonly Piece[]): { readonly code: string; readonly spans: number } {
  const text = (key: string): string | undefined => {
    const value: unknown = isObject(entry) ? Reflect.get(entry, key) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const code = `rejected: ${(text('code') ?? 'no code').slice(0, 60)}`;
  const piece = pieces.find(({ trace }) => trace.traceId === text('trace_id'));
  const spanId = text('span_id');
  if (piece === undefined) return { code, spans: 0 };
  if (spanId === undefined) return { code, spans: piece.trace.spans.length };
  return { code, spans: piece.trace.spans.some((span) => span.spanId === spanId) ? 1 : 0 };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
