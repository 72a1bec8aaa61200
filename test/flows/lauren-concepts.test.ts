import { setTimeout as later } from 'node:timers/promises';
import { currentTrace, span, SpanKind, trace, traced, TraceStore, withTracer } from 'clew';
import { describe, expect, it } from 'vitest';
import { only, spanNamed, startRecording, treeOf, treesOf } from './recording.ts';

const complete = traced({ name: 'llm.complete', kind: SpanKind.LLM }, async (prompt: string) => {
  await later(0);
  return `about ${prompt}`;
});
const search = traced({ name: 'search', kind: SpanKind.TOOL }, async (query: string) => complete(query));
const run = traced({ name: 'agent.run', kind: SpanKind.AGENT }, async (task: string) => {
  const found = await search(task);
  return complete(found);
});

describe('a trace of an agent', () => {
  it('L1, L5 is the tree of agent run, tool call and completions', async () => {
    const { tracer, memory } = startRecording();
    await withTracer(tracer, () => run('parcels'));
    expect(treesOf(memory)).toBe(`\
agent.run
  search
    llm.complete
  llm.complete`);
    expect(only(memory.traces).spans.map(({ kind }) => kind)).toEqual(['agent', 'tool', 'llm', 'llm']);
  });

  it('L3 has a span for a model call, a tool and any function of your own', () => {
    const { tracer, memory } = startRecording();
    const model = traced({ kind: 'llm', name: 'model' }, () => 'text');
    const tool = traced({ kind: 'tool', name: 'tool' }, () => 42);
    const own = traced(function parse() {
      return [model(), tool()];
    });
    withTracer(tracer, own);
    expect(only(memory.traces).spans.map(({ name, kind }) => [name, kind])).toEqual([
      ['parse', 'custom'],
      ['model', 'llm'],
      ['tool', 'tool'],
    ]);
  });

  it('L4 gives every span but the root the id of the span that spawned it, not of the root', async () => {
    const { tracer, memory } = startRecording();
    await withTracer(tracer, () => run('parcels'));
    const recorded = only(memory.traces);
    const root = spanNamed(recorded, 'agent.run');
    const tool = spanNamed(recorded, 'search');
    expect(root.parentId).toBeNull();
    expect(tool.parentId).toBe(root.spanId);
    expect(spanNamed(recorded, 'llm.complete').parentId).toBe(tool.spanId);
  });

  it('L4 keeps spawners apart that work at the same time', async () => {
    const { tracer, memory } = startRecording();
    const both = traced('both', () => Promise.all([search('a'), search('b')]));
    await withTracer(tracer, both);
    expect(treesOf(memory)).toBe(`\
both
  search
    llm.complete
  search
    llm.complete`);
    const inputs = only(memory.traces).spans.map(({ input }) => input);
    expect(inputs).toEqual([{}, { query: 'a' }, { prompt: 'a' }, { query: 'b' }, { prompt: 'b' }]);
  });

  it('L6 is kept by a store, which finds it by trace id and by run id', async () => {
    const store = new TraceStore();
    const { tracer } = startRecording({ store });
    const traceId = tracer.trace('one', { runId: 'run-42' }, ({ traceId: id }) => id);
    tracer.trace('two', { runId: 'run-42' }, () => {});
    expect((await store.get(traceId))?.name).toBe('one');
    expect((await store.list('run-42')).map(({ name }) => name)).toEqual(['one', 'two']);
  });
});

class Agent {
  @trace
  run(task: string): string {
    return this.step(task);
  }

  @span({ kind: 'tool' })
  step(task: string): string {
    return `${currentTrace()?.name ?? 'nothing'}: ${task}`;
  }
}

it('L1 is as small as two decorators on a class', () => {
  const { tracer, memory } = startRecording();
  expect(withTracer(tracer, () => new Agent().run('pack'))).toBe('run: pack');
  expect(treeOf(only(memory.traces))).toBe(`\
run
  step`);
});
