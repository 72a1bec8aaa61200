import { createTracer, getTracer, InMemoryTraceExporter, type Tracer, type TracerOptions } from 'clew';
import { agentTurn, currentSession, currentTurn, stage, userTurn, VoiceClient, type VoiceSession } from 'clew/voice';
import { readTrace } from 'clew/store';
import { describe, expect, it } from 'vitest';
import { only, spanNamed, startRecording, type Recording } from './recording.ts';
import { call } from './untyped-call.ts';

class Receptionist {
  @userTurn
  hear(text: string): string {
    return this.understand(text);
  }

  @stage('nlu')
  understand(text: string): string {
    return text.toUpperCase();
  }

  @agentTurn
  async *answer(): AsyncGenerator<string> {
    yield 'For what ';
    yield 'time?';
  }
}

/** Everything that can be called of a call, once. */
async function useEverything(tracer: Tracer): Promise<VoiceSession> {
  const client = new VoiceClient({ tracer });
  const session = client.startSession({ agentId: 'support_v3', metadata: { a: 1 }, tags: ['t'], tenantId: 1 });
  const agent = session.agentTurn({ speechId: 's', isReply: false });
  session.userTurn((turn) => {
    turn.stage('stt', (stt) => stt.setPayload({ finalTranscript: 'hello' }));
    turn.setTranscript('hello', { confidence: 1 });
    turn.markInterrupted({ byTurnId: agent.turnId, interruptLatencyMs: 5 });
    turn.event('barge_in', {});
    turn.markSpeechEnd();
  });
  agent.markSpeechStart();
  agent.setEndToEndLatency(5);
  using tts = agent.stage('tts');
  tts.setPayload({ textInput: 'hi' });
  tts.event('first byte');
  expect(tts.run(() => 42)).toBe(42);
  agent.fail(new Error('no'));
  agent.setTranscript('late');
  session.setTransportQuality({ mosScore: 4 });
  session.update({ roomId: 'r' });
  session.event('dtmf');
  const receptionist = new Receptionist();
  expect(session.run(() => receptionist.hear('a table'))).toBe('A TABLE');
  const parts: string[] = [];
  for await (const part of session.run(() => receptionist.answer())) parts.push(part);
  expect(parts).toEqual(['For what ', 'time?']);
  expect(await session.agentTurn(async (turn) => turn.stage('llm', async () => 42))).toBe(42);
  await expect(session.agentTurn(async () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  await client.flush();
  await session.end({ reason: 'user_left' });
  await client.shutdown();
  return session;
}

describe('tracing that is off', () => {
  const memory = new InMemoryTraceExporter();
  const off: readonly [string, () => Tracer][] = [
    ['before init', () => getTracer()],
    ['with enabled: false', () => createTracer({ exporter: memory, enabled: false })],
    ['in mode off', () => createTracer({ mode: 'off' })],
    ['sampled out', () => createTracer({ exporter: memory, sampleRate: 0, keepErrors: false })],
  ];
  it.each(off)('V107 %s: everything can be called, the code runs as ever, and nothing is recorded', async (_, make) => {
    const session = await useEverything(make());
    expect([session.status, session.span.isRecording]).toEqual(['ended', false]);
    expect([memory.traces, memory.spans]).toEqual([[], []]);
  });

  it('V107 after its shutdown: the same', async () => {
    const { tracer, memory: own } = startRecording();
    await tracer.shutdown();
    await useEverything(tracer);
    expect(own.traces).toEqual([]);
  });

  it('C11 keeps a call in which something failed, though it was sampled out', async () => {
    const { tracer, memory: own } = startRecording({ sampleRate: 0 });
    await useEverything(tracer);
    expect(only(own.traces)).toMatchObject({ kind: 'voice', sampling: { reason: 'error' }, errorCount: 2 });
    const quiet = new VoiceClient({ tracer: createTracer({ exporter: own, sampleRate: 0 }) });
    await quiet.startSession({ agentId: 'fine' }).end();
    expect(own.traces).toHaveLength(1);
  });

  it('outside every call there is neither a session nor a turn, and decorated methods just run', () => {
    expect([currentSession(), currentTurn()]).toEqual([undefined, undefined]);
    const { tracer, memory: own, log } = startRecording();
    expect(new Receptionist().hear('a')).toBe('A');
    expect(tracer.trace('text', () => new Receptionist().hear('a'))).toBe('A');
    expect(own.traces.map(({ spans }) => spans.length)).toEqual([1]);
    expect(log.codes).toEqual(['debug no-voice-session']);
  });
});

/** Whatever is asked of it throws. */
const hostile: object = new Proxy(
  {},
  new Proxy(
    {},
    {
      get: () => () => {
        throw new Error('hostile');
      },
    },
  ),
);
const throwing = {
  get agentId(): never {
    throw new Error('no id');
  },
  get language(): never {
    throw new Error('no language');
  },
  get confidence(): never {
    throw new Error('no confidence');
  },
  get endedAt(): never {
    throw new Error('no time');
  },
  finalTranscript: 'kept',
  costUsd: 0.5,
};

describe('V107: nothing of a call throws into the program', () => {
  interface Call extends Recording {
    readonly session: VoiceSession;
  }
  function startCall(options: TracerOptions = {}): Call {
    const recording = startRecording(options);
    return { ...recording, session: new VoiceClient(recording).startSession({ agentId: 'support_v3' }) };
  }
  const nonsense: readonly [string, unknown][] = [
    ['null', null],
    ['a number', 7],
    ['a text', 'nonsense'],
    ['a list', [1]],
    ['a symbol', Symbol('odd')],
    ['a Proxy that throws', hostile],
    ['getters that throw', throwing],
  ];

  it.each(nonsense)('where %s stands for options', async (_, options) => {
    const { session, memory, tracer } = startCall();
    call(session, 'userTurn', options);
    call(session, 'agentTurn', options);
    call(session, 'stage', 'vad', options);
    call(session, 'update', options);
    call(session, 'setTransportQuality', options);
    const turn = session.userTurn();
    call(turn, 'stage', 'stt', options);
    call(turn, 'setTranscript', 'hello', options);
    call(turn, 'markInterrupted', options);
    const step = turn.stage('stt');
    call(step, 'setPayload', options);
    call(step, 'end', options);
    call(turn, 'end', options);
    await Promise.resolve(call(session, 'end', options));
    const client = new VoiceClient({ tracer });
    call(client, 'startSession', options);
    await Promise.resolve(call(client, 'flush', options));
    await Promise.resolve(call(client, 'shutdown', options));
    expect(memory.traces).toHaveLength(2);
    for (const trace of memory.traces) expect(JSON.parse(trace.text())).toMatchObject({ kind: 'voice' });
    expect(spanNamed(memory.traces[0] ?? { spans: [] }, 'stt')).toMatchObject({ outcome: 'ok' });
  });

  it('where a part of a payload cannot be read: the rest of it is kept', async () => {
    const { session, memory } = startCall();
    session.userTurn((turn) => turn.stage('stt', (stt) => void call(stt, 'setPayload', throwing)));
    await session.end();
    expect(spanNamed(only(memory.traces), 'stt')).toMatchObject({
      costUsd: 0.5,
      voice: { payload: { final_transcript: 'kept' } },
    });
  });

  it('where a body is no function: the turn is handed out', async () => {
    const { session, memory } = startCall();
    for (const body of [null, 7, 'run', {}]) {
      call(session, 'userTurn', {}, body);
      call(session, 'stage', 'vad', {}, body);
      call(session.agentTurn(), 'stage', 'llm', {}, body);
    }
    await session.end();
    expect(only(memory.traces).voice?.rollup).toMatchObject({ userTurns: 4, agentTurns: 4 });
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['NaN', Number.NaN],
    ['a bigint', 7n],
    ['a symbol', Symbol('tenant')],
    ['an object', { id: 7 }],
  ])('where %s stands for the tenant: the tracer’s holds, and the record can be written', async (_, tenantId) => {
    const { tracer, memory } = startRecording({ tenantId: 'acme' });
    const session = call(new VoiceClient({ tracer }), 'startSession', { agentId: 'a', tenantId });
    if (!(session instanceof Object)) throw new Error('no session');
    await Promise.resolve(call(session, 'end'));
    expect(JSON.parse(only(memory.traces).text())).toMatchObject({ tenant_id: 'acme' });
  });

  it.each<[string, unknown]>([
    ['a number', 7],
    ['a bigint', 7n],
    ['an object', { id: 7 }],
    ['a symbol', Symbol('speech')],
  ])('where %s stands for the id of a speech: the record can be written', async (_, speechId) => {
    const { session, memory } = startCall();
    call(session, 'userTurn', { speechId });
    await session.end();
    const voice = readTrace(only(memory.traces).text())?.spans[1]?.voice;
    expect(voice).toMatchObject({ role: 'user', speechId: expect.any(String) });
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['NaN', Number.NaN],
    ['a bigint', 7n],
    ['a symbol', Symbol('time')],
    ['a text', 'soon'],
  ])('where %s stands for a time, before and after the end of a turn', async (_, at) => {
    const { session, memory } = startCall();
    const user = session.userTurn();
    call(user, 'markSpeechStart', at);
    call(user, 'markSpeechEnd', at);
    call(user, 'event', 'early', {}, 'DEFAULT', at);
    user.end();
    call(user, 'markSpeechEnd', at);
    call(user, 'event', 'late', {}, 'DEFAULT', at);
    const agent = session.agentTurn();
    call(agent, 'markSpeechStart', at);
    call(agent, 'setEndToEndLatency', at);
    await session.end();
    const [, turn] = only(memory.traces).spans;
    expect(turn?.events.map(({ name }) => name)).toEqual(expect.arrayContaining(['early', 'late']));
    expect(JSON.parse(only(memory.traces).text())).toMatchObject({ spans: [{}, {}, { outcome: 'ok' }] });
  });
});
