import { voice } from '@livekit/agents';
import { afterAll, describe, expect, it } from 'vitest';
import type { Attach } from '../../fixtures/livekit/conversation.ts';
import { RecordedSession } from '../../fixtures/livekit/recorded-session.ts';
import * as scenarios from '../../fixtures/livekit/scenarios.ts';
import { RealCalls } from './real-calls.ts';

const calls = new RealCalls();
afterAll(async () => {
  await calls.shutdown();
  calls.remove();
});

/** Every event of a session and its speaker, in order. */
async function sequenceOf(
  scenario: Scenario,
  isAttached: boolean,
  listensToErrors: boolean,
): Promise<readonly string[]> {
  const recorded: RecordedSession[] = [];
  const attach = calls.attach('call');
  await scenario((session, conversation) => {
    if (isAttached) attach(session, conversation);
    recorded.push(new RecordedSession(session, { speaker: conversation.speaker, listensToErrors }));
    expect(session.listenerCount(voice.AgentSessionEventTypes.Error)).toBe(listensToErrors ? 1 : 0);
  });
  return recorded.flatMap(({ sequence }) => sequence);
}

type Scenario = (attach: Attach) => Promise<unknown>;

/** On a machine that is busy for long a transcript may come before or after what it usually follows. */
describe.concurrent('a real session that is listened to', { retry: 2 }, () => {
  it.for<readonly [name: string, scenario: Scenario, listensToErrors: boolean]>([
    ['a turn with a tool', scenarios.toolTurn, true],
    ['a barge-in', (attach) => scenarios.bargeIn(attach), true],
    ['a failure that LiveKit is asked to mend', scenarios.recoverableFailure, true],
    ['a failure that nobody listens to', scenarios.recoverableFailure, false],
  ])('V107 does what it does without: %s', async ([, scenario, listensToErrors]) => {
    const [alone, attached] = await Promise.all([
      sequenceOf(scenario, false, listensToErrors),
      sequenceOf(scenario, true, listensToErrors),
    ]);
    expect(attached).toEqual(alone);
    expect(alone.length).toBeGreaterThan(8);
  });
});
