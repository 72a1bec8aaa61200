import * as fc from 'fast-check';
import type { FakeSession, FakeSpeech } from './fake-session.ts';
import { eouMetrics, interruptionMetrics, llmMetrics, realtimeMetrics, sttMetrics, ttsMetrics } from './metrics.ts';

/** A call that anything happens in, and what must be in its record whatever else does. */
export interface Expected {
  readonly session: FakeSession;
  readonly texts: string[];
  readonly speeches: FakeSpeech[];
  recognisedMs: number;
}

/** Something that LiveKit tells as it should, `number` being its place in the sequence. */
type WellFormed = (expected: Expected, number: number) => void;

const states = ['speaking', 'listening', 'thinking', 'speaking', 'idle'] as const;

const wellFormed: Readonly<Record<string, WellFormed>> = {
  'the user speaks': ({ session }) => session.user('speaking'),
  'the user has spoken': ({ session }) => session.user('listening'),
  'the user is away': ({ session }) => session.user('away'),
  'an interim transcript': ({ session }) => session.interim('I'),
  'a final transcript': ({ session }, number) => session.final(`words ${number}`),
  'a message': ({ session }, number) => session.said('user', `message ${number}`),
  'a speech': ({ session, speeches }, number) => speeches.push(session.speech(`S${number}`)),
  'an agent’s state': ({ session, speeches }, number) =>
    session.agent(states[number % states.length] ?? 'idle', speeches[number % (speeches.length + 1)]),
  'an answer': ({ session, speeches }, number) => session.said('assistant', 'Well.', speechAt(speeches, number)),
  'an interrupted answer': ({ session, speeches }, number) =>
    session.said('assistant', 'We', { ...speechAt(speeches, number), interrupted: true }),
  'the end of a speech': ({ speeches }, number) =>
    speeches[number % Math.max(1, speeches.length)]?.finish({ interrupted: number % 2 === 0 }),
  'a false interruption': ({ session }) => session.falseInterruption(),
  'an interruption': ({ session }) => session.measured(interruptionMetrics(true, 200)),
  'a backchannel': ({ session }) => session.measured(interruptionMetrics(false, 200)),
  'the end of an utterance': ({ session, speeches }, number) =>
    session.measured(eouMetrics(speeches[number % (speeches.length + 1)]?.id)),
  'a recogniser’s numbers': (expected) => {
    expected.session.measured(sttMetrics(100));
    expected.recognisedMs += 100;
  },
  'a model’s numbers': ({ session, speeches, texts }, number) => {
    session.measured(llmMetrics(speeches[number % (speeches.length + 1)]?.id, { requestId: `thought-${number}-` }));
    texts.push(`"thought-${number}-"`);
  },
  'a realtime model’s numbers': ({ session, texts }, number) => {
    session.measured(realtimeMetrics(`response-${number}-`));
    texts.push(`"response-${number}-"`);
  },
  'a voice’s numbers': ({ session, speeches, texts }, number) => {
    session.measured(ttsMetrics(speeches[number % (speeches.length + 1)]?.id, { requestId: `spoken-${number}-` }));
    texts.push(`"spoken-${number}-"`);
  },
  'a tool': ({ session, texts }, number) => {
    session.tools({ name: `number_${number}`, from: 0, until: 1 });
    texts.push(`"tool:number_${number}"`);
  },
  'a failure': ({ session, texts }, number) => {
    session.fail(`failure ${number}`, { recoverable: number % 2 === 0 });
    texts.push(`"failure ${number}"`);
  },
  'a handover': ({ session, texts }, number) => {
    session.handoff(`agent-${number}`, 'support');
    texts.push(`"agent-${number}"`);
  },
};

function speechAt(speeches: readonly FakeSpeech[], number: number): { readonly speech?: FakeSpeech } {
  const speech = speeches[number % (speeches.length + 1)];
  return speech === undefined ? {} : { speech };
}

const names =
  'user_state_changed agent_state_changed user_input_transcribed conversation_item_added speech_created ' +
  'metrics_collected function_tools_executed agent_false_interruption error';
const keys =
  'type oldState newState transcript isFinal item role textContent interrupted error resumed speechHandle id chatItems ' +
  'addDoneCallback source metrics metadata durationMs ttftMs detectionDelay numInterruptions numBackchannels speechId ' +
  'requestId e2eLatency recoverable functionCalls functionCallOutputs name args output isError endOfUtteranceDelayMs';
const eventNames = names.split(' ');

export function refuse(): never {
  throw new Error('hostile');
}

/** Made when it is told: fast-check itself asks too much of what is hostile. */
const hostile: Readonly<Record<string, () => unknown>> = {
  'a Proxy that throws': () => new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse }),
  'a getter that throws': () =>
    Object.defineProperty({}, 'newState', { get: refuse, enumerable: true, configurable: true }),
  'a function that throws': () => refuse,
  'a handle that throws': () => ({
    speechHandle: Object.defineProperties(
      { id: 'S-hostile', addDoneCallback: () => {} },
      { interrupted: { get: refuse }, chatItems: { get: refuse } },
    ),
  }),
  'a handle that is done at once': () => ({
    speechHandle: { id: 'S-done', addDoneCallback: (done: () => void) => [done(), done()] },
  }),
  'a handle that takes no callback': () => ({ speechHandle: { id: 'S-deaf', addDoneCallback: refuse } }),
};

export interface Step {
  readonly kind: string;
  readonly number: number;
  readonly passedMs: number;
  readonly payload: unknown;
}

const field = fc.oneof(
  fc.constantFrom(
    Number.NaN,
    -1,
    Infinity,
    -0,
    '',
    'speaking',
    'listening',
    'assistant',
    'user',
    null,
    undefined,
    true,
  ),
  fc.constantFrom('llm_metrics', 'tts_metrics', 'eou_metrics', 'interruption_metrics', 'message', 'agent_handoff', 7n),
  fc.anything({ maxDepth: 1 }),
);
const { payload } = fc.letrec<{ payload: object; value: unknown }>((tie) => ({
  payload: fc.dictionary(fc.constantFrom(...keys.split(' ')), tie('value'), { maxKeys: 6 }),
  value: fc.oneof({ maxDepth: 3 }, field, tie('payload'), fc.array(tie('payload'), { maxLength: 2 })),
}));

export const anySteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...Object.keys(wellFormed)) },
      { weight: 1, arbitrary: fc.constantFrom(...eventNames, ...Object.keys(hostile)) },
    ),
    number: fc.nat(60),
    passedMs: fc.nat(400),
    payload: fc.oneof(payload, field),
  }),
  { maxLength: 40 },
);

/** Tells it to the session: as it should be told, or with anything for an argument. */
export function play(step: Step, number: number, expected: Expected): void {
  const tell = wellFormed[step.kind];
  if (tell !== undefined) return tell(expected, number);
  const make = hostile[step.kind];
  const name = make === undefined ? step.kind : (eventNames[step.number % eventNames.length] ?? '');
  const given = make === undefined ? step.payload : make();
  // Nobody listens to errors: LiveKit's own emitter throws then.
  if (name === 'error') expected.session.once('error', () => {});
  expected.session.emit(name, given);
}
