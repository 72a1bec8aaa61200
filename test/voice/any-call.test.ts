import { InMemoryTraceExporter, type TraceRecord } from 'clew';
import { readTrace } from 'clew/store';
import { stageKinds, VoiceClient } from 'clew/voice';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordingLogger } from '../fixtures/recording-logger.ts';
import { call } from '../flows/untyped-call.ts';

/** An argument that is made when the call is made: fast-check itself asks too much of a hostile one. */
class Argument {
  readonly make: () => unknown;
  readonly #text: string;

  constructor(text: string, make: () => unknown) {
    this.#text = text;
    this.make = make;
  }

  [fc.toStringMethod](): string {
    return this.#text;
  }
}

/** One call of one method of whatever there is by then. */
interface Step {
  readonly method: string;
  readonly which: number;
  readonly args: readonly Argument[];
}

const methods = [
  'client.startSession session.userTurn session.agentTurn session.stage session.event',
  'session.setTransportQuality session.update session.end',
  'turn.stage turn.setTranscript turn.markInterrupted turn.setEndToEndLatency turn.markSpeechStart',
  'turn.markSpeechEnd turn.event turn.end turn.fail',
  'stage.setPayload stage.event stage.end stage.fail',
].flatMap((line) => line.split(' '));
/** What a method makes is there for the steps that follow. */
const makes = new Map([
  ['startSession', 'session'],
  ['userTurn', 'turn'],
  ['agentTurn', 'turn'],
  ['stage', 'stage'],
]);

function fail(): never {
  throw new Error('hostile');
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const hostile = [
  new Argument('a Proxy that throws', () => new Proxy({}, { get: fail, ownKeys: fail, has: fail })),
  new Argument('a revoked Proxy', revoked),
  new Argument('a getter that throws', () => Object.defineProperty({}, 'startedAt', { enumerable: true, get: fail })),
  new Argument('a text that cannot be made', () => ({ toString: fail, toJSON: fail, valueOf: fail })),
  new Argument('a symbol', () => Symbol('odd')),
];
const plain = fc
  .oneof(
    fc.constantFrom(Number.NaN, -1, Number.POSITIVE_INFINITY, 7n, null, undefined, ''),
    fc.nat(2_000),
    fc.string(),
    fc.anything({ withBigInt: true, withDate: true, maxDepth: 2 }),
  )
  // A time or a sum that is a number and no possible one would be written as such.
  .filter((given) => typeof given !== 'number' || !Number.isFinite(given) || Math.abs(given) <= 1e9)
  .map((value) => new Argument(fc.stringify(value), () => value));
const value = fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: fc.constantFrom(...hostile) });
const names = [
  'agentId agentVersion transport roomId userId externalSessionId tenantId session tags',
  'metadata startedAt endedAt speechId isReply isSpoken provider model responseId',
  'confidence language byTurnId interruptLatencyMs reason error mosScore jitterMs',
  'costUsd audioDurationMs finalTranscript promptTokens ttftMs ttfbMs textInput prompt',
].flatMap((line) => line.split(' '));
const options = fc
  .dictionary(fc.constantFrom(...names), value, { maxKeys: 5 })
  .map((given) => new Argument(fc.stringify(given), () => madeOf(given)));

function madeOf(given: Readonly<Record<string, Argument>>): object {
  return Object.fromEntries(Object.entries(given).map(([name, argument]) => [name, argument.make()]));
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    method: fc.constantFrom(...methods),
    which: fc.nat(20),
    args: fc.array(fc.oneof(options, value), { maxLength: 4 }),
  }),
  { maxLength: 30 },
);

async function play(list: readonly Step[]): Promise<readonly TraceRecord[]> {
  const memory = new InMemoryTraceExporter();
  const client = new VoiceClient({ exporter: memory, logger: new RecordingLogger() });
  const session = client.startSession({ agentId: 'support_v3' });
  const turn = session.userTurn();
  const made = new Map<string, object[]>([
    ['client', [client]],
    ['session', [session]],
    ['turn', [turn, session.agentTurn()]],
    ['stage', [turn.stage('stt'), session.stage('llm')]],
  ]);
  for (const { method, which, args } of list) {
    const [kind = '', name = ''] = method.split('.');
    const targets = made.get(kind) ?? [];
    const target = targets[which % targets.length];
    if (target === undefined) throw new Error(`there is always a ${kind}`);
    const given = args.map((argument) => argument.make());
    const result = call(target, name, ...(name === 'stage' ? [stageKinds[which % stageKinds.length]] : []), ...given);
    if (result instanceof Promise) await result;
    else if (result instanceof Object) made.get(makes.get(name) ?? '')?.push(result);
  }
  await client.shutdown();
  return memory.traces;
}

describe('any sequence of calls, with anything for arguments', () => {
  it('throws nothing, and leaves records that can be written, and read as themselves [V107]', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const traces = await play(list);
        expect(traces.length).toBeGreaterThan(0);
        for (const trace of traces) {
          const text = trace.text();
          expect(readTrace(text)?.text()).toBe(text);
          expect(trace.voice?.rollup.costUsd.total).toBeCloseTo(trace.costUsd ?? 0, 3);
        }
      }),
      { numRuns: 300 },
    );
  });
});
