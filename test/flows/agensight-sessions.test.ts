import { span, trace, TraceStore, withTracer } from 'clew';
import { describe, expect, it } from 'vitest';
import { only, startRecording, treesOf } from './recording.ts';

class Worker {
  @trace({ name: 'do_task', session: 'user_123' })
  async overriding(): Promise<void> {
    await this.step();
  }

  @trace({ name: 'plain_task' })
  async plain(): Promise<void> {
    await this.step();
  }

  @span({ name: 'step' })
  async step(): Promise<void> {
    await Promise.resolve();
  }
}

const worker = new Worker();

describe('the session of a trace', () => {
  it('G22, G25 is the one it names itself, for that trace only; later ones are back with that of init', async () => {
    const { tracer, memory } = startRecording({ session: 'user_456' });
    await withTracer(tracer, async () => {
      await worker.plain();
      await worker.overriding();
      await worker.plain();
    });
    expect(memory.traces.map(({ sessionId }) => sessionId)).toEqual(['user_456', 'user_123', 'user_456']);
  });

  it('T47, G22 is kept apart from that of traces which run at the same time', async () => {
    const { tracer, memory } = startRecording({ session: 'A' });
    await withTracer(tracer, () =>
      Promise.all([
        worker.plain(),
        worker.overriding(),
        tracer.trace('by hand', { session: 'B' }, () => worker.step()),
        worker.plain(),
      ]),
    );
    const sessions = memory.traces.map(({ name, sessionId }) => `${name}: ${sessionId}`);
    expect(sessions.toSorted()).toEqual(['by hand: B', 'do_task: user_123', 'plain_task: A', 'plain_task: A']);
  });

  it('G22 takes nothing from the session of init where it has its own', () => {
    const { tracer, memory } = startRecording({ session: { id: 'A', name: 'from init', userId: 'u1' } });
    tracer.trace('own', { session: 'B' }, () => {});
    tracer.trace('theirs', () => {});
    expect(memory.traces).toMatchObject([
      { sessionId: 'B', sessionName: null, userId: null },
      { sessionId: 'A', sessionName: 'from init', userId: 'u1' },
    ]);
  });

  it('G8, G23 is an id where it is a text', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('a', { session: 'user_123' }, () => {});
    tracer.trace('b', { sessionId: 'user_124' }, () => {});
    expect(memory.traces).toMatchObject([
      { sessionId: 'user_123', sessionName: null },
      { sessionId: 'user_124', sessionName: null },
    ]);
  });

  it('G8, G24 may have a name and a user, in either spelling; the trace’s own user wins', () => {
    const { tracer, memory } = startRecording();
    tracer.trace('a', { session: { id: 's', name: 'chat', user_id: 'u1' } }, () => {});
    tracer.trace('b', { session: { id: 's', userId: 'u2' } }, () => {});
    tracer.trace('c', { session: { id: 's', userId: 'u2' }, userId: 'u3' }, () => {});
    expect(memory.traces).toMatchObject([
      { sessionId: 's', sessionName: 'chat', userId: 'u1' },
      { sessionId: 's', sessionName: null, userId: 'u2' },
      { sessionId: 's', userId: 'u3' },
    ]);
  });

  it('G26 is on the record, so that whatever stores it can be asked by session', async () => {
    const store = new TraceStore();
    const { tracer } = startRecording({ store });
    for (const session of ['a', 'b', 'a']) tracer.trace(`of ${session}`, { session }, () => {});
    const traces = await store.last();
    const wire = traces.map((recorded) => recorded.toJSON());
    expect(wire.filter((recorded) => recorded['session_id'] === 'a')).toHaveLength(2);
  });

  it('can be told later, while the trace is open', () => {
    const { tracer, memory } = startRecording({ session: 'A' });
    tracer.trace('call', (open) => {
      expect(open.sessionId).toBe('A');
      open.update({ session: { id: 'B', name: 'found later' } });
    });
    expect(only(memory.traces)).toMatchObject({ sessionId: 'B', sessionName: 'found later' });
  });
});

it('G27 multi-agent chat: one trace, its own session, two spans named llm with what went in and out', async () => {
  class Chat {
    @trace({ name: 'multi_agent_chat', session: 'user_789' })
    async run(question: string): Promise<string> {
      const plan = await this.llm([{ role: 'user', content: question }]);
      const answer = await this.llm([{ role: 'user', content: plan.content }]);
      return answer.content;
    }

    @span({ name: 'llm' })
    async llm(messages: readonly { role: string; content: string }[]): Promise<{ content: string }> {
      await Promise.resolve();
      return { content: `re: ${messages[0]?.content ?? ''}` };
    }
  }
  const { tracer, memory } = startRecording({ session: 'user_456' });
  await withTracer(tracer, () => new Chat().run('weather'));
  const recorded = only(memory.traces);
  expect(treesOf(memory)).toBe('multi_agent_chat\n  llm\n  llm');
  expect(recorded).toMatchObject({ sessionId: 'user_789', input: { question: 'weather' }, output: 're: re: weather' });
  expect(recorded.spans.slice(1).map(({ input, output }) => [input, output])).toEqual([
    [{ messages: [{ role: 'user', content: 'weather' }] }, { content: 're: weather' }],
    [{ messages: [{ role: 'user', content: 're: weather' }] }, { content: 're: re: weather' }],
  ]);
});
