import { voice } from '@livekit/agents';
import { describe, expect, it } from 'vitest';
import type { Attach } from '../../../fixtures/livekit/conversation.ts';
import { RecordedSession } from '../../../fixtures/livekit/recorded-session.ts';
import * as scenarios from '../../../fixtures/livekit/scenarios.ts';

const { AgentSessionEventTypes } = voice;

/** What LiveKit itself does, and in which order: what the bridge is built on. */
describe.concurrent('the events of a real session', () => {
  it('greets', async () => {
    expect(await sequenceOf(scenarios.greeting)).toEqual([
      ...start,
      ...said('Hello, how can I help?'),
      // What `say` says is no item of its speech.
      'speech S1 done',
      'close user_initiated',
    ]);
  });

  it('answers with a tool: two requests, one speech', async () => {
    expect(await sequenceOf(scenarios.toolTurn)).toEqual([
      ...start,
      ...asked('What is the weather in Paris'),
      'metrics llm_metrics S1',
      'tools get_weather:ok',
      'metrics llm_metrics S1',
      ...spoken('Nineteen degrees.'),
      'speech S1 done function_call function_call_output message',
      'close user_initiated',
    ]);
  });

  it('pauses for a noise, and tells of it after it speaks again', async () => {
    expect(await sequenceOf(scenarios.falseInterruption)).toEqual([
      ...start,
      ...storyBegun,
      'user listening > speaking',
      'agent speaking > listening',
      'user speaking > listening',
      'agent listening > speaking',
      'false interruption resumed',
      'playback finished',
      `item assistant "${story}"`,
      'agent speaking > listening',
      'speech S1 done message',
      'close user_initiated',
    ]);
  });

  it('gives the interrupted speech up after the next one has begun to be made', async () => {
    expect(await sequenceOf(scenarios.bargeIn)).toEqual([
      ...start,
      ...storyBegun,
      'user listening > speaking',
      'agent speaking > listening',
      'heard interim "Stop that"',
      'user speaking > listening',
      'heard final "Stop that is enough"',
      ...accepted('Stop that is enough', 'S2'),
      ...interrupted,
      'speech S1 done interrupted message',
      'metrics llm_metrics S2',
      ...spoken('I will stop.', 'S2'),
      'speech S2 done message',
      'close user_initiated',
    ]);
  });

  it('gives the interrupted speech up at once, where it cannot be paused', async () => {
    expect(await sequenceOf((attach) => scenarios.bargeIn(attach, { isPausable: false }))).toEqual([
      ...start,
      ...storyBegun,
      'user listening > speaking',
      ...interrupted,
      'agent speaking > listening',
      'speech S1 done interrupted message',
      'heard interim "Stop that"',
      'user speaking > listening',
      'heard final "Stop that is enough"',
      ...accepted('Stop that is enough', 'S2'),
      'metrics llm_metrics S2',
      ...spoken('I will stop.', 'S2'),
      'speech S2 done message',
      'close user_initiated',
    ]);
  });

  it('gives a speech that cannot be paused up for a noise', async () => {
    expect(await sequenceOf(scenarios.noiseInterruption)).toEqual([
      ...start,
      ...storyBegun,
      'user listening > speaking',
      ...interrupted,
      'agent speaking > listening',
      'speech S1 done interrupted message',
      'user speaking > listening',
      'close user_initiated',
    ]);
  });

  it('does not hear who speaks over what may not be interrupted', async () => {
    const words = said('This call is recorded, which I have to tell you.');
    expect(await sequenceOf(scenarios.uninterruptibleSay)).toEqual([
      ...start,
      ...words.slice(0, 4),
      'user listening > speaking',
      'user speaking > listening',
      ...words.slice(4),
      'speech S1 done',
      'close user_initiated',
    ]);
  });

  it('measures an answer that it throws away', async () => {
    expect(await sequenceOf(scenarios.preemptiveDiscard)).toEqual([
      ...start,
      ...heard('I would like'),
      'speech S1 generate_reply',
      'metrics llm_metrics S1',
      ...heard('two tickets please'),
      'speech S2 generate_reply',
      'speech S1 done interrupted',
      'metrics llm_metrics S2',
      ...accepted('I would like two tickets please', 'S2').slice(1),
      ...spoken('I see.', 'S2'),
      'speech S2 done message',
      'close user_initiated',
    ]);
  });

  it('makes one message of a sentence with a pause', async () => {
    const [started, interim, stopped, final] = heard('two tickets please');
    expect(await sequenceOf(scenarios.pauseInSentence)).toEqual([
      ...start,
      ...heard('I would like').slice(0, 3),
      started,
      'heard final "I would like"',
      interim,
      stopped,
      final,
      ...accepted('I would like two tickets please'),
      'metrics llm_metrics S1',
      ...spoken('I see.'),
      'speech S1 done message',
      'close user_initiated',
    ]);
  });

  it('hands over, with two messages in one speech', async () => {
    expect(await sequenceOf(scenarios.handoff)).toEqual([
      ...start,
      ...asked('I want to buy something'),
      'metrics llm_metrics S1',
      ...spoken('Transferring you.').slice(0, -1),
      'agent speaking > thinking',
      'tools transfer:ok',
      'metrics llm_metrics S1',
      ...spoken('Okay, one moment.'),
      'speech S1 done function_call function_call_output message message',
      'item handoff support > sales',
      ...said('Sales here.', 'S2'),
      'speech S2 done',
      'close user_initiated',
    ]);
  });

  it('ends with the error that nothing can be done about', async () => {
    expect(await sequenceOf(scenarios.fatalFailure)).toEqual([
      ...start,
      ...asked('Is anybody there'),
      'error llm_error recoverable',
      'error llm_error recoverable',
      'error llm_error fatal',
      'speech S1 done interrupted',
      'metrics llm_metrics S1 cancelled',
      'agent thinking > listening',
      'close error llm_error fatal',
    ]);
  });

  it('asks a model that failed again, if anybody listens to its errors', async () => {
    expect(await sequenceOf(scenarios.recoverableFailure)).toEqual([
      ...start,
      ...asked('Is anybody there'),
      'error llm_error recoverable',
      'metrics llm_metrics S1',
      ...spoken('I see.'),
      'speech S1 done message',
      'close user_initiated',
    ]);
  });

  it('says nothing after a failure that nobody listens to', async () => {
    expect(await sequenceOf(scenarios.recoverableFailure, { listensToErrors: false })).toEqual([
      ...start,
      ...asked('Is anybody there'),
      'metrics llm_metrics S1',
      'agent thinking > listening',
      'speech S1 done',
      'close user_initiated',
    ]);
  });

  it('writes', async () => {
    expect(await sequenceOf(scenarios.textOnly)).toEqual([
      ...start,
      'speech S1 generate_reply',
      'item user "Good morning"',
      'agent listening > thinking',
      'agent thinking > speaking',
      'metrics llm_metrics S1',
      'item assistant "I see."',
      'agent speaking > listening',
      'speech S1 done message',
      'close user_initiated',
    ]);
  });

  it('does not close what never started', async () => {
    expect(await sequenceOf(scenarios.failedStart)).toEqual(['item handoff none > support']);
  });

  it('is done with a speech before its message, when it is closed', async () => {
    expect(await sequenceOf(scenarios.closedWhileSpeaking)).toEqual([
      ...start,
      ...storyBegun,
      'speech S1 done interrupted',
      ...interrupted,
      'agent speaking > listening',
      'close user_initiated',
    ]);
  });

  it('writes down what a realtime model heard after it has answered', async () => {
    expect(await sequenceOf(scenarios.realtimeModel)).toEqual([
      ...start,
      'user listening > speaking',
      'user speaking > listening',
      'heard interim ""',
      'speech S1 generate_reply unasked',
      'playback started',
      'agent listening > speaking',
      'metrics realtime_model_metrics',
      'heard final "Good morning"',
      'item user "Good morning"',
      ...ended('Good morning.'),
      'speech S1 done message',
      'user listening > speaking',
      'user speaking > listening',
      'heard interim ""',
      'speech S2 generate_reply unasked',
      'agent listening > thinking',
      'metrics realtime_model_metrics',
      'tools get_weather:ok',
      'speech S3 tool_response unasked',
      'speech S2 done function_call function_call_output',
      'playback started',
      'agent thinking > speaking',
      'metrics realtime_model_metrics',
      'heard final "What is the weather in Paris"',
      'item user "What is the weather in Paris"',
      ...ended('Nineteen degrees.'),
      'speech S3 done message',
      'close user_initiated',
    ]);
  });

  it('asks whether it is interrupted, and stops', async () => {
    expect(await sequenceOf(scenarios.adaptive)).toEqual([
      ...start,
      ...storyBegun,
      'user listening > speaking',
      'overlap interruption',
      'metrics interruption_metrics',
      'agent speaking > listening',
      'heard interim "Stop that"',
      'user speaking > listening',
      'heard final "Stop that is enough"',
      ...accepted('Stop that is enough', 'S2'),
      ...interrupted,
      'speech S1 done interrupted message',
      'metrics llm_metrics S2',
      ...spoken('I will stop.', 'S2'),
      'speech S2 done message',
      'close user_initiated',
    ]);
  });

  it('asks whether it is interrupted, and goes on', async () => {
    expect(await sequenceOf((attach) => scenarios.adaptive(attach, { isInterruption: false }))).toEqual([
      ...start,
      ...storyBegun,
      'user listening > speaking',
      'user speaking > listening',
      'overlap backchannel',
      'metrics interruption_metrics',
      ...ended(story),
      'speech S1 done message',
      'close user_initiated',
    ]);
  });

  it('notices that nobody says anything', async () => {
    const [, ...rest] = asked('I am back');
    expect(await sequenceOf(scenarios.awayUser)).toEqual([
      ...start,
      'user listening > away',
      'user away > speaking',
      ...rest,
      'metrics llm_metrics S1',
      ...spoken('I see.'),
      'speech S1 done message',
      'close user_initiated',
    ]);
  });

  it('does not mix two sessions up', async () => {
    const recorded: RecordedSession[] = [];
    await scenarios.twoSessions((session, { speaker }) => recorded.push(new RecordedSession(session, { speaker })));
    const alone = [await sequenceOf(scenarios.greeting), await sequenceOf(scenarios.toolTurn)];
    expect(recorded.map(({ sequence }) => sequence)).toEqual(alone);
  });

  it('speaks its current speech whenever the agent speaks', async () => {
    const created: string[] = [];
    const current: (string | undefined)[] = [];
    await scenarios.bargeIn((session) => {
      session.on(AgentSessionEventTypes.SpeechCreated, ({ speechHandle }) => created.push(speechHandle.id));
      session.on(AgentSessionEventTypes.AgentStateChanged, ({ newState }) => {
        if (newState === 'speaking') current.push(session._activity?.currentSpeech?.id);
      });
    });
    expect(current).toEqual(created);
  });
});

const story = 'Once upon a time there was a very small robot that learned to sing.';
const start = ['item handoff none > support', 'agent initializing > listening'];
const interrupted = ['playback finished interrupted', `item assistant "${story}" interrupted`];

const storyBegun = [
  ...asked('Tell me a story'),
  'metrics llm_metrics S1',
  'playback started',
  'agent thinking > speaking',
  'metrics tts_metrics S1',
];

type Scenario = (attach: Attach) => Promise<unknown>;

async function sequenceOf(scenario: Scenario, { listensToErrors = true } = {}): Promise<readonly string[]> {
  const recorded: RecordedSession[] = [];
  await scenario((session, { speaker }) => recorded.push(new RecordedSession(session, { speaker, listensToErrors })));
  return recorded.flatMap(({ sequence }) => sequence);
}

function heard(text: string): readonly string[] {
  const interim = text.split(' ').slice(0, 2).join(' ');
  return [
    'user listening > speaking',
    `heard interim "${interim}"`,
    'user speaking > listening',
    `heard final "${text}"`,
  ];
}

function accepted(text: string, speech = 'S1'): readonly string[] {
  return [
    `speech ${speech} generate_reply`,
    `metrics eou_metrics ${speech}`,
    `item user "${text}"`,
    'agent listening > thinking',
  ];
}

function asked(text: string): readonly string[] {
  return [...heard(text), ...accepted(text)];
}

function ended(text: string): readonly string[] {
  return ['playback finished', `item assistant "${text}"`, 'agent speaking > listening'];
}

function spoken(text: string, speech = 'S1'): readonly string[] {
  return ['playback started', 'agent thinking > speaking', `metrics tts_metrics ${speech}`, ...ended(text)];
}

function said(text: string, speech = 'S1'): readonly string[] {
  const [started, , ...rest] = spoken(text, speech);
  return [`speech ${speech} say`, started ?? '', 'agent listening > speaking', ...rest];
}
