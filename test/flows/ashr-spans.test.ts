import { describe, expect, it } from 'vitest';
import { only, spanNamed, startRecording, treesOf } from './recording.ts';

describe('trace.span', () => {
  it('A32, A34 is for whatever is no model call, with input and metadata; tools are called tool:<name>', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => {
      trace.span('tool:lookup_account', { input: { id: 7 }, metadata: { shard: 1 } }).end({ output: { found: true } });
    });
    expect(spanNamed(only(memory.traces), 'tool:lookup_account')).toMatchObject({
      type: 'span',
      input: { id: 7 },
      output: { found: true },
      metadata: { shard: 1 },
    });
  });

  it('A33 ends with output, level, status message and metadata, which is merged with what was there', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => {
      const tool = trace.span('tool:external_api', { metadata: { shard: 1, tries: 1 } });
      tool.end({
        output: [],
        level: 'WARNING',
        statusMessage: 'empty answer',
        metadata: { recoverable: true, tries: 2 },
      });
    });
    expect(spanNamed(only(memory.traces), 'tool:external_api')).toMatchObject({
      output: [],
      level: 'WARNING',
      outcome: 'ok',
      statusMessage: 'empty answer',
      metadata: { shard: 1, tries: 2, recoverable: true },
    });
  });

  it('A35, A36, A37 ends by itself with ERROR and the message, and the same exception goes on', () => {
    const { tracer, memory } = startRecording();
    const failure = new Error('connection refused');
    let reached = false;
    const turn = (): unknown =>
      tracer.trace('turn', (trace) =>
        trace.span('tool:risky', (tool) => {
          if (!reached) throw failure;
          reached = true;
          tool.end({ output: 'never' });
        }),
      );
    expect(turn).toThrow(failure);
    expect(reached).toBe(false);
    expect(treesOf(memory)).toBe(`\
turn  ERROR: connection refused
  tool:risky  ERROR: connection refused`);
    expect(spanNamed(only(memory.traces), 'tool:risky')).toMatchObject({
      level: 'ERROR',
      statusMessage: 'connection refused',
      output: null,
    });
  });

  it('A38, T34 keeps what the body said of its failure: the first end wins', async () => {
    const { tracer, memory, log } = startRecording();
    const risky = tracer.trace('turn', (trace) =>
      trace.span('tool:risky', async (tool) => {
        tool.end({ level: 'ERROR', statusMessage: 'Timeout: gateway', metadata: { recoverable: false } });
        throw new Error('something else');
      }),
    );
    await expect(risky).rejects.toThrow('something else');
    expect(spanNamed(only(memory.traces), 'tool:risky')).toMatchObject({
      level: 'ERROR',
      outcome: 'error',
      error: 'Timeout: gateway',
      statusMessage: 'Timeout: gateway',
      metadata: { recoverable: false },
    });
    expect(log.lines).toEqual([]);
  });

  it('A39, A40 ends at the end of its block, without being ended twice', () => {
    const { tracer, memory, log } = startRecording();
    tracer.trace('turn', (trace) => {
      trace.span('retrieval', () => {});
      trace.span('ended', (span) => span.end({ output: 'mine' }));
    });
    const recorded = only(memory.traces);
    expect(spanNamed(recorded, 'retrieval')).toMatchObject({ outcome: 'ok', level: 'DEFAULT', output: null });
    expect(spanNamed(recorded, 'ended').output).toBe('mine');
    expect(recorded.spans).toHaveLength(3);
    expect(log.lines).toEqual([]);
  });

  it('A41, A42, A44 makes spans and generations under itself, as the calls were made', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => {
      trace.span('retrieval', (retrieval) => {
        retrieval.span('vector-search', (search) => search.span('embed', () => {}));
        retrieval.generation('rerank', { model: 'cohere-rerank-3' }, () => {});
      });
      trace.generation('answer', () => {});
    });
    expect(treesOf(memory)).toBe(`\
turn
  retrieval
    vector-search
      embed
    rerank
  answer`);
  });

  it('A43 tells how much of its time was spent in each level', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => trace.span('retrieval', (retrieval) => retrieval.span('search', () => {})));
    const [turn, retrieval, search] = only(memory.traces).spans.map(({ durationMs }) => durationMs ?? Number.NaN);
    expect(turn).toBeGreaterThanOrEqual(retrieval ?? Number.NaN);
    expect(retrieval).toBeGreaterThanOrEqual(search ?? Number.NaN);
    expect(only(memory.traces).asTree()).toMatch(
      /^turn {2}\[\d+ms\]\n {2}retrieval {2}\[\d+ms\]\n {4}search {2}\[\d+ms\]$/,
    );
  });
});

describe('a span that is open', () => {
  it('can be told more of: later values win, metadata is merged', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => {
      const step = trace.span('step', { input: 1, metadata: { a: 1 } });
      step.update({ name: 'tool:lookup', kind: 'tool', input: 2, output: 'x', metadata: { b: 2 }, level: 'WARNING' });
      step.update({ statusMessage: 'slow', metadata: { a: 3 } });
      step.end();
    });
    expect(spanNamed(only(memory.traces), 'tool:lookup')).toMatchObject({
      kind: 'tool',
      input: 2,
      output: 'x',
      metadata: { a: 3, b: 2 },
      level: 'WARNING',
      statusMessage: 'slow',
    });
  });

  it('is not active: only what runs in it nests under it', async () => {
    const { tracer, memory } = startRecording();
    await tracer.trace('turn', async (trace) => {
      const open = trace.span('open');
      tracer.span('beside it', () => {});
      await open.run(async () => {
        await Promise.resolve();
        tracer.span('inside it', () => {});
      });
      open.end();
    });
    expect(treesOf(memory)).toBe('turn\n  open\n    inside it\n  beside it');
  });

  it('lets an exception out of run without ending', () => {
    const { tracer, memory } = startRecording();
    const step = tracer.span('step');
    expect(() =>
      step.run(() => {
        throw new Error('caught by me');
      }),
    ).toThrow('caught by me');
    expect(step.outcome).toBe('running');
    step.fail(new Error('told by me'));
    expect(treesOf(memory)).toBe('step  ERROR: told by me');
  });

  it('ends with the scope that holds it, at the level it had', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('turn', (trace) => {
      using lookup = trace.span('tool:lookup');
      lookup.run(() => tracer.span('query', () => {}));
      using failing = trace.span('tool:broken');
      failing.update({ level: 'ERROR', statusMessage: 'no route' });
    });
    expect(treesOf(memory)).toBe('turn\n  tool:lookup\n    query\n  tool:broken  ERROR: no route');
    expect(spanNamed(only(memory.traces), 'tool:broken')).toMatchObject({
      outcome: 'error',
      statusMessage: 'no route',
    });
  });

  it('is an error by the level that was told, however it ends', () => {
    const { tracer, memory } = startRecording();
    const broken = { level: 'ERROR', statusMessage: 'no route' } as const;
    tracer.trace('turn', (trace) => {
      trace.span('by end').end(broken);
      trace.span('by block', (span) => span.update(broken));
      trace.span('by finish', broken).finish();
    });
    expect(only(memory.traces).spans.slice(1)).toMatchObject([
      { name: 'by end', outcome: 'error', error: 'no route' },
      { name: 'by block', outcome: 'error', error: 'no route' },
      { name: 'by finish', outcome: 'error', error: null },
    ]);
  });
});
