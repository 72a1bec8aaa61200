import { InMemoryTraceExporter, createTracer, TraceContext, traceSpan, withTracer } from 'clew';
import { describe, expect, it } from 'vitest';
import { only, spanNamed, startRecording, treesOf } from './recording.ts';

/** What the two providers answer with, as far as tokens go. */
const anthropicReply = { content: [{ text: 'hello' }], usage: { input_tokens: 15, output_tokens: 2 } };
const openAiReply = {
  choices: [{ message: { content: 'hello' } }],
  usage: { prompt_tokens: 20, completion_tokens: 5 },
};

describe('traceSpan', () => {
  it('E8, E11 takes a context, a name and extras, and keeps them on the step', async () => {
    const context = new TraceContext('req_42');
    expect(await traceSpan(context, 'search', { k: 5 }, async () => ['doc'])).toEqual(['doc']);
    expect(context.spans).toEqual([{ name: 'search', latencyMs: expect.any(Number), k: 5, error: null }]);
  });

  it('E9 measures with the monotonic clock', () => {
    const context = new TraceContext('req_42');
    const begun = performance.now();
    traceSpan(context, 'search', () => {
      while (performance.now() - begun < 2) {
        // Long enough to be seen.
      }
    });
    const { latencyMs } = only(context.spans);
    expect(latencyMs).toBeGreaterThan(1);
    expect(latencyMs).toBeLessThanOrEqual(performance.now() - begun);
  });

  it.each([
    [
      'thrown',
      (error: Error) => {
        throw error;
      },
    ],
    ['rejected', async (error: Error) => Promise.reject(error)],
  ])(
    'E10, E18, E19, E41 adds a step that was %s, its error by name and message, and lets the error through',
    async (_how, body) => {
      const context = new TraceContext('req_42');
      const failure = new Error('boom');
      const call = async (): Promise<unknown> => traceSpan(context, 'llm_call', { model: 'm' }, () => body(failure));
      await expect(call()).rejects.toBe(failure);
      expect(context.errors).toEqual(['llm_call: boom']);
      expect(context.spans).toMatchObject([{ name: 'llm_call', model: 'm', error: 'boom' }]);
    },
  );

  it('E5 makes spans of the active tracer, under the run of the request', async () => {
    const { tracer, memory } = startRecording();
    const context = new TraceContext('req_42');
    await withTracer(tracer, async () => {
      await traceSpan(context, 'agent', async () => {
        await traceSpan(context, 'search', { k: 5 }, async () => []);
        return traceSpan(context, 'llm_call', async () => 'text');
      });
    });
    expect(treesOf(memory)).toBe('agent\n  search\n  llm_call');
    expect(only(memory.traces).runId).toBe('req_42');
    expect(spanNamed(only(memory.traces), 'search').metadata).toEqual({ k: 5 });
    expect(context.summary().spanCount).toBe(3);
  });

  it('E40 tells which step is the slow one, not just that the agent is slow', async () => {
    const context = new TraceContext('req_42');
    for (const step of ['search', 'rerank', 'generate']) await traceSpan(context, step, async () => step);
    expect(context.spans.map(({ name }) => name)).toEqual(['search', 'rerank', 'generate']);
  });

  it('measures a stream to its end, and hands it out as it is', async () => {
    const context = new TraceContext('req_42');
    async function* stream(): AsyncGenerator<string> {
      yield 'a';
      yield 'b';
    }
    const parts = traceSpan(context, 'llm_call', stream);
    expect(context.spans).toEqual([]);
    const read: string[] = [];
    for await (const part of parts) read.push(part);
    expect(read).toEqual(['a', 'b']);
    expect(context.spans).toMatchObject([{ name: 'llm_call', error: null }]);
  });

  it('never starts a lazy client by itself, and gives back the same object', () => {
    const context = new TraceContext('req_42');
    let started = 0;
    const lazy = {
      // eslint-disable-next-line unicorn/no-thenable -- a lazy thenable is what it is about
      then: () => {
        started += 1;
      },
    };
    expect(traceSpan(context, 'llm_call', () => lazy)).toBe(lazy);
    expect(started).toBe(0);
  });
});

describe('TraceContext', () => {
  it('E16, E17 has the request id first, and sums up the whole request', () => {
    const context = new TraceContext('req_42');
    context.addSpan('search', 12.5);
    context.addSpan('llm_call', 100, { model: 'm' });
    context.addTokens({ inputTokens: 100, outputTokens: 50 });
    context.addError('llm_call: slow');
    expect(context.requestId).toBe('req_42');
    expect(context.summary()).toEqual({
      requestId: 'req_42',
      totalLatencyMs: 112.5,
      spanCount: 2,
      inputTokens: 100,
      outputTokens: 50,
      errorCount: 1,
    });
  });

  it('E12, E39 adds tokens up over calls', () => {
    const context = new TraceContext('req_42');
    context.addTokens({ inputTokens: 100, outputTokens: 50 });
    context.addTokens({ inputTokens: 10, outputTokens: 5 });
    expect(context.totalTokens).toEqual({ input: 110, output: 55 });
  });

  it('E12 puts the sum of both calls on the span in which they were made', () => {
    const { tracer, memory } = startRecording();
    const context = new TraceContext('req_42');
    withTracer(tracer, () =>
      traceSpan(context, 'llm_call', () => {
        context.addTokens({ inputTokens: 100, outputTokens: 50 });
        context.addTokens({ inputTokens: 10 });
      }),
    );
    expect(only(memory.traces).usage).toEqual({ inputTokens: 110, outputTokens: 50, totalTokens: 160 });
  });

  it('E13, E14 counts what Anthropic and OpenAI or Ollama say', () => {
    const context = new TraceContext('req_42');
    const { usage: anthropic } = anthropicReply;
    const { usage: openAi } = openAiReply;
    context.addTokens({ inputTokens: anthropic.input_tokens, outputTokens: anthropic.output_tokens });
    context.addTokens({ inputTokens: openAi.prompt_tokens, outputTokens: openAi.completion_tokens });
    expect(context.totalTokens).toEqual({ input: 35, output: 7 });
  });

  it.each([
    ['Anthropic', anthropicReply, { inputTokens: 15, outputTokens: 2, totalTokens: 17 }],
    ['OpenAI', openAiReply, { inputTokens: 20, outputTokens: 5, totalTokens: 25 }],
    ['Ollama without usage', { choices: [] }, null],
  ])('E13, E14, E15 the span reads usage from an answer of %s by itself', (_provider, reply, usage) => {
    const { tracer, memory } = startRecording();
    withTracer(tracer, () => traceSpan(new TraceContext('req_42'), 'llm_call', () => reply));
    expect(only(only(memory.traces).spans).usage).toEqual(usage);
  });

  it('E15 takes missing and senseless counts for nothing', () => {
    const context = new TraceContext('req_42');
    context.addTokens({});
    context.addTokens({ inputTokens: undefined, outputTokens: 5 });
    context.addTokens({ inputTokens: Number.NaN, outputTokens: -3 });
    expect(context.totalTokens).toEqual({ input: 0, output: 5 });
  });
});

describe('E42, E43: in production', () => {
  it('E42 what is printed is structured: one JSON text for each trace', () => {
    const { tracer, memory } = startRecording();
    withTracer(tracer, () => traceSpan(new TraceContext('req_42'), 'search', () => 'doc'));
    expect(JSON.parse(only(memory.traces).text())).toMatchObject({ run_id: 'req_42', spans: [{ name: 'search' }] });
  });

  it('E43 a tenth of the traces is kept, and every one with an error', async () => {
    const memory = new InMemoryTraceExporter();
    const tracer = createTracer({ exporter: memory, sampleRate: 0.1 });
    for (let turn = 0; turn < 500; turn += 1) {
      tracer.trace(turn % 5 === 0 ? 'bad' : 'good', (trace) => {
        if (turn % 5 === 0) trace.span('tool').end({ error: 'no' });
      });
    }
    const good = memory.traces.filter(({ name }) => name === 'good');
    const bad = memory.traces.filter(({ name }) => name === 'bad');
    expect(bad).toHaveLength(100);
    expect(good.length).toBeGreaterThan(10);
    expect(good.length).toBeLessThan(90);
    expect(good.every(({ sampling }) => sampling.rate === 0.1 && sampling.reason === 'head')).toBe(true);
    expect(bad.every(({ sampling }) => sampling.rate === 1)).toBe(true);
    await tracer.shutdown();
  });
});
