import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parseJson } from '../json-value.ts';
import { anthropicWire } from './anthropic-wire.ts';
import { openaiWire } from './openai-wire.ts';
import { nextLine } from './script.ts';
import { type Answer, countTokens, Refusal, type Wire, type WireRequest } from './wire.ts';

export interface ScriptedProvider {
  url: string;
  close: () => Promise<void>;
}

const WIRES: readonly Wire[] = [openaiWire, anthropicWire];

/** Two model providers on one loopback port, each in its real wire format, playing a script. */
export async function startScriptedProvider({ hurry = false } = {}): Promise<ScriptedProvider> {
  const cache = new Set<string>();
  const wait = (ms: number) => (hurry ? Promise.resolve() : delay(ms));
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    const wire = WIRES.find((candidate) => candidate.path === path) ?? openaiWire;
    serve(wire, request, response, { cache, wait }).catch((error: unknown) => refuse(wire, response, error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // The clients keep their connections; without this the server would wait for them.
        server.closeAllConnections();
      }),
  };
}

interface Stage {
  cache: Set<string>;
  wait: (ms: number) => Promise<void>;
}

async function serve(wire: Wire, incoming: IncomingMessage, response: ServerResponse, { cache, wait }: Stage) {
  const body = parseJson(await text(incoming));
  if (incoming.method !== 'POST' || incoming.url?.split('?')[0] !== wire.path) {
    throw new Refusal(404, `Invalid URL (${incoming.method} ${incoming.url})`);
  }
  if (!wire.authorized(incoming.headers)) throw new Refusal(401, 'Incorrect API key provided.');
  if (body === undefined) throw new Refusal(400, 'We could not parse the JSON body of your request.');
  const request = wire.read(body);
  const answer = answerTo(request, cache);
  await wait(40 + answer.tokens.rest / 4);
  if (!request.stream) {
    await wait(answer.tokens.output);
    sendJson(response, 200, wire.whole(request, answer));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const frame of wire.frames(request, answer)) {
    if (response.destroyed) return;
    response.write(frame);
    await wait(9);
  }
  response.end();
}

function answerTo({ prefix, conversation }: WireRequest, cache: Set<string>): Answer {
  const line = nextLine(conversation);
  const cached = cache.has(prefix);
  if (prefix) cache.add(prefix);
  const prefixTokens = countTokens(prefix);
  const input = countTokens(JSON.stringify(conversation));
  const output = countTokens(line.text + line.calls.map((call) => JSON.stringify(call)).join(''));
  return { ...line, id: randomUUID(), cached, tokens: { prefix: prefixTokens, rest: input - prefixTokens, output } };
}

function refuse(wire: Wire, response: ServerResponse, error: unknown) {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const refusal = error instanceof Refusal ? error : new Refusal(500, String(error));
  sendJson(response, refusal.status, wire.refused(refusal));
}

function sendJson(response: ServerResponse, status: number, body: object) {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': randomUUID() });
  response.end(JSON.stringify(body));
}
