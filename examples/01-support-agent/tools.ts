import { setTimeout as delay } from 'node:timers/promises';
import { traced } from 'clew';
import { TransientError } from './retry.ts';

// The back office, as plain functions. traced() is all the tracing they need.

const accounts = new Map([
  ['mara@example.com', { account_id: 'acc_17', name: 'Mara', plan: 'pro', last_order: 'ord_904' }],
  ['jonas@example.com', { account_id: 'acc_23', name: 'Jonas', plan: 'team', last_order: 'ord_911' }],
]);

export const lookupAccount = traced({ name: 'lookup_account', kind: 'tool' }, async ({ email }: { email: string }) => {
  await delay(18);
  const account = accounts.get(email.toLowerCase());
  if (!account) throw new Error(`no account for ${email}`);
  return account;
});

/** The mail gateway dozes off between two letters: the first call only wakes it. */
let gatewayAwake = false;

export const resetPassword = traced(
  { name: 'reset_password', kind: 'tool' },
  async ({ account_id }: { account_id: string }) => {
    await delay(gatewayAwake ? 24 : 60);
    gatewayAwake = !gatewayAwake;
    if (gatewayAwake) throw new TransientError('mail gateway timed out');
    return { account_id, link_sent: true, valid_minutes: 30 };
  },
);

export const refundOrder = traced(
  { name: 'refund_order', kind: 'tool' },
  async ({ order_id }: { order_id: string }): Promise<{ refunded: boolean }> => {
    await delay(35);
    throw new Error(`payment provider refused: ${order_id} is already settled`);
  },
);
