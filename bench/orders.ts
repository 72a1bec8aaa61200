import type { Sample } from './measurement.ts';
import type { Profile } from './profile.ts';

/** What the parent says to the process of a subject, and what it hears back. */
export type Order = 'round' | 'profile' | 'stop';

export type Answer =
  | { readonly type: 'ready' }
  | { readonly type: 'sample'; readonly sample: Sample }
  | ({ readonly type: 'profile' } & Profile)
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly message: string };

export function isOrder(message: unknown): message is Order {
  return message === 'round' || message === 'profile' || message === 'stop';
}

/** Enough of a check for a message from our own child: foreign code may send on the channel too, in another shape. */
export function isAnswer(message: unknown): message is Answer {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false;
  return ['ready', 'sample', 'profile', 'stopped', 'failed'].includes(String(message.type));
}
