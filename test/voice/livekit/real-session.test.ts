import { voice } from '@livekit/agents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attach } from '../../fixtures/livekit/conversation.ts';
import * as scenarios from '../../fixtures/livekit/scenarios.ts';
import { RealCalls } from './real-calls.ts';

const calls = new RealCalls();

/** LiveKit goes on after an error only where somebody listens to errors, which an application does. */
function heedingErrors(name: string): Attach {
  const attach = calls.attach(name);
  return (session, conversation) => {
    attach(session, conversation);
    session.on(voice.AgentSessionEventTypes.Error, () => {});
  };
}

beforeAll(async () => {
  await Promise.all([
    scenarios.toolTurn(calls.attach('tool')),
    scenarios.falseInterruption(calls.attach('false interruption')),
    scenarios.bargeIn(calls.attach('barge-in')),
    scenarios.bargeIn(calls.attach('not pausable'), { isPausable: false }),
    scenarios.noiseInterruption(calls.attach('noise')),
    scenarios.uninterruptibleSay(calls.attach('uninterruptible')),
    scenarios.handoff(calls.attach('handoff')),
    scenarios.fatalFailure(heedingErrors('fatal')),
    scenarios.recoverableFailure(heedingErrors('recoverable')),
    scenarios.recoverableFailure(calls.attach('unheeded')),
    scenarios.textOnly(calls.attach('text')),
    scenarios.realtimeModel(calls.attach('realtime')),
    scenarios.adaptive(calls.attach('adaptive')),
    scenarios.adaptive(calls.attach('backchannel'), { isInterruption: false }),
    scenarios.failedStart(calls.attach('failed start')),
    scenarios.closedWhileSpeaking(calls.attach('closed')),
    scenarios.awayUser(calls.attach('away')),
    scenarios.twoSessions(calls.attach('two')),
  ]);
  await calls.shutdown();
}, 60_000);

afterAll(() => calls.remove());

const story = 'Once upon a time there was a very small robot that learned to sing.';

describe('who said what, in a real session', () => {
  it.for<readonly [name: string, said: readonly string[]]>([
    ['tool', ['user "What is the weather in Paris"', 'agent "Nineteen degrees."']],
    ['false interruption', ['user "Tell me a story"', `agent "${story}"`, 'user …']],
    [
      'barge-in',
      ['user "Tell me a story"', `agent "${story}" interrupted`, 'user "Stop that is enough"', 'agent "I will stop."'],
    ],
    [
      'not pausable',
      ['user "Tell me a story"', `agent "${story}" interrupted`, 'user "Stop that is enough"', 'agent "I will stop."'],
    ],
    ['noise', ['user "Tell me a story"', `agent "${story}" interrupted`, 'user …']],
    ['uninterruptible', ['agent "This call is recorded, which I have to tell you."', 'user …']],
    [
      'handoff',
      ['user "I want to buy something"', 'agent "Transferring you. Okay, one moment."', 'agent "Sales here."'],
    ],
    ['fatal', ['user "Is anybody there"', 'agent … interrupted']],
    ['recoverable', ['user "Is anybody there"', 'agent "I see."']],
    ['unheeded', ['user "Is anybody there"', 'agent …']],
    ['text', ['user "Good morning"', 'agent "I see."']],
    [
      'realtime',
      [
        'user "Good morning"',
        'agent "Good morning."',
        'user "What is the weather in Paris"',
        'agent "Nineteen degrees."',
      ],
    ],
    [
      'adaptive',
      ['user "Tell me a story"', `agent "${story}" interrupted`, 'user "Stop that is enough"', 'agent "I will stop."'],
    ],
    ['backchannel', ['user "Tell me a story"', `agent "${story}"`, 'user …']],
    ['failed start', []],
    ['closed', ['user "Tell me a story"', `agent "${story}" interrupted`]],
    ['away', ['user "I am back"', 'agent "I see."']],
    ['two', ['agent "Hello, how can I help?"']],
    ['two 2', ['user "What is the weather in Paris"', 'agent "Nineteen degrees."']],
  ])('V29–V34, V40 is told of each turn, once and in order: %s', ([name, said]) => {
    expect(calls.said(name)).toEqual(said);
    expect(calls.trace(name).voice?.status).toBe('ended');
  });
});

describe('a real session', () => {
  it('V107 has never given anything that could not be read', () => {
    expect(calls.log.lines).toEqual([]);
    expect(calls.observability.sessions).toEqual([]);
  });

  it('V35–V37, V133 has every stage, with the models that LiveKit names, and their price', () => {
    const [user, agent] = calls.turns('tool');
    const stages = [user, agent].flatMap((turn) =>
      turn?.below.map(({ name, provider, model }) => [name, provider, model]),
    );
    expect(stages).toEqual([
      ['stt', 'deepgram', 'nova-3'],
      ['vad', null, null],
      ['llm', 'openai', 'gpt-4.1-mini'],
      ['tool:get_weather', null, null],
      ['llm', 'openai', 'gpt-4.1-mini'],
      ['tts', 'cartesia', 'sonic-2'],
    ]);
    // 68 and 59 tokens in, a quarter of them cached, 13 and 2 out; 17 characters.
    expect(agent?.costUsd).toBeCloseTo(0.0000429 + 0.0000226 + 0.00085, 9);
    expect(calls.trace('tool').costUsd).toBeCloseTo(agent?.costUsd ?? 0, 9);
    expect(calls.trace('tool').unpriced).toEqual([]);
    expect(user?.confidence).toBe(0.97);
  });

  it('V36 has the tool, from when it ran until when it was done', () => {
    const tool = calls.turns('tool')[1]?.below.find(({ kind }) => kind === 'tool');
    expect(tool).toMatchObject({ output: { celsius: 19 }, outcome: 'ok' });
    // These upper bounds tell milliseconds from other units, and from the whole call; a busy machine is slower than the script.
    expect(tool?.durationMs).toBeGreaterThan(90);
    expect(tool?.durationMs).toBeLessThan(10_000);
  });

  it('V41, V42 has a time to first audio for each answer and for nothing else, and LiveKit’s own latency beside it', () => {
    const answers = ['tool', 'false interruption', 'recoverable', 'away'].map((name) => calls.turns(name)[1]);
    for (const answer of answers) {
      expect(answer?.ttfaMs).toBeGreaterThan(50);
      expect(answer?.ttfaMs).toBeLessThan(10_000);
      // The detector's 300 ms of silence, which the user waits for too.
      expect((answer?.e2eLatencyMs ?? 0) - (answer?.ttfaMs ?? 0)).toBeGreaterThan(150);
      expect((answer?.e2eLatencyMs ?? 0) - (answer?.ttfaMs ?? 0)).toBeLessThan(5_000);
    }
    const others = [
      calls.turns('two')[0],
      calls.turns('handoff')[2],
      calls.turns('uninterruptible')[0],
      calls.turns('text')[1],
    ];
    expect(others.map((turn) => turn?.ttfaMs)).toEqual([null, null, null, null]);
  });

  it.for(['barge-in', 'not pausable', 'noise', 'adaptive'])(
    'V38, V131 tells of a barge-in and how long it took: %s',
    (name) => {
      const [, broken, user] = calls.turns(name);
      expect(user?.interruptsTurnId).toBe(broken?.span.spanId);
      expect(user?.interruptLatencyMs).toBeGreaterThan(20);
      expect(user?.interruptLatencyMs).toBeLessThan(10_000);
      expect(user?.span.events.map((event) => event.name)).toEqual([
        'user_speech_start',
        'barge_in',
        'user_speech_end',
      ]);
      expect(calls.trace(name).voice?.rollup).toMatchObject({ interruptions: 1, failedInterrupts: 0 });
    },
  );

  it('V38 tells what the adaptive detector took to be sure', () => {
    const barge = calls.turns('adaptive')[2]?.span.events.find((event) => event.name === 'barge_in');
    expect(barge?.input).toMatchObject({ agent_turn_id: calls.turns('adaptive')[1]?.span.spanId });
    expect(barge?.input).toHaveProperty('detection_delay_ms', expect.any(Number));
  });

  it('V39, V130 tells noise and "mm-hmm" from it', () => {
    const eventsOf = (name: string) => calls.turns(name)[1]?.span.events.map((event) => event.name);
    expect(eventsOf('false interruption')).toEqual(['agent_speech_start', 'failed_interrupt', 'agent_speech_end']);
    expect(eventsOf('backchannel')).toEqual(['agent_speech_start', 'backchannel', 'agent_speech_end']);
    for (const name of ['false interruption', 'backchannel', 'uninterruptible', 'closed']) {
      expect(calls.trace(name).voice?.rollup.interruptions).toBe(0);
    }
  });

  it('V36 is an error where LiveKit gives up, and only a warning where it tries again', () => {
    expect(calls.trace('fatal')).toMatchObject({ outcome: 'error', voice: { endReason: 'error' } });
    expect(calls.turns('fatal')[1]?.span).toMatchObject({ level: 'ERROR', error: 'the model is overloaded' });
    expect(calls.trace('recoverable')).toMatchObject({ outcome: 'ok', errorCount: 0 });
    expect(calls.trace('recoverable').spans[0]?.events).toMatchObject([{ name: 'error', level: 'WARNING' }]);
    // Nobody listened to it: LiveKit said nothing, and did not try again.
    expect(calls.turns('unheeded')[1]?.span).toMatchObject({ outcome: 'error', error: 'the model is overloaded' });
  });

  it('V36, V134 has the price of sound for a model that hears and speaks', () => {
    const answers = calls.turns('realtime').filter(({ role }) => role === 'agent');
    // LiveKit tells whole milliseconds of tools: which began first may be seen the other way round.
    const names = answers.map(({ below }) => below.map(({ name }) => name).toSorted());
    expect(names).toEqual([['llm'], ['llm', 'llm', 'tool:get_weather']]);
    // 20 tokens of sound and 10 of text in, 15 and 5 out.
    expect(answers[0]?.costUsd).toBeCloseTo((20 * 32 + 10 * 4 + 15 * 64 + 5 * 16) / 1e6, 9);
    expect(answers[1]?.costUsd).toBeCloseTo((2 * (20 * 32 + 10 * 4 + 15 * 64 + 5 * 16)) / 1e6, 9);
  });

  it('V119 that never started is ended by shutdown', () => {
    expect(calls.trace('failed start').voice).toMatchObject({ status: 'ended', endReason: 'shutdown', audio: null });
  });
});

/** Made anew at each try: on a machine that is busy for long the agent answers before the user goes on. */
describe.concurrent('a real user who pauses in a sentence', { retry: 2 }, () => {
  const sentence = ['user "I would like two tickets please"', 'agent "I see."'];

  it('V128 has one turn', async ({ onTestFinished }) => {
    const own = new RealCalls();
    onTestFinished(() => own.remove());
    await scenarios.pauseInSentence(own.attach('pause'));
    await own.shutdown();
    expect(own.said('pause')).toEqual(sentence);
    expect(own.turns('pause')[1]?.ttfaMs).toBeGreaterThan(50);
    expect(own.trace('pause').voice?.rollup.interruptions).toBe(0);
  });

  it('V126 pays for the answer that was thrown away, on the turn that it was made for', async ({ onTestFinished }) => {
    const own = new RealCalls();
    onTestFinished(() => own.remove());
    await scenarios.preemptiveDiscard(own.attach('preemptive'));
    await own.shutdown();
    expect(own.said('preemptive')).toEqual(sentence);
    const [user, agent] = own.turns('preemptive');
    const discarded = user?.below.find(({ kind }) => kind === 'llm');
    expect(discarded?.metadata).toEqual({ preemptive_discarded: true });
    expect(discarded?.costUsd).toBeGreaterThan(0);
    expect(agent?.below.map(({ kind }) => kind)).toEqual(['llm', 'tts']);
  });
});
