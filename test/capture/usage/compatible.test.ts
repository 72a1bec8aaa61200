import { traced, withTracer, type SpanRecord } from 'clew';
import { anything, assert, constantFrom, dictionary, oneof, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { only, startRecording } from '../../flows/recording.ts';
import { drain } from './provider.ts';

async function recordOf(answer: unknown): Promise<SpanRecord> {
  const { tracer, memory } = startRecording();
  const generation = traced({ name: 'answer', type: 'generation' }, () => answer);
  await withTracer(tracer, () => drain(generation()));
  return only(only(memory.traces).spans);
}

async function* streamOf(...parts: readonly unknown[]): AsyncGenerator<unknown> {
  yield* parts;
}

const choice = { index: 0, message: { role: 'assistant', content: 'Hi.' }, finish_reason: 'stop' };
const chunk = { object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: 'Hi.' } }] };

describe('providers that speak as OpenAI does', () => {
  it('Groq tells the usage of a stream under its own name', async () => {
    const usage = { queue_time: 0.02, prompt_tokens: 12, completion_tokens: 5, total_tokens: 17, total_time: 0.03 };
    const last = { object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
    const record = await recordOf(
      streamOf({ ...chunk, model: 'llama-3.3-70b-versatile' }, { ...last, x_groq: { id: 'req_1', usage } }),
    );
    expect(record.usage).toEqual({ inputTokens: 12, outputTokens: 5, totalTokens: 17 });
    expect(record.output).toEqual({ role: 'assistant', content: 'Hi.' });
    // 12 × $0.59 + 5 × $0.79, for a million.
    expect(record.costUsd).toBeCloseTo(0.00001103, 9);
  });

  it('DeepSeek tells its cache beside the prompt, and its thoughts beside the content', async () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_cache_hit_tokens: 64,
      prompt_cache_miss_tokens: 36,
      completion_tokens_details: { reasoning_tokens: 8 },
    };
    const thought = { object: 'chat.completion.chunk', choices: [{ index: 0, delta: { reasoning_content: 'Hm.' } }] };
    const record = await recordOf(streamOf(thought, chunk, { ...chunk, choices: [], usage }));
    expect(record.usage).toEqual({
      inputTokens: 100,
      outputTokens: 20,
      totalTokens: 120,
      cacheReadTokens: 64,
      reasoningTokens: 8,
    });
    expect(record.output).toEqual({ role: 'assistant', content: 'Hi.', reasoning_content: 'Hm.' });
  });

  it('xAI leaves reasoning out of the completion: it is counted in', async () => {
    const usage = {
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 135,
      completion_tokens_details: { reasoning_tokens: 94 },
    };
    const record = await recordOf({ object: 'chat.completion', model: 'grok-4', choices: [choice], usage });
    expect(record.usage).toEqual({ inputTokens: 32, outputTokens: 103, totalTokens: 135, reasoningTokens: 94 });
  });

  it('Together tells the usage with the last part', async () => {
    const record = await recordOf(
      streamOf(chunk, { ...chunk, usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } }),
    );
    expect(record.usage).toEqual({ inputTokens: 7, outputTokens: 2, totalTokens: 9 });
  });

  it.each([
    ['flex', 0.5],
    ['default', 1],
    [null, 1],
  ])('an answer of the tier %s is priced as such', async (tier, factor) => {
    const usage = { prompt_tokens: 1_000_000, completion_tokens: 0, total_tokens: 1_000_000 };
    const head = { object: 'chat.completion', model: 'gpt-4.1-mini', service_tier: tier };
    const record = await recordOf({ ...head, choices: [choice], usage });
    expect(record.costUsd).toBeCloseTo(0.4 * factor, 9);
    expect(record.metadata).toEqual(factor === 1 ? {} : { service_tier: tier });
  });

  it('several choices are several messages', async () => {
    const parts = [0, 1, 0, 1].map((index) => ({ ...chunk, choices: [{ index, delta: { content: `${index}` } }] }));
    expect((await recordOf(streamOf(...parts))).output).toEqual([
      { role: 'assistant', content: '00' },
      { role: 'assistant', content: '11' },
    ]);
  });
});

describe('an answer that is not as it should be', () => {
  it('cut in the middle keeps what came: text, and arguments as far as they go', async () => {
    const call = { index: 0, id: 'call_1', function: { name: 'lookup', arguments: '{"id": ' } };
    const cut = { ...chunk, choices: [{ index: 0, delta: { tool_calls: [call] } }] };
    const { tracer, memory } = startRecording();
    const generation = traced({ name: 'answer', type: 'generation' }, async function* () {
      yield* [chunk, cut];
      throw new Error('connection reset');
    });
    await withTracer(tracer, async () => {
      await expect(drain(generation())).rejects.toThrow('connection reset');
    });
    expect(only(only(memory.traces).spans)).toMatchObject({
      outcome: 'error',
      toolCalls: [{ id: 'call_1', name: 'lookup', arguments: '{"id": ' }],
      output: { role: 'assistant', content: 'Hi.' },
    });
  });

  it('whose usage cannot be read names it', () => {
    const { tracer, memory, log } = startRecording();
    const answer = { choices: [choice], usage: { prompt_tokens: 'many', completion_tokens: -1 } };
    withTracer(tracer, () => traced({ name: 'ask', type: 'generation' }, () => answer)());
    expect(only(only(memory.traces).spans).usage).toBeNull();
    expect(log.lines.map(({ level, message }) => [level, message])).toEqual([
      [
        'debug',
        'clew: the answer of "ask" has a usage with no number of 0 or more under a known name: prompt_tokens, completion_tokens',
      ],
    ]);
  });

  it('with two final usages is what the last one says', async () => {
    const usages = [1, 2].map((n) => ({
      ...chunk,
      choices: [],
      usage: { prompt_tokens: n, completion_tokens: n, total_tokens: 2 * n },
    }));
    expect((await recordOf(streamOf(chunk, ...usages))).usage).toMatchObject({ inputTokens: 2, totalTokens: 4 });
  });

  it('with something else between its parts is a list, the message first', async () => {
    const record = await recordOf(streamOf(chunk, { progress: 1 }, 'text', chunk));
    expect(record.output).toEqual([{ role: 'assistant', content: 'Hi.' }, { progress: 1 }, 'text', chunk]);
  });

  it('whose usage would consume a stream is not read: the AI SDK’s streamText', async () => {
    let reads = 0;
    class StreamResult {
      readonly fullStream = 'not read here';
      get usage(): object {
        reads += 1;
        return {};
      }
    }
    const record = await recordOf(new StreamResult());
    expect([reads, record.usage]).toEqual([0, null]);
  });

  it('whatever its shape, costs nothing but itself', () => {
    const key = constantFrom(
      'usage',
      'choices',
      'type',
      'message',
      'candidates',
      'usageMetadata',
      'done',
      'created_at',
      'model',
      'meta',
      'metadata',
      'output',
      'stopReason',
      'finishReason',
      'response',
      'x_groq',
      'data',
      'delta',
      'index',
      'id',
    );
    const type = constantFrom(
      'message_start',
      'message',
      'response.completed',
      'finish',
      'message-end',
      'content_block_delta',
    );
    assert(
      property(dictionary(key, oneof(anything(), type, dictionary(key, anything()))), (value) => {
        const { tracer, memory } = startRecording();
        withTracer(tracer, () => traced({ name: 'a', type: 'generation' }, () => value)());
        const iterated = withTracer(tracer, () =>
          traced({ name: 'b', type: 'generation' }, function* () {
            yield value;
            yield value;
          })(),
        );
        expect([...iterated]).toEqual([value, value]);
        expect(memory.traces).toHaveLength(2);
        expect(memory.traces.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
      }),
    );
  });
});
