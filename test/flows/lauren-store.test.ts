import { ClewConfigError, Span, Trace, TraceStore, type TraceRecord } from 'clew';
import { describe, expect, it } from 'vitest';
import { startRecording, treeOf } from './recording.ts';

/** A store with one trace for each name, all of the run `run-42`. */
function filled(names: readonly string[], maxTraces = 1000): { store: TraceStore; traces: readonly TraceRecord[] } {
  const store = new TraceStore({ maxTraces });
  const { tracer, memory } = startRecording({ store });
  for (const name of names) tracer.trace(name, { runId: 'run-42' }, () => {});
  return { store, traces: memory.traces };
}

function namesOf(traces: readonly TraceRecord[]): string {
  return traces.map(({ name }) => name).join(' ');
}

describe('TraceStore', () => {
  it('L41 keeps 1000 traces unless told otherwise', () => {
    const names = Array.from({ length: 1001 }, (_item, index) => `t${index}`);
    expect(filled(names).store.size).toBe(1000);
    expect(filled(names, 3).store.size).toBe(3);
  });

  it.each([0, -1, 2.5, Number.NaN])('L41 refuses to keep %s traces', (maxTraces) => {
    expect(() => new TraceStore({ maxTraces })).toThrow(ClewConfigError);
  });

  it('L42 gets one trace by its id', async () => {
    const { store, traces } = filled(['a', 'b']);
    expect(await store.get(traces[1]?.traceId ?? '')).toBe(traces[1]);
    expect(await store.get('unknown')).toBeNull();
  });

  it('L43 lists all traces of a run', async () => {
    const { store, traces } = filled(['a', 'b']);
    const { tracer } = startRecording({ store });
    tracer.trace('other', { runId: 'run-43' }, () => {});
    expect(await store.list('run-42')).toEqual(traces);
    expect(namesOf(await store.list('run-43'))).toBe('other');
    expect(await store.list('run-44')).toEqual([]);
  });

  it('L44 gives the last traces, newest first', async () => {
    const { store } = filled(['a', 'b', 'c']);
    expect(namesOf(await store.last(2))).toBe('c b');
    expect(namesOf(await store.last(10))).toBe('c b a');
    expect(namesOf(await store.last())).toBe('c b a');
  });

  it('L45 lets the oldest go once it is full', async () => {
    const { store, traces } = filled(['a', 'b', 'c', 'd'], 2);
    expect(namesOf(await store.last())).toBe('d c');
    expect(namesOf(await store.list('run-42'))).toBe('c d');
    expect(await store.get(traces[0]?.traceId ?? '')).toBeNull();
  });

  it('L46 answers with promises', () => {
    const { store } = filled([]);
    expect([store.get('x'), store.list('x'), store.last()].every((answer) => answer instanceof Promise)).toBe(true);
  });
});

describe('C10: the least recently used trace goes first', () => {
  it('get counts as use', async () => {
    const { store, traces } = filled(['a', 'b'], 2);
    await store.get(traces[0]?.traceId ?? '');
    startRecording({ store }).tracer.trace('c', () => {});
    expect(namesOf(await store.last())).toBe('c a');
  });

  it('list and last do not', async () => {
    const { store } = filled(['a', 'b'], 2);
    await store.list('run-42');
    await store.last();
    startRecording({ store }).tracer.trace('c', () => {});
    expect(namesOf(await store.last())).toBe('c b');
  });

  it('writing to it again does, and leaves its place among the last', async () => {
    const { store, traces } = filled(['a', 'b'], 2);
    const [first] = traces;
    if (first !== undefined) store.add(first);
    expect(namesOf(await store.last())).toBe('b a');
    startRecording({ store }).tracer.trace('c', () => {});
    expect(namesOf(await store.last())).toBe('c a');
  });
});

describe('a trace built by hand', () => {
  it('spans and traces by hand are made of anything', () => {
    for (const options of [undefined, null, 'text', new Proxy({}, { ownKeys: () => expect.fail('not listed') })]) {
      const span: unknown = Reflect.construct(Span, [options]);
      const trace: unknown = Reflect.construct(Trace, [options]);
      expect(span).toMatchObject({ name: '(unnamed)', outcome: 'running' });
      expect(trace).toMatchObject({ name: '' });
    }
  });

  it('L47, L48, L49 is a tree by its parent ids', () => {
    const trace = new Trace({ runId: 'my-run' });
    const root = new Span({ name: 'agent.run' });
    const tool = new Span({ name: 'tool', parentId: root.spanId });
    const model = new Span({ name: 'llm.complete', parentId: tool.spanId });
    model.finish({ error: 'timeout' });
    tool.finish();
    root.finish();
    trace.spans = [model, root, tool];
    expect(trace.runId).toBe('my-run');
    expect(treeOf(trace)).toBe(`\
agent.run
  tool
    llm.complete  ERROR: timeout`);
  });

  it('L48 shows whole milliseconds, and none for what is open', () => {
    const trace = new Trace({ runId: 'my-run' });
    const done = new Span({ name: 'done' });
    done.finish();
    trace.spans = [done, new Span({ name: 'open' })];
    expect(trace.asTree()).toMatch(/^done {2}\[\d+ms\]\nopen$/);
  });

  it('L48 says so when it is empty', () => {
    expect(new Trace().asTree()).toBe('(empty trace)');
  });

  it('L49 shows a span whose parent is missing as a root, and every span once', () => {
    const trace = new Trace();
    const orphan = new Span({ name: 'orphan', parentId: 'ffffffffffffffff' });
    trace.spans = [orphan, new Span({ name: 'child', parentId: orphan.spanId })];
    expect(trace.asTree()).toBe('orphan\n  child');
  });

  it('L47 makes its own spans under its root', () => {
    const trace = new Trace({ runId: 'my-run' });
    trace.span('agent.run');
    const answer = trace.generation('llm.complete', (span) => span.parentId);
    expect(answer).toBe(trace.rootSpan?.spanId);
    expect(treeOf(trace)).toBe('agent.run\n  llm.complete');
    expect(trace.spans[1]?.outcome).toBe('ok');
  });
});
