import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runProgram } from './programs/program.ts';
import { only, spanNamed, startRecording, treeOf, treesOf } from './recording.ts';

describe('without blocks', () => {
  it('A53, A54 everything is opened by a call and closed by end, in any order', async () => {
    const { tracer, memory } = startRecording();
    const trace = tracer.trace('handle-ticket', { userId: 'user_42' });
    const generation = trace.generation('classify', { model: 'claude-sonnet-4-6', input: 'help' });
    generation.end({ output: 'billing', usage: { input_tokens: 50, output_tokens: 12 } });
    const tool = trace.span('tool:lookup_account', { input: { id: 42 } });
    tool.end({ output: { plan: 'pro' } });
    trace.event('guardrail-check', { passed: true });
    const result = await trace.end({ output: { resolution: 'refunded' } });
    expect(result).toMatchObject({ ok: true, exported: true });
    expect(treesOf(memory)).toBe('handle-ticket\n  classify\n  tool:lookup_account');
    expect(only(memory.traces)).toMatchObject({
      userId: 'user_42',
      output: { resolution: 'refunded' },
      usage: { inputTokens: 50, outputTokens: 12, totalTokens: 62 },
    });
  });

  it('A53 works from callbacks that know nothing of the trace', async () => {
    const { tracer, memory } = startRecording();
    const trace = tracer.trace('job');
    const step = trace.span('callback');
    const { promise, resolve } = Promise.withResolvers<void>();
    setImmediate(() => {
      step.end({ output: 'called back' });
      resolve();
    });
    await promise;
    await trace.end();
    expect(spanNamed(only(memory.traces), 'callback').output).toBe('called back');
  });

  it('A58, A59 handles are synchronous, and stay open across await', async () => {
    const { tracer, memory } = startRecording();
    const answer = await tracer.trace('turn', async (trace) => {
      const generation = trace.generation('answer', { model: 'gpt-4.1-mini' });
      const text = await later(0, 'soon');
      generation.event('answered');
      expect(generation.end({ output: text })).toBeUndefined();
      return text;
    });
    expect(answer).toBe('soon');
    expect(treesOf(memory)).toBe('turn\n  answer');
  });

  it('A53 a span that ends after its trace is put in its place', async () => {
    const { tracer, memory } = startRecording();
    const trace = tracer.trace('turn');
    const late = trace.span('late');
    trace.span('early').end();
    void trace.end();
    expect(treesOf(memory)).toBe('turn\n  early');
    late.end();
    expect(treesOf(memory)).toBe('turn\n  late\n  early');
    expect(only(memory.traces)).toMatchObject({ rev: 2, amends: false });
  });
});

describe('what nobody ends', () => {
  it('A55, A56 is ended by shutdown as no_end, at level DEFAULT, with what it had', async () => {
    const { tracer, memory } = startRecording();
    const trace = tracer.trace('call');
    trace.generation('answer', { model: 'gpt-4.1-mini', input: 'half a question' });
    await tracer.shutdown();
    expect(treesOf(memory)).toBe('call  [no-end]\n  answer  [no-end]');
    const recorded = only(memory.traces);
    expect(spanNamed(recorded, 'answer')).toMatchObject({
      level: 'DEFAULT',
      outcome: 'no_end',
      input: 'half a question',
      model: 'gpt-4.1-mini',
    });
    expect(recorded).toMatchObject({ outcome: 'no_end', level: 'DEFAULT', errorCount: 0 });
  });

  it('A57 flush sends what has ended and closes nothing', async () => {
    const { tracer, memory } = startRecording();
    const trace = tracer.trace('call');
    trace.span('done').end();
    expect(await tracer.flush()).toEqual({ sent: 0, dropped: 0, pending: 0, reasons: {} });
    expect(trace.rootSpan?.outcome).toBe('running');
    await trace.end();
    expect(treesOf(memory)).toBe('call\n  done');
    expect(await tracer.flush()).toMatchObject({ sent: 2 });
  });

  it.each([
    ['quietly', 0],
    ['at once', 3],
    ['with an exception', 1],
  ])('A55, A56, A57, T37 is stored when a process ends %s', async (ending, code) => {
    const folder = await mkdtemp(join(tmpdir(), 'clew-dangling-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'traces.ndjson');
    expect((await runProgram('dangling', [file, ending])).code).toBe(code);
    const stored: unknown = JSON.parse(await readFile(file, 'utf8'));
    expect(stored).toMatchObject({
      name: 'call',
      outcome: 'no_end',
      level: 'DEFAULT',
      metadata: { attached: true },
      spans: [
        { name: 'call', outcome: 'no_end', level: 'DEFAULT' },
        { name: 'done', outcome: 'ok', output: 'kept' },
        { name: 'answer', outcome: 'no_end', level: 'DEFAULT', input: 'half a question', model: 'gpt-4.1-mini' },
      ],
    });
  });
});

it('A56 [no-end] stands in the tree beside its duration', async () => {
  const { tracer, memory } = startRecording();
  tracer.trace('call');
  await tracer.shutdown();
  expect(only(memory.traces).asTree()).toMatch(/^call {2}\[\d+ms\] {2}\[no-end\]$/);
  expect(treeOf(only(memory.traces))).toBe('call  [no-end]');
});
