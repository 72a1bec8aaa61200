import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { Recording } from './recording.ts';

/** A server that begins an answer, sends one part, and never ends it. */
const server = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`data: ${JSON.stringify({ id: 'c1', choices: [{ index: 0, delta: { content: 'Hel' } }] })}\n\n`);
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const isTcp = (value: typeof address): value is AddressInfo => typeof value === 'object' && value !== null;
  if (isTcp(address)) url = `http://127.0.0.1:${address.port}`;
});
afterAll(() => {
  server.close().closeAllConnections();
});

const openAi = () => new OpenAI({ apiKey: 'none', baseURL: url, maxRetries: 0 });
const question = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] };

/** Each begins work and aborts it. */
const ways: Record<string, (abort: AbortController) => Promise<unknown>> = {
  'a promise': (abort) => {
    setImmediate(() => abort.abort());
    return traced('work', (signal: AbortSignal) => delay(60_000, null, { signal }))(abort.signal);
  },
  'an async function': (abort) => {
    setImmediate(() => abort.abort());
    return traced('work', async ({ signal }: { signal: AbortSignal }) => delay(60_000, null, { signal }))(abort);
  },
  'fetch, before its answer': (abort) => {
    abort.abort();
    return traced('work', async () => fetch(url, { signal: abort.signal }))();
  },
  'the body of fetch': async (abort) => {
    const { body } = await fetch(url, { signal: abort.signal });
    const stream = traced('work', () => body)();
    for await (const _ of stream ?? []) abort.abort();
  },
  'fetch with a reason of its own': (abort) => {
    abort.abort(new Error('the user left'));
    return traced('work', async (input: string, options: RequestInit) => fetch(input, options))(url, {
      signal: abort.signal,
    });
  },
  'a client that throws its own error for it': (abort) => {
    abort.abort();
    return traced('work', async (signal: AbortSignal) => {
      await Promise.resolve();
      throw new Error('the request failed', { cause: signal.reason });
    })(abort.signal);
  },
  'a generator': async (abort) => {
    const work = traced('work', async function* (signal: AbortSignal) {
      yield 1;
      await delay(60_000, null, { signal });
    });
    for await (const _ of work(abort.signal)) abort.abort();
  },
  'a web stream that fails with the reason': async (abort) => {
    const stream = traced('work', (signal: AbortSignal) => {
      return new ReadableStream<number>({
        start: (controller) => {
          controller.enqueue(1);
          signal.addEventListener('abort', () => controller.error(signal.reason));
        },
      });
    })(abort.signal);
    for await (const _ of stream) abort.abort();
  },
  'a Node stream': async (abort) => {
    const stream = traced('work', () => Readable.from(endless(), { signal: abort.signal }))();
    for await (const _ of stream) abort.abort();
  },
  'a Node stream in a pipeline': async (abort) => {
    const stream = traced('work', () => Readable.from(endless()))();
    const sink = async (source: AsyncIterable<unknown>) => {
      for await (const _ of source) abort.abort();
    };
    await pipeline(stream, sink, { signal: abort.signal });
  },
  'a model client': (abort) => {
    const asked = traced('work', () => openAi().chat.completions.create(question, { signal: abort.signal }))();
    setImmediate(() => abort.abort());
    return Promise.resolve(asked);
  },
  'the stream of a model client, which ends quietly': async (abort) => {
    const ask = traced('work', () =>
      openAi().chat.completions.create({ ...question, stream: true }, { signal: abort.signal }),
    );
    for await (const _ of await ask()) abort.abort();
  },
  'the stream of a model client by its own controller': async () => {
    const stream = await traced('work', () => openAi().chat.completions.create({ ...question, stream: true }))();
    for await (const _ of stream) stream.controller.abort();
  },
  'the helper of a model client': async () => {
    const client = new Anthropic({ apiKey: 'none', baseURL: url, maxRetries: 0 });
    const stream = traced('work', () => client.messages.stream({ ...question, max_tokens: 9 }))();
    stream.on('connect', () => stream.abort());
    await stream.done();
  },
  'an error as axios throws it': async () => {
    await traced('work', () => Promise.reject(Object.assign(new Error('canceled'), { name: 'CanceledError' })))();
  },
};

async function* endless(): AsyncGenerator<string> {
  for (;;) yield 'part';
}

describe('an abort by the program', () => {
  it.each(Object.entries(ways))('is cancelled, and no error: %s', async (_, run) => {
    const recording = new Recording();
    await recording.run(async () => {
      const abort = new AbortController();
      await run(abort).catch(() => undefined);
    });
    await recording.tracer.flush();
    const work = recording.span('work');
    expect(work).toMatchObject({ outcome: 'cancelled', level: 'DEFAULT', error: null, exception: null });
    expect(recording.exporter.traces[0]?.errorCount).toBe(0);
  });

  it('is cancelled where a handle is ended with its error, too, and says why', () => {
    const recording = new Recording();
    const span = recording.tracer.span('work');
    span.fail(new DOMException('stopped by the user', 'AbortError'));
    expect(recording.span('work')).toMatchObject({ outcome: 'cancelled', level: 'DEFAULT', error: null });
    expect(recording.span('work').statusMessage).toBe('stopped by the user');
  });

  it('keeps no trace that errors would keep', async () => {
    const recording = new Recording({ sampleRate: 0, keepErrors: true });
    const abort = new AbortController();
    abort.abort();
    const work = traced('work', async () => abort.signal.throwIfAborted());
    await expect(recording.run(work)).rejects.toBe(abort.signal.reason);
    expect(recording.trees).toBe('');
  });
});

describe('what is no abort', () => {
  it.each<[string, (signal: AbortSignal) => unknown]>([
    ['a timeout', async (signal) => delay(60_000, null, { signal })],
    ['another error while a signal is aborted', async () => Promise.reject(new Error('broken'))],
  ])('is an error: %s', async (_, fail) => {
    const recording = new Recording();
    const signal = AbortSignal.any([AbortSignal.timeout(1)]);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    const rethrow = traced('work', async (given: AbortSignal) => {
      try {
        return await fail(given);
      } catch (error) {
        throw error instanceof Error && error.name === 'AbortError' ? given.reason : error;
      }
    });
    await expect(recording.run(() => rethrow(signal))).rejects.toThrow(/broken|timeout/);
    expect(recording.span('work')).toMatchObject({ outcome: 'error', level: 'ERROR' });
  });

  it('is a success where the function went on', async () => {
    const recording = new Recording();
    const abort = new AbortController();
    abort.abort();
    expect(await recording.run(() => traced('work', async (_: AbortSignal) => 'partial')(abort.signal))).toBe(
      'partial',
    );
    expect(recording.span('work').outcome).toBe('ok');
  });
});
