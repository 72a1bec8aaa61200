import type * as Http from 'node:http';
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { loadBuiltIn } from '../base/built-in.ts';
import { createDeferred } from '../base/deferred.ts';
import { errorCode } from '../base/error-code.ts';
import { messageOf } from '../base/message.ts';
import { isCloudflareWorkers } from '../base/runtime.ts';
import { startIdleTimer, stopTimer } from '../base/timers.ts';
import { SDK } from '../base/version.ts';
import { postByFetch } from './fetch-request.ts';
import { readRetryAfter, type HttpAnswer, type HttpTarget } from './http-answer.ts';
import { suppressed } from './suppressed.ts';

/** What a request carries. */
export interface HttpBody {
  readonly headers: Readonly<Record<string, string | number>>;
  /** Writes the body and ends the request. Called again when the connection was closed while it was idle. */
  readonly send: (outgoing: ClientRequest) => void;
}

const longestAnswer = 1_048_576;

/**
 * Posts bodies to one address over one connection that is kept. By `node:http` where there is one: `fetch` holds the
 * process until its answer or abort, and nothing here does.
 */
export class HttpConnection {
  readonly #target: HttpTarget;
  #agent: Agent | undefined;

  constructor(target: HttpTarget) {
    this.#target = target;
  }

  /** As `post`, for gzipped JSON. */
  postJson(gzipped: Uint8Array<ArrayBuffer>): Promise<HttpAnswer> {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    if (this.#http === undefined) return postByFetch(this.#target, { ...headers, ...this.#ownHeaders() }, gzipped);
    return this.post({
      headers: { ...headers, 'content-length': gzipped.length },
      send: (outgoing) => outgoing.end(gzipped),
    });
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

  /** A Worker's connections belong to the request that opened them: none can be kept there. */
  get #http(): Pick<typeof Http, 'Agent' | 'request'> | undefined {
    if (isCloudflareWorkers()) return undefined;
    return loadBuiltIn(this.#target.url.protocol === 'https:' ? 'node:https' : 'node:http');
  }

  #ownHeaders(): Readonly<Record<string, string>> {
    const { token } = this.#target;
    return {
      'user-agent': `${SDK.name}/${SDK.version}`,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
  }

  #request(body: HttpBody): Promise<HttpAnswer> {
    const { url, timeoutMs } = this.#target;
    if (this.#http === undefined) return Promise.reject(new RequestError(new Error('there is no node:http here')));
    const { Agent, request } = this.#http;
    const agent = (this.#agent ??= new Agent({ keepAlive: true, maxSockets: 1 }));
    const { promise, resolve, reject } = createDeferred<HttpAnswer>();
    const headers = { ...body.headers, ...this.#ownHeaders() };
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
