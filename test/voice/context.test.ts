import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTracer, InMemoryTraceExporter, init, traced, withTracer } from 'clew';
import {
  agentTurn,
  currentSession,
  currentTurn,
  stage,
  startSession,
  userTurn,
  VoiceClient,
  type VoiceSession,
} from 'clew/voice';
import { describe, expect, it, onTestFinished } from 'vitest';
import { only, startRecording, treeOf, treesOf } from '../flows/recording.ts';

class Agent {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  async talk(): Promise<void> {
    for (let round = 0; round < 3; round += 1) {
      await this.hear();
      for await (const _word of this.answer()) await nextTurn();
    }
  }

  @userTurn
  async hear(): Promise<string> {
    await nextTurn();
    await this.transcribe();
    currentTurn()?.event('heard', this.#name);
    return `${this.#name} asks`;
  }

  @stage('stt')
  async transcribe(): Promise<string> {
    await nextTurn();
    return `${this.#name}: ${currentSession()?.agentId} ${currentTurn()?.role}`;
  }

  @agentTurn
  async *answer(): AsyncGenerator<string> {
    await nextTurn();
    yield this.#name;
    yield* this.speak();
  }

  @stage('tts')
  async *speak(): AsyncGenerator<string> {
    await nextTurn();
    yield `${currentSession()?.agentId} ${currentTurn()?.role}`;
  }
}

describe('calls at the same time', () => {
  it('do not mix, whatever they wait for', async () => {
    const { tracer, memory } = startRecording();
    const client = new VoiceClient({ tracer });
    const names = ['Ada', 'Bob', 'Cyd'];
    await Promise.all(
      names.map(async (name) => {
        const session = client.startSession({ agentId: name });
        await session.run(() => new Agent(name).talk());
        await session.end();
      }),
    );
    expect(memory.traces.map(({ name }) => name).toSorted()).toEqual(names);
    const round = ['  user_turn', '    stt', '  agent_turn', '    tts'];
    for (const trace of memory.traces) {
      expect(treeOf(trace)).toBe([trace.name, ...round, ...round, ...round].join('\n'));
      const text = trace.text();
      for (const other of names.filter((name) => name !== trace.name)) expect(text).not.toContain(other);
      expect(text).toContain(`${trace.name}: ${trace.name} user`);
      expect(trace.voice?.rollup).toMatchObject({ userTurns: 3, agentTurns: 3, ttfaMs: { n: 3 } });
    }
  });

  it('go to the tracers that they were begun with', async () => {
    const [first, second] = [startRecording(), startRecording()];
    const sessions: VoiceSession[] = [];
    for (const { tracer } of [first, second]) sessions.push(withTracer(tracer, () => startSession({ agentId: 'a' })));
    await Promise.all(sessions.map((session) => session.run(() => new Agent('x').talk())));
    for (const session of sessions) await session.end();
    for (const { memory } of [first, second]) expect(only(memory.traces).spans).toHaveLength(13);
  });
});

describe('the call and the turn of the running code', () => {
  it('are found in blocks, in what they call, and after waiting; outside there are none', async () => {
    const { tracer } = startRecording();
    const session = new VoiceClient({ tracer }).startSession({ agentId: 'a' });
    const seen = (): readonly unknown[] => [currentSession(), currentTurn()];
    const look = traced('look', seen);
    expect(seen()).toEqual([undefined, undefined]);
    expect(session.run(seen)).toEqual([session, undefined]);
    await session.userTurn(async (turn) => {
      expect(seen()).toEqual([session, turn]);
      await nextTurn();
      expect(await turn.stage('stt', async () => (await nextTurn(), look()))).toEqual([session, turn]);
      const open = turn.stage('nlu');
      expect(open.run(seen)).toEqual([session, turn]);
      expect(withTracer(createTracer({ mode: 'off' }), seen)).toEqual([undefined, undefined]);
    });
    const open = session.agentTurn();
    expect(seen()).toEqual([undefined, undefined]);
    expect(open.run(seen)).toEqual([session, open]);
    await session.end();
    expect(session.run(seen)).toEqual([undefined, undefined]);
  });

  it('are not those of a trace of its own that is begun inside', async () => {
    const { tracer, memory } = startRecording();
    const session = new VoiceClient({ tracer }).startSession({ agentId: 'a' });
    session.userTurn(() => {
      tracer.trace('apart', { root: true }, () =>
        expect([currentSession(), currentTurn()]).toEqual([undefined, undefined]),
      );
    });
    await session.end();
    expect(treesOf(memory)).toBe('apart\n\na\n  user_turn');
  });

  it('are those of the inner of two turns, and of two calls', async () => {
    const { tracer, memory } = startRecording();
    const client = new VoiceClient({ tracer });
    const [outer, inner] = [client.startSession({ agentId: 'outer' }), client.startSession({ agentId: 'inner' })];
    outer.agentTurn((turn) => {
      inner.userTurn((user) => expect([currentSession(), currentTurn()]).toEqual([inner, user]));
      outer.userTurn((user) => expect([currentSession(), currentTurn()]).toEqual([outer, user]));
      expect([currentSession(), currentTurn()]).toEqual([outer, turn]);
    });
    await inner.end();
    await outer.end();
    expect(treesOf(memory)).toBe('inner\n  user_turn\n\nouter\n  agent_turn\n  user_turn');
  });

  it('stay with work that a turn has begun, after its end', async () => {
    const { tracer, memory } = startRecording();
    const session = new VoiceClient({ tracer }).startSession({ agentId: 'a' });
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const later = session.userTurn((turn) => {
      const work = ended.then(() => currentTurn()?.setTranscript('heard at last'));
      return { turn, work };
    });
    expect(later.turn.isOpen).toBe(false);
    end();
    await later.work;
    await session.end();
    expect(only(memory.traces).spans[1]?.voice).toMatchObject({ transcript: 'heard at last' });
  });

  it('are found by whoever uses the tracer that init made', async () => {
    const memory = new InMemoryTraceExporter();
    const tracer = init({ exporter: memory });
    onTestFinished(async () => void (await tracer.shutdown()));
    const session = startSession({ agentId: 'a' });
    expect(session.run(() => currentSession())).toBe(session);
    await session.run(() => new Agent('x').hear());
    await session.end();
    expect(treesOf(memory)).toBe('a\n  user_turn\n    stt');
  });
});
