import { isObject } from '../base/object.ts';
import type { TraceRecord } from '../span/trace-record.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** Milliseconds that the server asks to wait for. */
  readonly retryAfterMs: number | undefined;
}

export interface HttpTarget {
  readonly url: URL;
  readonly token: string | undefined;
  /** Milliseconds for a request in all, from its first byte to the last of its answer. */
  readonly timeoutMs: number;
}

/** Spans that the server did not take, of a request that it did. */
export interface Rejection {
  readonly reason: string;
  readonly spans: number;
}

/** What a request came to. */
export type Verdict =
  | { readonly kind: 'taken'; readonly rejections: readonly Rejection[] }
  /** Something in it is too large or wrong: it is tried in halves. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The token is wrong, and will be. */
  | { readonly kind: 'forbidden'; readonly reason: string }
  | { readonly kind: 'later'; readonly reason: string; readonly afterMs?: number };

const longestRetryAfterMs = 3_600_000;
const refusals: ReadonlySet<number> = new Set([400, 413, 422]);

/** Reads an answer by the protocol (design section 4). Whatever it does not name is tried again later. */
export function judge({ status, body, retryAfterMs }: HttpAnswer, traces: readonly TraceRecord[]): Verdict {
  const reason = `HTTP ${status}`;
  if (status === 401 || status === 403) return { kind: 'forbidden', reason: `${reason}: the token was refused` };
  if (refusals.has(status)) return { kind: 'refused', reason };
  if (status === 200) return readTaken(body, traces);
  if (status > 200 && status < 300) return { kind: 'taken', rejections: [] };
  return { kind: 'later', reason, ...(retryAfterMs === undefined ? {} : { afterMs: retryAfterMs }) };
}

/** The same for a recording: it is taken whole or not at all. */
export function judgeAudio(answer: HttpAnswer): Verdict {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'taken', rejections: [] };
  // A server without voice has no such address, and will not have it in a minute.
  return status === 404 || status === 405 ? { kind: 'refused', reason: `HTTP ${status}` } : judge(answer, []);
}

/** A page of a proxy says 200 too: only the protocol's own answer counts. */
function readTaken(body: string, traces: readonly TraceRecord[]): Verdict {
  const answer = parse(body);
  if (!isObject(answer) || !('accepted' in answer)) {
    return { kind: 'later', reason: 'the answer was not that of an ingest endpoint' };
  }
  const rejected: unknown = 'rejected' in answer ? answer.rejected : [];
  const entries: readonly unknown[] = Array.isArray(rejected) ? rejected : [];
  return { kind: 'taken', rejections: entries.map((entry) => readRejection(entry, traces)) };
}

/** Without a span id the whole trace was rejected. */
function readRejection(entry: unknown, traces: readonly TraceRecord[]): Rejection {
  const text = (key: string): string | undefined => {
    const value: unknown = isObject(entry) ? Reflect.get(entry, key) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const reason = `rejected: ${(text('code') ?? 'no code').slice(0, 60)}`;
  const trace = traces.find(({ traceId }) => traceId === text('trace_id'));
  const spanId = text('span_id');
  if (trace === undefined) return { reason, spans: 0 };
  if (spanId === undefined) return { reason, spans: trace.spans.length };
  return { reason, spans: trace.spans.some((span) => span.spanId === spanId) ? 1 : 0 };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Seconds, or a date of HTTP. */
export function readRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(longestRetryAfterMs, Math.max(0, ms));
}
