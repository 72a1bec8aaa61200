import { field, parseJson, textOf } from '../json-value.ts';
import type { Message } from '../model.ts';

/** A request in either wire format, read into the words of the agent. */
export interface Conversation {
  system: string;
  messages: Message[];
  tools: string[];
}

export interface Line {
  text: string;
  calls: { name: string; input: Record<string, string> }[];
}

/** What the model says next. It depends on nothing but the conversation. */
export function nextLine(conversation: Conversation): Line {
  if (conversation.tools.length > 0) return nextStep(conversation.messages);
  const text = conversation.messages.map((message) => message.text).join('\n');
  return say(conversation.system.includes('one word') ? topicOf(text) : letter(text));
}

function nextStep(messages: Message[]): Line {
  const asked = messages.flatMap((message) => (message.role === 'assistant' ? message.toolCalls : []));
  const ticket = messages[0]?.text ?? '';
  if (asked.length === 0) return call('lookup_account', { email: /\S+@[\w.]+\w/.exec(ticket)?.[0] ?? 'unknown' });
  if (asked.length > 1) return say('done');
  const account = parseJson(messages.at(-1)?.text ?? '');
  return topicOf(ticket) === 'login'
    ? call('reset_password', { account_id: textOf(field(account, 'account_id')) })
    : call('refund_order', { order_id: textOf(field(account, 'last_order')) });
}

function topicOf(ticket: string): string {
  if (/password|log in/i.test(ticket)) return 'login';
  return /refund|charged/i.test(ticket) ? 'billing' : 'how-to';
}

function letter(brief: string): string {
  const name = /"name":"(\w+)"/.exec(brief)?.[1] ?? 'there';
  if (brief.includes('- reset_password:')) {
    return `Hi ${name}, a link to set a new password is on its way to you. It works for 30 minutes. \
If it does not arrive, just answer this message.`;
  }
  if (brief.includes('- refund_order failed:')) {
    return `Hi ${name}, you are right about the refund, and I am sorry: it did not go through from here. \
A colleague in billing will look at it today. You do not have to do anything.`;
  }
  const advice = /Articles:\n- [^:]+: (.+)/.exec(brief)?.[1] ?? 'I will ask a colleague and come back to you.';
  return `Hi ${name}, thanks for asking. ${advice} Tell me if anything is still hard to find.`;
}

function say(text: string): Line {
  return { text, calls: [] };
}

function call(name: string, input: Record<string, string>): Line {
  return { text: '', calls: [{ name, input }] };
}
