/**
 * One agent turn of five functions, with data of the size and shape a support agent passes around. The functions do next
 * to nothing, so that what is measured is the tracing. Every object is built anew on each call. Within a turn the same text
 * passes through several functions, as it does in an agent; from turn to turn only what belongs to the agent stays (its prompt,
 * the titles of its articles), so that a tracer which remembers texts gains no more by it than it would in use.
 */

export type StepKind = 'agent' | 'retriever' | 'reranker' | 'tool' | 'llm';

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What a careful user knows about a function when instrumenting it by hand. */
export interface Step<A extends unknown[], R> {
  readonly name: string;
  readonly kind: StepKind;
  readonly params: readonly string[];
  readonly model?: string;
  readonly provider?: string;
  /** The arguments as one value; written out for each step, as a user would, so that no generic loop is billed to a peer. */
  input(...args: A): unknown;
  usage?(output: R): Usage;
  responseId?(output: R): string;
}

export type Instrument = <A extends unknown[], R>(
  step: Step<A, R>,
  fn: (...args: A) => Promise<R>,
) => (...args: A) => Promise<R>;

export const sessionId = 'conv_20260114_0042';
export const userId = 'usr_7f31c9';

export interface Ticket {
  id: string;
  subject: string;
  body: string;
  channel: string;
  priority: number;
  createdAt: string;
  accountId: string;
  labels: string[];
}

interface Doc {
  id: string;
  title: string;
  url: string;
  text: string;
  updatedAt: string;
}

interface Ranking {
  id: string;
  score: number;
}

interface Account {
  id: string;
  plan: string;
  seats: number;
  balance: number;
  currency: string;
  active: boolean;
  renewsAt: string;
  lastOrder: { id: string; total: number; items: number; placedAt: string };
  password?: string;
}

interface Message {
  role: string;
  content: string;
}

interface Completion {
  id: string;
  object: string;
  created: number;
  model: string;
  choices: { index: number; message: Message; finish_reason: string }[];
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}

interface Reply {
  ticketId: string;
  status: string;
  answer: string;
  sources: string[];
}

const model = 'gpt-4.1-mini';
/** Turns until a text comes again; a pool and no concatenation in the turn, so that this costs the bare functions nothing. */
const variants = 4096;

function pool(text: (n: number) => string): readonly string[] {
  // Through a buffer, so that each string is in one piece, as one read from a socket is, and no tracer pays for joining it.
  return Array.from({ length: variants }, (_, n) => Buffer.from(text(n)).toString());
}

function timeOf(day: string, n: number): string {
  return new Date(Date.parse(day) + n * 86_413).toISOString();
}

const subjects = pool((n) => `Invoice ${4000 + n} was charged twice this month`);
const bodies = pool(
  (n) =>
    `Hello, the card on file was charged twice for invoice ${4000 + n}, once on the 3rd and once on the 5th. ` +
    `We have ${n % 40} seats on the team plan. Could you look into it and refund the second charge, please?`,
);
const passages = pool(
  (n) =>
    `Section ${n}. A duplicate charge is refunded within five working days; the second authorisation is released by the bank.`,
);
const answers = pool(
  (n) =>
    `You were charged twice for invoice ${4000 + n}. I have asked for a refund of the second charge, which takes up to ` +
    'five working days to appear on your statement. Nothing else on your plan has changed.',
);
const ticketTimes = pool((n) => timeOf('2026-01-14T09:12:44.120Z', n));
const orderTimes = pool((n) => timeOf('2026-01-03T17:40:09.000Z', n));
const completionIds = pool((n) => `chatcmpl-B9MBs8CjcvOU2jLn4n57${(n * 7919 + 65_536).toString(36)}S5qMJKcT`);
const system =
  'You are a support agent. Answer from the passages given, name the ones you used, and never promise a date that is not in them.';

/** Written so that no secret scanner takes the file itself for a leak. */
const apiKey = ['sk', 'proj', 'Zq8Lw2Rt5Yp1Xc4Vb7Nm0Kj3Hg6Fd9Sa'].join('-');
const secretBodies = pool(
  (n) => `${bodies[n]} Write to jane.doe${n}@example.com, the key we use is ${apiKey} in case it helps.`,
);

export interface WorkloadOptions {
  /** An e-mail address, an API key and a `password` in what the functions pass around. */
  readonly secrets?: boolean;
}

function pick(from: readonly string[], n: number): string {
  return from[n % variants] ?? '';
}

function newTicket(n: number, secrets: boolean): Ticket {
  return {
    id: `T-${n}`,
    subject: pick(subjects, n),
    body: pick(secrets ? secretBodies : bodies, n),
    channel: 'email',
    priority: n % 3,
    createdAt: pick(ticketTimes, n),
    accountId: `acct_${n}`,
    labels: ['billing', 'duplicate-charge'],
  };
}

function newDoc(n: number, rank: number): Doc {
  return {
    id: `doc_${(n + rank) % 9000}`,
    title: 'Refunds and duplicate charges',
    url: 'https://help.example.com/articles/refunds#duplicates',
    text: pick(passages, n * 3 + rank),
    updatedAt: '2025-11-02T08:00:00.000Z',
  };
}

function newAccount(id: string, n: number, secrets: boolean): Account {
  const account: Account = {
    id,
    plan: 'team',
    seats: n % 40,
    balance: -49.5,
    currency: 'EUR',
    active: true,
    renewsAt: '2026-03-01T00:00:00.000Z',
    lastOrder: { id: `ORD-${n}`, total: 594.0, items: 3, placedAt: pick(orderTimes, n) },
  };
  if (secrets) account.password = 'correct horse battery staple';
  return account;
}

function newCompletion(n: number): Completion {
  return {
    id: pick(completionIds, n),
    object: 'chat.completion',
    created: 1768381964,
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: pick(answers, n) }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 412 + (n % 100), completion_tokens: 58, total_tokens: 470 + (n % 100) },
  };
}

export const spansPerTurn = 5;

/** The agent, each of its functions passed through `instrument`; one call of the result is one turn. */
export function createAgent(instrument: Instrument, options: WorkloadOptions = {}): () => Promise<Reply> {
  const secrets = options.secrets ?? false;
  let n = 0;

  const searchDocs = instrument(
    { name: 'searchDocs', kind: 'retriever', params: ['query'], input: (query: string) => ({ query }) },
    async (query: string): Promise<Doc[]> => {
      const first = n + query.length;
      return [newDoc(first, 0), newDoc(first, 1), newDoc(first, 2)];
    },
  );

  const rankDocs = instrument(
    {
      name: 'rankDocs',
      kind: 'reranker',
      params: ['docs', 'query'],
      input: (docs: readonly Doc[], query: string) => ({ docs, query }),
    },
    async (docs: readonly Doc[], query: string): Promise<Ranking[]> => [
      { id: docs[0]?.id ?? query, score: 0.91 },
      { id: docs[2]?.id ?? query, score: 0.4 },
    ],
  );

  const lookupAccount = instrument(
    { name: 'lookupAccount', kind: 'tool', params: ['id'], input: (id: string) => ({ id }) },
    async (id: string): Promise<Account> => newAccount(id, n, secrets),
  );

  const composeAnswer = instrument(
    {
      name: 'composeAnswer',
      kind: 'llm',
      params: ['messages'],
      model,
      provider: 'openai',
      input: (messages: readonly Message[]) => ({ messages }),
      usage: ({ usage }: Completion) => ({ inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens }),
      responseId: ({ id }: Completion) => id,
    },
    async (messages: readonly Message[]): Promise<Completion> => newCompletion(n + messages.length),
  );

  const handleTicket = instrument(
    { name: 'handleTicket', kind: 'agent', params: ['ticket'], input: (ticket: Ticket) => ticket },
    async (ticket: Ticket): Promise<Reply> => {
      const docs = await searchDocs(ticket.subject);
      const ranking = await rankDocs(docs, ticket.subject);
      const account = await lookupAccount(ticket.accountId);
      const completion = await composeAnswer([
        { role: 'system', content: system },
        { role: 'user', content: ticket.body },
        { role: 'tool', content: docs[0]?.text ?? account.plan },
      ]);
      return {
        ticketId: ticket.id,
        status: 'answered',
        answer: completion.choices[0]?.message.content ?? '',
        sources: ranking.map(({ id }) => id),
      };
    },
  );

  return () => {
    n = (n + 1) % 100_000;
    return handleTicket(newTicket(n, secrets));
  };
}
