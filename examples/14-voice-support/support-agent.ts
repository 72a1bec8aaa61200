import { setTimeout as sleep } from 'node:timers/promises';
import { llm, voice } from '@livekit/agents';
import { z } from 'zod';

const instructions =
  'You are the support agent of a shop. Look accounts up before you answer. Say at most two sentences at a time.';

/** Slow, as databases are. */
async function findAccount(email: string): Promise<object> {
  await sleep(150);
  return { email, plan: 'pro', locked: true };
}

async function sendReset(email: string): Promise<object> {
  await sleep(80);
  if (!email.includes('@')) throw new Error('no such address');
  return { sent: true };
}

const email = z.object({ email: z.string() });

/** The agent of the example, the same in a real room and in the scripted call. */
export function createSupportAgent(): voice.Agent {
  return new voice.Agent({
    id: 'support',
    instructions,
    tools: [
      llm.tool({
        name: 'lookup_account',
        description: 'The account of an address',
        parameters: email,
        execute: (given) => findAccount(given.email),
      }),
      llm.tool({
        name: 'reset_password',
        description: 'Sends a link to an address',
        parameters: email,
        execute: (given) => sendReset(given.email),
      }),
    ],
  });
}
