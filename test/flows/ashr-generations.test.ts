import { describe, expect, it } from 'vitest';
import { only, spanNamed, startRecording } from './recording.ts';

const messages = [{ role: 'user', content: 'where is my parcel?' }];

describe('trace.generation', () => {
  it('A25, A26, A27 captures model, prompt, completion and usage', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => {
      const generation = trace.generation('answer', {
        model: 'claude-sonnet-4-6',
        input: messages,
        metadata: { temperature: 0.3 },
      });
      generation.end({
        output: { role: 'assistant', content: 'soon' },
        usage: { input_tokens: 50, output_tokens: 80 },
      });
    });
    expect(spanNamed(only(memory.traces), 'answer')).toMatchObject({
      type: 'generation',
      model: 'claude-sonnet-4-6',
      input: messages,
      output: { role: 'assistant', content: 'soon' },
      metadata: { temperature: 0.3 },
      usage: { inputTokens: 50, outputTokens: 80, totalTokens: 130 },
    });
  });

  it.each(['text', { role: 'assistant', content: 'x' }, { text: 'x' }, ['a', 1, null], 42, false, null])(
    'A26 takes %j as an output',
    (output) => {
      const { tracer, memory } = startRecording();
      tracer.generation('answer').end({ output });
      expect(only(only(memory.traces).spans).output).toEqual(output);
    },
  );

  it.each(['claude-sonnet-4-6', 'gpt-4.1-mini', 'gemini-2.0-flash', 'My/Own:Model'])(
    'A28 keeps the model name %s exactly as it was given',
    (model) => {
      const { tracer, memory } = startRecording();
      tracer.generation('answer', { model }).end();
      expect(only(only(memory.traces).spans).model).toBe(model);
    },
  );

  it('A29 may describe another model than a chat', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) =>
      trace.span('retrieval', (retrieval) =>
        retrieval.generation('rerank', { model: 'cohere-rerank-3', kind: 'reranker' }, () => [2, 0, 1]),
      ),
    );
    expect(spanNamed(only(memory.traces), 'rerank')).toMatchObject({
      type: 'generation',
      kind: 'reranker',
      model: 'cohere-rerank-3',
      output: [2, 0, 1],
    });
  });

  it('A30 stays open while an asynchronous stream is read, and takes its usage at the end', async () => {
    const { tracer, memory } = startRecording();
    async function* stream(): AsyncGenerator<string> {
      yield 'so';
      yield 'on';
    }
    await tracer.trace('turn', async (trace) => {
      const generation = trace.generation('answer', { model: 'gpt-4.1-mini' });
      let text = '';
      for await (const part of stream()) {
        text += part;
        expect(generation.outcome).toBe('running');
      }
      generation.end({ output: text, usage: { prompt_tokens: 5, completion_tokens: 2 } });
    });
    expect(spanNamed(only(memory.traces), 'answer')).toMatchObject({
      output: 'soon',
      usage: { inputTokens: 5, outputTokens: 2, totalTokens: 7 },
    });
  });

  it.each([undefined, null])('A31 may end with usage %s', (usage) => {
    const { tracer, memory, log } = startRecording();
    tracer.generation('answer').end({ output: 'soon', ...(usage === undefined ? {} : { usage }) });
    expect(only(only(memory.traces).spans).usage).toBeNull();
    expect(log.lines).toEqual([]);
  });

  it('A27 keeps provider, parameters, cost, time to first token, response id and tool calls', () => {
    const { tracer, memory } = startRecording();
    const told = {
      provider: 'anthropic',
      modelParameters: { temperature: 0.3, max_tokens: 100 },
      costUsd: 0.0125,
      ttftMs: 210,
      responseId: 'msg_1',
      toolCalls: [{ id: 'call_1', name: 'lookup', arguments: { id: 7 } }],
    };
    tracer.generation('at the start', told).end();
    tracer.generation('at the end').end(told);
    const later = tracer.generation('in between');
    later.update(told);
    later.end();
    for (const trace of memory.traces) expect(only(trace.spans)).toMatchObject(told);
    expect(memory.traces).toHaveLength(3);
  });
});

describe('the usage of a trace', () => {
  it('is the sum over its generations; a number that nobody gave stays absent', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => {
      trace.generation('one').end({ usage: { input_tokens: 10, output_tokens: 1 }, costUsd: 0.01 });
      trace.generation('two').end({ usage: { input_tokens: 20, output_tokens: 2 }, costUsd: 0.02 });
    });
    expect(only(memory.traces).usage).toEqual({ inputTokens: 30, outputTokens: 3, totalTokens: 33 });
    expect(only(memory.traces).costUsd).toBeCloseTo(0.03, 10);
    expect(only(memory.traces).unpriced).toEqual([]);
  });

  it('names what has no price, and does not take it for free', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => {
      trace.generation('one', { model: 'local-7b' }).end({ usage: { input_tokens: 10, output_tokens: 1 } });
    });
    expect(only(memory.traces)).toMatchObject({ costUsd: null, unpriced: ['local-7b'] });
  });

  it('counts a span above another one with usage as an aggregate, not twice', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => {
      const agent = trace.span('agent', { kind: 'agent' });
      agent.generation('model').end({ usage: { input_tokens: 10, output_tokens: 1 }, costUsd: 0.5 });
      agent.end({ usage: { input_tokens: 10, output_tokens: 1 }, costUsd: 0.5 });
    });
    const recorded = only(memory.traces);
    expect(recorded.spans.map(({ name, usageScope }) => [name, usageScope])).toEqual([
      ['turn', 'self'],
      ['agent', 'aggregate'],
      ['model', 'self'],
    ]);
    expect(recorded).toMatchObject({ usage: { inputTokens: 10, outputTokens: 1, totalTokens: 11 }, costUsd: 0.5 });
  });

  it('counts one answer once, however many spans tell of it', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => {
      for (const responseId of ['msg_1', 'msg_1', 'msg_2']) {
        trace.generation('model', { responseId }).end({ usage: { input_tokens: 10, output_tokens: 1 }, costUsd: 0.5 });
      }
    });
    expect(only(memory.traces)).toMatchObject({ usage: { inputTokens: 20, outputTokens: 2 }, costUsd: 1 });
  });
});
