import { traced, withTracer, type SpanRecord } from 'clew';
import { describe, expect, it } from 'vitest';
import { only, startRecording } from '../../flows/recording.ts';
import { drain } from './provider.ts';

async function recordOf(run: () => unknown): Promise<SpanRecord> {
  const { tracer, memory } = startRecording();
  const generation = traced({ name: 'answer', type: 'generation' }, run);
  await withTracer(tracer, async () => drain(await generation()));
  return only(only(memory.traces).spans);
}

async function* streamOf(parts: readonly unknown[]): AsyncGenerator<unknown> {
  yield* parts;
}

const openAiChunk = (delta: object): object => ({ object: 'chat.completion.chunk', choices: [{ index: 0, delta }] });
const claude = {
  type: 'message_start',
  message: { id: 'm', type: 'message', model: 'claude', usage: { input_tokens: 5, output_tokens: 1 } },
};
const lookup = { name: 'lookup', arguments: '{"id":7}' };

describe('what else providers say', () => {
  it.each<[string, unknown, Partial<Record<keyof SpanRecord, unknown>>]>([
    [
      'Gemini: thoughts and tools count, and audio is told by its modality',
      {
        usageMetadata: {
          promptTokenCount: 10,
          toolUsePromptTokenCount: 5,
          thoughtsTokenCount: 3,
          promptTokensDetails: [{ modality: 'AUDIO', tokenCount: 4 }],
          candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: 9 }],
        },
      },
      {
        usage: { inputTokens: 15, outputTokens: 3, totalTokens: 18, reasoningTokens: 3, inputAudioTokens: 4 },
        toolCalls: [],
      },
    ],
    [
      'Gemini: an answer that was blocked has no content',
      { candidates: [{ finishReason: 'SAFETY' }, 'odd'], usageMetadata: { totalTokenCount: 7 } },
      { usage: { totalTokens: 7 } },
    ],
    [
      'Cohere: version 1 and reranking have it under meta',
      { id: 'r', results: [], meta: { billed_units: { input_tokens: 8, search_units: 1 } } },
      { usage: { inputTokens: 8 }, responseId: 'r' },
    ],
    [
      'AI SDK 5: two more numbers beside the three, and calls with args',
      {
        finishReason: 'stop',
        usage: { inputTokens: 9, outputTokens: 2, totalTokens: 11, cachedInputTokens: 4, reasoningTokens: 1 },
        toolCalls: [{ toolCallId: 'c', toolName: 'lookup', args: { id: 7 } }, { odd: 1 }],
      },
      {
        usage: { inputTokens: 9, outputTokens: 2, totalTokens: 11, cacheReadTokens: 4, reasoningTokens: 1 },
        toolCalls: [{ id: 'c', name: 'lookup', arguments: { id: 7 } }],
      },
    ],
    [
      'AI SDK: embeddings have one number',
      { embedding: [0.1], usage: { tokens: 6 } },
      { usage: { inputTokens: 6, totalTokens: 6 } },
    ],
    [
      'Bedrock: without a cache its usage is as ours',
      { output: {}, stopReason: 'end_turn', usage: { inputTokens: 3, outputTokens: 1, totalTokens: 4 }, metrics: {} },
      { usage: { inputTokens: 3, outputTokens: 1, totalTokens: 4 } },
    ],
    [
      'OpenAI: embeddings have input alone',
      {
        object: 'list',
        model: 'text-embedding-3-small',
        data: [{ embedding: [0.1] }],
        usage: { prompt_tokens: 8, total_tokens: 8 },
      },
      { usage: { inputTokens: 8, outputTokens: 0, totalTokens: 8 }, model: 'text-embedding-3-small' },
    ],
    [
      'OpenAI: arguments that are no JSON, none, or a list',
      {
        choices: [
          {
            message: {
              tool_calls: [
                { id: 'a', function: { name: 'lookup', arguments: 'id: 7' } },
                { id: '', function: { name: 'ping', arguments: '' } },
                { function: { name: 'sum', arguments: '[1]' } },
                { function: { name: 'five', arguments: '5' } },
                { function: {} },
                'odd',
              ],
            },
          },
        ],
      },
      {
        toolCalls: [
          { id: 'a', name: 'lookup', arguments: 'id: 7' },
          { id: null, name: 'ping', arguments: {} },
          { id: null, name: 'sum', arguments: [1] },
          { id: null, name: 'five', arguments: '5' },
        ],
      },
    ],
    ['a message of Anthropic without usage', { type: 'message_start' }, { usage: null, toolCalls: [] }],
  ])('%s', async (_, answer, expected) => {
    expect(await recordOf(() => answer)).toMatchObject(expected);
  });

  it.each<[string, readonly unknown[], Partial<Record<keyof SpanRecord, unknown>>]>([
    [
      'OpenAI: a refusal',
      [openAiChunk({ role: 'assistant', refusal: 'I ' }), openAiChunk({ refusal: 'cannot.' })],
      { output: { role: 'assistant', content: null, refusal: 'I cannot.' } },
    ],
    [
      'Mistral: lists of texts and thoughts, and arguments that are parsed already',
      [
        openAiChunk({ content: [{ type: 'text', text: 'Hi' }, { type: 'thinking' }, 5] }),
        openAiChunk({ toolCalls: [{ id: 'c', function: { name: 'lookup', arguments: { id: 7 } } }, 'odd'] }),
      ],
      { output: { role: 'assistant', content: 'Hi' }, toolCalls: [{ id: 'c', name: 'lookup', arguments: { id: 7 } }] },
    ],
    [
      'OpenAI responses: a stream that is cut has what came so far',
      [
        { type: 'response.created', response: { object: 'response', id: 'resp', model: 'gpt', output: [] } },
        { type: 'response.output_text.delta', output_index: 0, delta: 'Let' },
        { type: 'response.refusal.delta', output_index: 0, delta: 'no' },
        {
          type: 'response.output_item.added',
          output_index: 1,
          item: { type: 'function_call', call_id: 'c', name: 'lookup' },
        },
        { type: 'response.output_item.added', output_index: 2, item: { type: 'message' } },
        { type: 'response.function_call_arguments.delta', output_index: 1, delta: '{"id"' },
      ],
      {
        output: { role: 'assistant', content: 'Let', refusal: 'no' },
        toolCalls: [{ id: 'c', name: 'lookup', arguments: '{"id"' }],
        responseId: 'resp',
      },
    ],
    [
      'Anthropic: thoughts, and a part that is none of its own',
      [
        claude,
        { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'sig' } },
        { type: 'content_block_delta', index: 9, delta: { type: 'text_delta', text: 'lost' } },
        { type: 'content_block_start', index: 1 },
      ],
      {
        output: { role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm.', signature: 'sig' }] },
        model: 'claude',
      },
    ],
    [
      'Ollama: thoughts, and /api/generate',
      [
        { model: 'q', created_at: 't', response: 'Hi', thinking: 'Hm.', done: false },
        { model: 'q', created_at: 't', response: '!', done: true, eval_count: 2 },
      ],
      {
        output: { role: 'assistant', content: 'Hi!', thinking: 'Hm.' },
        usage: { outputTokens: 2 },
        provider: 'ollama',
      },
    ],
    [
      'AI SDK: thoughts, parts of the protocol, and a call without a name',
      [
        { type: 'start' },
        { type: 'reasoning-delta', text: 'Hm.' },
        { type: 'text-delta', textDelta: 'Hi' },
        { type: 'text-delta', delta: '!' },
        { type: 'tool-call', toolName: 'lookup', input: { id: 7 } },
        { type: 'tool-call', input: {} },
        { type: 'finish', totalUsage: { inputTokens: 1, outputTokenDetails: {} } },
      ],
      {
        output: { role: 'assistant', content: 'Hi!', reasoning: 'Hm.' },
        usage: { inputTokens: 1 },
        toolCalls: [{ id: null, name: 'lookup', arguments: { id: 7 } }],
      },
    ],
    [
      'Cohere: a plan, and events that are cut short',
      [
        { type: 'message-start', id: 'c' },
        { type: 'tool-plan-delta', delta: { message: { tool_plan: 'I look.' } } },
        { type: 'tool-call-start', index: 0, delta: { message: { tool_calls: { id: 'c1', function: lookup } } } },
        { type: 'tool-call-start', index: 1, delta: {} },
        { type: 'message-end', id: 'c' },
      ],
      {
        output: { role: 'assistant', content: '', tool_plan: 'I look.' },
        toolCalls: [{ id: 'c1', name: 'lookup', arguments: { id: 7 } }],
        responseId: 'c',
      },
    ],
    [
      'Bedrock: thoughts, and blocks without a tool',
      [
        { messageStart: { role: 'assistant' } },
        { contentBlockStart: { start: {}, contentBlockIndex: 0 } },
        { contentBlockDelta: { delta: { reasoningContent: { text: 'Hm.' } }, contentBlockIndex: 0 } },
        { contentBlockDelta: { contentBlockIndex: 1 } },
        { metadata: { usage: { inputTokens: 1 }, metrics: {} } },
      ],
      {
        output: { role: 'assistant', content: [{ reasoningContent: { reasoningText: { text: 'Hm.' } } }] },
        usage: { inputTokens: 1 },
      },
    ],
  ])('%s', async (_, parts, expected) => {
    expect(await recordOf(() => streamOf(parts))).toMatchObject(expected);
  });

  it('a tool that is asked for after a hundred texts, or without an id like another, is told', async () => {
    const texts = Array.from({ length: 120 }, (_, index) => [
      { type: 'content_block_start', index, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index, delta: { type: 'text_delta', text: 'x' } },
    ]);
    const tool = {
      type: 'content_block_start',
      index: 120,
      content_block: { type: 'tool_use', id: 't', name: 'ping' },
    };
    const late = await recordOf(() => streamOf([claude, ...texts.flat(), tool]));
    expect(late.toolCalls).toEqual([{ id: 't', name: 'ping', arguments: {} }]);
    const calls = [1, 2].map((id) => ({ type: 'tool-call', toolName: 'lookup', input: { id } }));
    const twice = await recordOf(() => streamOf([{ type: 'start' }, ...calls]));
    expect(twice.toolCalls).toEqual([1, 2].map((id) => ({ id: null, name: 'lookup', arguments: { id } })));
  });

  it('no more than a hundred tool calls, twenty choices and a mebibyte of text are kept of a stream', async () => {
    const calls = Array.from({ length: 150 }, (_, index) => ({ index, id: `c${index}`, function: lookup }));
    const choices = Array.from({ length: 30 }, (_, index) => ({ index, delta: { content: 'x' } }));
    expect((await recordOf(() => streamOf([openAiChunk({ tool_calls: calls })]))).toolCalls).toHaveLength(100);
    expect((await recordOf(() => streamOf([{ choices }]))).output).toHaveLength(20);
    const much = Array.from({ length: 40 }, () => openAiChunk({ content: 'y'.repeat(50_000) }));
    expect((await recordOf(() => streamOf(much))).length).toBeLessThan(200_000);
  });

  it('an answer is looked for among the first twenty values, of plain objects and lists', async () => {
    const answer = { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } };
    const far = Object.fromEntries([...Array.from({ length: 20 }, (_, n) => [`k${n}`, n]), ['answer', answer]]);
    class Wrapper {
      readonly answer = answer;
    }
    expect((await recordOf(() => ['text', answer])).usage).toMatchObject({ totalTokens: 2 });
    expect((await recordOf(() => far)).usage).toBeNull();
    expect((await recordOf(() => new Wrapper())).usage).toBeNull();
    expect((await recordOf(() => ({ answer: new Proxy(answer, {}) }))).usage).toBeNull();
  });
});

it('tokens per second count from the first part', async () => {
  const record = await recordOf(async function* () {
    yield openAiChunk({ content: 'Hi' });
    await new Promise((done) => setTimeout(done, 20));
    yield { choices: [], usage: { prompt_tokens: 1, completion_tokens: 100 } };
  });
  const streamingMs = (record.durationMs ?? 0) - (record.ttftMs ?? 0);
  expect(record.tokensPerSecond).toBeCloseTo(100_000 / streamingMs, 6);
  expect((await recordOf(() => 'no usage')).tokensPerSecond).toBeNull();
});
