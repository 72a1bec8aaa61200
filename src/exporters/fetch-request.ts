import { startIdleTimer, stopTimer } from '../base/timers.ts';
import { readRetryAfter, type HttpAnswer, type HttpTarget } from './http-answer.ts';
import { suppressed } from './suppressed.ts';

/**
 * Posts a body by the platform's `fetch`, where there is no `node:http`. Nothing of it is kept: in a Worker a connection
 * belongs to the request that opened it.
 */
export async function postByFetch(
  { url, timeoutMs }: HttpTarget,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array<ArrayBuffer>,
): Promise<HttpAnswer> {
  const controller = new AbortController();
  const timer = startIdleTimer(() => controller.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    const { signal } = controller;
    const answer = await suppressed(() => fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' }));
    const text = await answer.text();
    return {
      status: answer.status,
      body: text,
      retryAfterMs: readRetryAfter(answer.headers.get('retry-after') ?? undefined),
    };
  } finally {
    stopTimer(timer);
  }
}
