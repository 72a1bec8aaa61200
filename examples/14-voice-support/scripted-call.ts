import { setTimeout as sleep } from 'node:timers/promises';
import { type Attach, Conversation } from '../../test/fixtures/livekit/conversation.ts';
import type { Reply } from '../../test/fixtures/livekit/language-model.ts';
import { createSupportAgent } from './support-agent.ts';

/** What the model would have said: to the caller's words, or to `tool:` and what a tool gave. */
function answer(input: string): Reply {
  const account = { email: 'ada@example.com' };
  const reset = { name: 'reset_password', args: account };
  if (input.startsWith('tool:') && input.includes('locked')) return { toolCalls: [reset] };
  if (input.startsWith('tool:')) return { text: 'I have sent you a link for a new password. It is good for an hour.' };
  if (/log in/.test(input)) return { text: 'One moment.', toolCalls: [{ name: 'lookup_account', args: account }] };
  if (/refund/.test(input)) {
    return {
      text: 'Refunds take three to five working days, and we write to you when yours is on its way to your bank.',
    };
  }
  return { text: 'You are welcome. Goodbye.' };
}

/** A call as callers make it: a greeting, two tools, a cough, a word in between, and goodbye. Some twenty seconds. */
export async function scriptedCall(attach: Attach): Promise<void> {
  await using call = await Conversation.start({
    attach,
    answer,
    agent: createSupportAgent(),
  });
  call.session.say('Hello, you have reached support. What can I do for you?');
  await call.settled();
  await call.userSays('I cannot log in, I am Ada', 1_400);
  await call.agentIs('speaking');
  await call.settled();
  await call.userSays('And what about my refund', 1_200);
  await call.agentIs('speaking');
  await sleep(700);
  await call.userCoughs(400);
  await call.agentIs('speaking');
  await sleep(900);
  await call.userSays('Thank you, that is all I wanted to know', 1_500);
  await call.agentIs('thinking');
  await call.settled();
}
