import { createTracer, InMemoryTraceExporter } from 'clew';
import { describe, expect, it } from 'vitest';
import { only, spanNamed, startRecording, treeOf, treesOf } from './recording.ts';

describe('what a trace is made of', () => {
  it('A3, A4 is one interaction, and spans nest in it as deep as they like', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => {
      const open = [trace.span('level 1')];
      for (let level = 2; level <= 90; level += 1) open.push((open.at(-1) ?? trace).span(`level ${level}`));
      for (const span of open.toReversed()) span.end();
    });
    const lines = treeOf(only(memory.traces)).split('\n');
    expect(lines[0]).toBe('turn');
    expect(lines).toContain(`${'  '.repeat(90)}level 90`);
  });

  it('A5 has generations that can do all that a span can, and carry model and usage', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) =>
      trace.generation('classify', { model: 'gpt-4.1-mini' }, (generation) => {
        generation.event('cache:miss');
        generation.span('tokenize', () => {});
        generation.generation('rerank', { kind: 'reranker' }, () => {});
        generation.update({ usage: { input_tokens: 1, output_tokens: 2 } });
      }),
    );
    const recorded = only(memory.traces);
    expect(treeOf(recorded)).toBe('turn\n  classify\n    tokenize\n    rerank');
    const classify = spanNamed(recorded, 'classify');
    expect(classify).toMatchObject({ type: 'generation', kind: 'llm', model: 'gpt-4.1-mini' });
    expect(classify.usage).toEqual({ inputTokens: 1, outputTokens: 2, totalTokens: 3 });
    expect(classify.events.map(({ name }) => name)).toEqual(['cache:miss']);
    expect(spanNamed(recorded, 'rerank')).toMatchObject({ type: 'generation', kind: 'reranker' });
  });

  it('A6, A7 has generations, spans and events side by side; an event has a time and no duration', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('handle-support-ticket', (trace) => {
      trace.generation('classify-intent', { model: 'gpt-4.1-mini' }, () => {});
      trace.span('tool:lookup_acct', () => {});
      trace.event('guardrail', { toxic: false });
    });
    const recorded = only(memory.traces);
    const root = spanNamed(recorded, 'handle-support-ticket');
    expect(recorded.spans.map(({ type, name, parentId }) => [type, name, parentId === root.spanId])).toEqual([
      ['span', 'handle-support-ticket', false],
      ['generation', 'classify-intent', true],
      ['span', 'tool:lookup_acct', true],
    ]);
    expect(Object.keys(only(root.events)).toSorted()).toEqual(['input', 'level', 'name', 'time']);
  });

  it('A11 takes three lines and no flush', async () => {
    const memory = new InMemoryTraceExporter();
    const clew = createTracer({ exporter: memory });
    await clew.trace('handle-ticket', { userId: 'user_42' }, async (trace) => {
      const generation = trace.generation('answer', { model: 'claude-sonnet-4-6' });
      generation.end({ output: 'hello', usage: { input_tokens: 50, output_tokens: 80 } });
    });
    expect(treesOf(memory)).toBe('handle-ticket\n  answer');
    expect(only(memory.traces)).toMatchObject({
      userId: 'user_42',
      usage: { inputTokens: 50, outputTokens: 80, totalTokens: 130 },
    });
    await clew.shutdown();
  });
});

describe('tracer.trace', () => {
  it('A16 ends with its block, also when the block throws', async () => {
    const { tracer, memory } = startRecording();
    const failure = new Error('no such ticket');
    tracer.trace('fine', () => {});
    expect(() =>
      tracer.trace('thrown', () => {
        throw failure;
      }),
    ).toThrow(failure);
    await expect(
      tracer.trace('rejected', async () => {
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(treesOf(memory)).toBe(`\
fine

thrown  ERROR: no such ticket

rejected  ERROR: no such ticket`);
  });

  it('A16 ends with the scope that holds it', async () => {
    const { tracer, memory } = startRecording();
    {
      using trace = tracer.trace('held');
      trace.span('step', () => {});
    }
    {
      await using trace = tracer.trace('awaited');
      trace.event('hello');
    }
    expect(treesOf(memory)).toBe('held\n  step\n\nawaited');
  });

  it('A17–A21 takes name, userId, sessionId, metadata and tags', () => {
    const { tracer, memory } = startRecording();
    const options = {
      userId: 'user_42',
      sessionId: 'conv_1',
      metadata: { arm: 'B', depth: { k: 1 } },
      tags: ['env:prod'],
    };
    tracer.trace('summarize-document', options, () => {});
    expect(only(memory.traces)).toMatchObject({ name: 'summarize-document', ...options });
    expect(only(memory.traces).toJSON()).toMatchObject({
      name: 'summarize-document',
      user_id: 'user_42',
      session_id: 'conv_1',
      metadata: { arm: 'B', depth: { k: 1 } },
      tags: ['env:prod'],
    });
  });

  it('A18–A21 leaves out what is not given', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('bare', () => {});
    expect(only(memory.traces)).toMatchObject({
      userId: null,
      sessionId: null,
      sessionName: null,
      metadata: {},
      tags: [],
    });
  });

  it('A22 has its trace id from the start, and keeps it (C7)', async () => {
    const { tracer, memory } = startRecording();
    const trace = tracer.trace('manual');
    const { traceId } = trace;
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    const result = await trace.end();
    expect([result.traceId, trace.traceId, only(memory.traces).traceId]).toEqual([traceId, traceId, traceId]);
  });

  it('A23 is closed by end, with an output, and gives a result', async () => {
    const { tracer, memory } = startRecording();
    const trace = tracer.trace('manual');
    const result = await trace.end({ output: { resolution: 'reset' } });
    expect(result).toEqual({ ok: true, traceId: trace.traceId, exported: true });
    expect(only(memory.traces)).toMatchObject({ output: { resolution: 'reset' }, outcome: 'ok' });
  });

  it('A23 gives an error as a result and throws nothing', async () => {
    const { tracer } = startRecording({ exporter: { export: () => Promise.reject(new Error('unreachable')) } });
    const trace = tracer.trace('manual');
    expect(await trace.end()).toEqual({ ok: false, traceId: trace.traceId, error: 'unreachable' });
  });

  it('A24 waits for spans that are still open when it ends, and exports them with it', async () => {
    const exported: string[] = [];
    const { tracer } = startRecording({ exporter: { export: (trace) => void exported.push(treeOf(trace)) } });
    const trace = tracer.trace('manual');
    const late = trace.span('in flight');
    const ended = trace.end();
    expect(exported).toEqual([]);
    late.end();
    expect(await ended).toMatchObject({ ok: true });
    expect(exported).toEqual(['manual\n  in flight']);
  });
});
