import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { createDeferred } from '../base/deferred.ts';
import { errorCode } from '../base/error-code.ts';
import { messageOf } from '../base/message.ts';
import { startIdleTimer, stopTimer } from '../base/timers.ts';
import { SDK } from '../base/version.ts';
import { suppressed } from './suppressed.ts';

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

/** What a request carries. */
export interface HttpBody {
  readonly headers: Readonly<Record<string, string | number>>;
  /** Writes the body and ends the request. Called again when the connection was closed while it was idle. */
  readonly send: (outgoing: ClientRequest) => void;
}

const longestAnswer = 1_048_576;
const longestRetryAfterMs = 3_600_000;

/**
 * Posts bodies to one address over one connection that is kept. By `node:http` and not `fetch`, which holds the process
 * until its answer or abort: nothing here does (design section 7).
 */
export class HttpConnection {
  readonly #target: HttpTarget;
  #agent: Agent | undefined;

  constructor(target: HttpTarget) {
    this.#target = target;
  }

  /** As `post`, for gzipped JSON. */
  postJson(gzipped: Uint8Array): Promise<HttpAnswer> {
    const headers = {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'content-length': gzipped.length,
    };
    return this.post({ headers, send: (outgoing) => outgoing.end(gzipped) });
  }

  /** Resolves with any answer, whatever its status; rejects when there is none. */
  async post(body: HttpBody): Promise<HttpAnswer> {
    try {
      return await this.#request(body);
    } catch (error) {
      // The server closed the connection while it was idle, which says nothing about the request.
      if (error instanceof RequestError && error.wasReused) return this.#request(body);
      throw error;
    }
  }

  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  #request(body: HttpBody): Promise<HttpAnswer> {
    const { url, token, timeoutMs } = this.#target;
    const { Agent, request } = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
    const agent = (this.#agent ??= new Agent({ keepAlive: true, maxSockets: 1 }));
    const { promise, resolve, reject } = createDeferred<HttpAnswer>();
    const headers = {
      ...body.headers,
      'user-agent': `${SDK.name}/${SDK.version}`,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const outgoing = suppressed(() => request(url, { method: 'POST', agent, headers }));
    const timer = startIdleTimer(() => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    outgoing.on('socket', (socket) => socket.unref?.());
    outgoing.on('error', (error) => reject(new RequestError(error, outgoing)));
    let hasAnswer = false;
    outgoing.on('response', (incoming) => {
      hasAnswer = true;
      read(incoming).then(resolve, (error: unknown) => reject(new RequestError(error)));
    });
    // Some ends of a connection come as no error: nobody must wait for such an answer.
    outgoing.on('close', () => {
      if (!hasAnswer) reject(new RequestError(new Error('the connection was closed without an answer')));
    });
    body.send(outgoing);
    return promise.finally(() => stopTimer(timer));
  }
}

/** What a write says to a connection that the server has closed. */
const closedCodes: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'EPIPE']);

/** No answer came. */
class RequestError extends Error {
  readonly wasReused: boolean;

  constructor(cause: unknown, outgoing?: ClientRequest) {
    // `localhost` has two addresses, and an error for each: the collected one says nothing.
    super(messageOf(cause instanceof AggregateError ? (cause.errors[0] ?? cause) : cause), { cause });
    this.wasReused = outgoing?.reusedSocket === true && closedCodes.has(errorCode(cause));
  }
}

async function read(incoming: IncomingMessage): Promise<HttpAnswer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of incoming) {
    if (!Buffer.isBuffer(part)) continue;
    length += part.length;
    if (length > longestAnswer) throw new Error('the answer is longer than 1 MiB');
    parts.push(part);
  }
  return {
    status: incoming.statusCode ?? 0,
    body: Buffer.concat(parts).toString(),
    retryAfterMs: readRetryAfter(incoming.headers['retry-after']),
  };
}

/** Seconds, or a date of HTTP. */
function readRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(longestRetryAfterMs, Math.max(0, ms));
}
