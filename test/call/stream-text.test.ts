import { simulateReadableStream, streamText } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { describe, expect, it } from 'vitest';
import { traced } from 'clew';
import { collectUntil } from './garbage.ts';
import { Recording } from './recording.ts';

type Part =
  Awaited<ReturnType<MockLanguageModelV4['doStream']>>['stream'] extends ReadableStream<infer Each> ? Each : never;

const start: readonly Part[] = [
  { type: 'stream-start', warnings: [] },
  { type: 'text-start', id: '1' },
  { type: 'text-delta', id: '1', delta: 'Hel' },
  { type: 'text-delta', id: '1', delta: 'lo' },
];
const end: readonly Part[] = [
  { type: 'text-end', id: '1' },
  {
    type: 'finish',
    finishReason: { unified: 'stop', raw: 'stop' },
    usage: {
      inputTokens: { total: 3, noCache: 3, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: 2, text: 2, reasoning: 0 },
    },
  },
];

let requests = 0;

const ask = traced({ name: 'ask', type: 'generation' }, (between: readonly Part[] = [], abortSignal?: AbortSignal) =>
  streamText({
    model: new MockLanguageModelV4({
      doStream: async () => {
        requests += 1;
        return { stream: simulateReadableStream({ chunks: [...start, ...between, ...end] }) };
      },
    }),
    prompt: 'hi',
    onError: () => {},
    ...(abortSignal && { abortSignal }),
  }),
);

async function read(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

const ways: Record<string, (result: ReturnType<typeof ask>) => unknown> = {
  textStream: ({ textStream }) => read(textStream),
  fullStream: ({ fullStream }) => read(fullStream),
  'both at once': ({ textStream, fullStream }) => Promise.all([read(textStream), read(fullStream)]),
  'toUIMessageStreamResponse()': (result) => result.toUIMessageStreamResponse().text(),
  'toTextStreamResponse()': (result) => result.toTextStreamResponse().text(),
  'consumeStream()': (result) => result.consumeStream(),
  'await result.text': ({ text }) => text,
};

describe('what streamText returns', () => {
  it.each(Object.entries(ways))('is recorded with one request, its text and its usage: %s', async (_, consume) => {
    const recording = new Recording();
    requests = 0;
    await recording.run(async () => consume(ask()));
    await collectUntil(() => recording.ended.length > 0);
    expect(requests).toBe(1);
    expect(recording.trees).toBe('ask');
    expect(recording.span('ask').usage).toMatchObject({ inputTokens: 3, outputTokens: 2 });
    expect(recording.span('ask').output).toMatchObject({ content: 'Hello' });
  });

  it('fails when an error is one of its parts', async () => {
    const recording = new Recording();
    await recording.run(() => read(ask([{ type: 'error', error: new Error('overloaded') }]).textStream));
    expect(recording.trees).toBe('ask  ERROR: overloaded');
    expect(recording.span('ask').output).toMatchObject({ content: 'Hello' });
  });

  it('that the caller aborts ends as cancelled', async () => {
    const recording = new Recording();
    const abort = new AbortController();
    const result = recording.run(() => ask([], abort.signal));
    for await (const _ of result.textStream) abort.abort();
    expect(recording.trees).toBe('ask  [cancelled]');
  });

  it('is not kept, and is abandoned where nobody reads it', async () => {
    const recording = new Recording();
    const lost = recording.run(() => new WeakRef(ask()));
    await collectUntil(() => recording.ended.length > 0 && lost.deref() === undefined);
    expect(lost.deref()).toBeUndefined();
    expect(recording.trees).toBe('ask  [abandoned]');
  });
});
