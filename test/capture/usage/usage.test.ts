import { createTracer, InMemoryTraceExporter, traced, withTracer, type SpanRecord, type Usage } from 'clew';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { record } from '../recording.ts';

function usageOf(usage: object): Usage | null {
  return record((tracer) => tracer.generation('g').end({ usage })).span.usage;
}

/** The record of a wrapped call that returns `answer`. */
function answered(answer: unknown): SpanRecord {
  return record((tracer) => withTracer(tracer, () => traced({ name: 'call', type: 'generation' }, () => answer)()))
    .span;
}

describe('usage', () => {
  it('of OpenAI chat completions is read [E14, T27]', () => {
    const usage = {
      prompt_tokens: 20,
      completion_tokens: 5,
      total_tokens: 25,
      prompt_tokens_details: {
        cached_tokens: 8,
        audio_tokens: 2,
      },
      completion_tokens_details: {
        reasoning_tokens: 3,
        audio_tokens: 1,
        accepted_prediction_tokens: 0,
      },
    };
    expect(usageOf(usage)).toEqual({
      inputTokens: 20,
      outputTokens: 5,
      totalTokens: 25,
      cacheReadTokens: 8,
      inputAudioTokens: 2,
      reasoningTokens: 3,
      outputAudioTokens: 1,
    });
  });

  it('of OpenAI responses is read', () => {
    const usage = {
      input_tokens: 36,
      output_tokens: 87,
      total_tokens: 123,
      input_tokens_details: { cached_tokens: 4 },
      output_tokens_details: { reasoning_tokens: 12 },
    };
    expect(usageOf(usage)).toEqual({
      inputTokens: 36,
      outputTokens: 87,
      totalTokens: 123,
      cacheReadTokens: 4,
      reasoningTokens: 12,
    });
  });

  it('of Anthropic is read [E13, T29]', () => {
    expect(usageOf({ input_tokens: 15, output_tokens: 2 })).toEqual({
      inputTokens: 15,
      outputTokens: 2,
      totalTokens: 17,
    });
  });

  it('of Anthropic counts cached tokens in, which its input_tokens leaves out [E35]', () => {
    const usage = { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 100, cache_creation_input_tokens: 20 };
    expect(usageOf(usage)).toEqual({
      inputTokens: 130,
      outputTokens: 5,
      totalTokens: 135,
      cacheReadTokens: 100,
      cacheWriteTokens: 20,
    });
    expect(usageOf({ ...usage, cache_read_input_tokens: null })).toMatchObject({
      inputTokens: 30,
      cacheWriteTokens: 20,
    });
    expect(usageOf({ ...usage, output_tokens_details: { thinking_tokens: 3 } })).toMatchObject({
      inputTokens: 130,
      reasoningTokens: 3,
    });
    expect(usageOf({ ...usage, cache_read_input_tokens: null, cache_creation_input_tokens: null })).toEqual({
      inputTokens: 10,
      outputTokens: 5,
      totalTokens: 15,
    });
  });

  it('in our own names is read in camelCase and in snake_case [A26]', () => {
    const own: Usage = {
      inputTokens: 1,
      outputTokens: 2,
      totalTokens: 3,
      cacheReadTokens: 4,
      cacheWriteTokens: 5,
      reasoningTokens: 6,
      inputAudioTokens: 7,
      outputAudioTokens: 8,
      audioMs: 9.5,
      characters: 10,
    };
    const wire = {
      input_tokens: 1,
      output_tokens: 2,
      total_tokens: 3,
      cache_read_tokens: 4,
      cache_write_tokens: 5,
      reasoning_tokens: 6,
      input_audio_tokens: 7,
      output_audio_tokens: 8,
      audio_ms: 9.5,
      characters: 10,
    };
    expect(usageOf(own)).toEqual(own);
    expect(usageOf(wire)).toEqual(own);
    expect(record((tracer) => tracer.generation('g').end({ usage: own })).span.toJSON()['usage']).toEqual(wire);
  });

  it.each([
    ['input and output', { inputTokens: 3, outputTokens: 4 }, { inputTokens: 3, outputTokens: 4, totalTokens: 7 }],
    ['input and total', { inputTokens: 3, totalTokens: 7 }, { inputTokens: 3, outputTokens: 4, totalTokens: 7 }],
    ['output and total', { outputTokens: 4, totalTokens: 7 }, { inputTokens: 3, outputTokens: 4, totalTokens: 7 }],
    ['a total below its part', { inputTokens: 9, totalTokens: 7 }, { inputTokens: 9, totalTokens: 7 }],
    [
      'a total that was given',
      { inputTokens: 1, outputTokens: 1, totalTokens: 5 },
      { inputTokens: 1, outputTokens: 1, totalTokens: 5 },
    ],
  ])('derives the third number from %s [G46]', (_, given, expected) => {
    expect(usageOf(given)).toEqual(expected);
  });

  it('leaves missing what is missing: never 0, never guessed [C19, E15]', () => {
    expect(usageOf({ outputTokens: 4 })).toEqual({ outputTokens: 4 });
    expect(usageOf({ total_tokens: 4 })).toEqual({ totalTokens: 4 });
    expect(usageOf({ inputTokens: 0, outputTokens: 0 })).toEqual({ inputTokens: 0, outputTokens: 0, totalTokens: 0 });
    expect(usageOf({})).toBeNull();
    expect(answered('no usage at all').usage).toBeNull();
  });

  it.each([
    ['a word', 'fifty'],
    ['an empty text', ''],
    ['more than a number can hold', 1e300],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a negative number', -1],
    ['null', null],
    ['an object', {}],
    ['a BigInt', 5n],
    ['true', true],
  ])('takes %s for no count', (_, count) => {
    expect(usageOf({ input_tokens: count, output_tokens: 12 })).toEqual({ outputTokens: 12 });
    expect(usageOf({ prompt_tokens: count, completion_tokens: 12 })).toEqual({ outputTokens: 12 });
    expect(usageOf({ inputTokens: count })).toBeNull();
  });

  it('takes digits in a text for the count they are', () => {
    expect(usageOf({ input_tokens: '50', output_tokens: 12 })).toMatchObject({ inputTokens: 50, outputTokens: 12 });
  });

  it('is never more than known names with numbers of 0 or more, whatever is given', () => {
    const name = fc.constantFrom(
      'input_tokens',
      'output_tokens',
      'prompt_tokens',
      'completion_tokens',
      'total_tokens',
      'inputTokens',
      'totalTokens',
      'cache_read_input_tokens',
      'prompt_tokens_details',
      'output_tokens_details',
      'audio_ms',
    );
    const value = fc.oneof(fc.double(), fc.nat(), fc.string(), fc.constantFrom(null, {}, { cached_tokens: 1 }));
    fc.assert(
      fc.property(fc.dictionary(name, value), (given) => {
        const read = usageOf(given);
        for (const count of Object.values(read ?? {})) expect(count).toBeGreaterThanOrEqual(0);
        expect(Object.isFrozen(read)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('that cannot be read costs itself alone', () => {
    const broken = {
      get input_tokens(): never {
        throw new Error('no');
      },
    };
    expect(usageOf(broken)).toBeNull();
    expect(answered({ usage: broken, id: 'r1' })).toMatchObject({ usage: null, outcome: 'ok' });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(usageOf(proxy)).toBeNull();
  });
});

describe('usage in a returned answer', () => {
  it('is found with model and id [G19, G45]', () => {
    const answer = {
      id: 'chatcmpl-1',
      model: 'gpt-4.1-mini',
      usage: { prompt_tokens: 20, completion_tokens: 5 },
      choices: [],
    };
    expect(answered(answer)).toMatchObject({
      model: 'gpt-4.1-mini',
      responseId: 'chatcmpl-1',
      usage: {
        inputTokens: 20,
        outputTokens: 5,
        totalTokens: 25,
      },
    });
  });

  it('yields to what the caller says by hand', () => {
    const answer = { model: 'found', usage: { input_tokens: 1, output_tokens: 1 } };
    const { span } = record((tracer) =>
      tracer.generation('g', { model: 'given' }).end({ output: answer, usage: { input_tokens: 9 } }),
    );
    expect(span).toMatchObject({ model: 'given', usage: { inputTokens: 9 } });
  });

  it('of streamed Anthropic events is put together', async () => {
    const exporter = new InMemoryTraceExporter();
    const tracer = createTracer({ exporter });
    const stream = traced({ name: 'stream', type: 'generation' }, async function* () {
      yield {
        type: 'message_start',
        message: {
          id: 'msg_1',
          model: 'claude-sonnet-4-6',
          usage: { input_tokens: 15, cache_read_input_tokens: 5, output_tokens: 1 },
        },
      };
      yield { type: 'content_block_delta', delta: { type: 'text_delta', text: 'Hi' } };
      yield { type: 'message_delta', usage: { output_tokens: 42 } };
    });
    for await (const _ of withTracer(tracer, () => stream()));
    expect(exporter.traces[0]?.rootSpan).toMatchObject({
      model: 'claude-sonnet-4-6',
      responseId: 'msg_1',
      usage: {
        inputTokens: 20,
        outputTokens: 42,
        totalTokens: 62,
        cacheReadTokens: 5,
      },
    });
  });
});
