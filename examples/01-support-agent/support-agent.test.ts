import { text } from 'node:stream/consumers';
import { createTracer, InMemoryTraceExporter, type SpanRecord, type TraceRecord, withTracer } from 'clew';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Provider, scriptedProvider } from './provider.ts';
import { SupportAgent } from './support-agent.ts';
import { type Ticket, tickets } from './tickets.ts';

const memory = new InMemoryTraceExporter();
const tracer = createTracer({ name: 'support-agent', session: 'test', exporter: memory });
let provider: Provider;

/** The traces of the three tickets, in their order. */
let login: TraceRecord;
let refund: TraceRecord;
let howTo: TraceRecord;
let replies: string[];

beforeAll(async () => {
  provider = await scriptedProvider({ hurry: true });
  replies = [];
  for (const ticket of tickets) replies.push(await handled(ticket));
  [login, refund, howTo] = three(memory.traces);
});

afterAll(async () => {
  await provider.close();
  await tracer.shutdown();
});

describe('the trace of a ticket', () => {
  it('is the call tree, with the retry and the failed attempt side by side', () => {
    expect(treeOf(login)).toBe(`\
handle-ticket
  classify
  search-articles
    rank-articles
  resolve
    decide
    lookup_account
    decide
    reset_password  ERROR: mail gateway timed out
    reset_password
    decide
  answer`);
  });

  it('shows a failing tool where it failed, and an agent that went on', () => {
    expect(treeOf(refund)).toBe(`\
handle-ticket
  classify
  search-articles
    rank-articles
  resolve
    decide
    lookup_account
    decide
    refund_order  ERROR: payment provider refused: ord_911 is already settled
    decide
  answer`);
    expect(spanNamed(refund, 'refund_order')).toMatchObject({ outcome: 'error', level: 'ERROR' });
    expect(refund).toMatchObject({ outcome: 'ok', level: 'DEFAULT', errorCount: 1 });
    expect(replies[1]).toContain('it did not go through');
  });

  it('has no tools in it where none were needed', () => {
    expect(treeOf(howTo)).toBe(`\
handle-ticket
  classify
  search-articles
    rank-articles
  answer`);
  });

  it('says whose ticket it was, and hides the address', () => {
    expect(login).toMatchObject({
      userId: 'user_17',
      sessionId: 'test',
      tags: ['login'],
      metadata: { ticket: 'T-1001' },
    });
    expect(memory.traces.map((trace) => trace.text()).join()).not.toContain('@example.com');
  });
});

describe('a retry', () => {
  it('is the second attempt of the same call', () => {
    const attempts = login.spans.filter((span) => span.name === 'reset_password');
    expect(attempts.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, 'error'],
      [2, 'ok'],
    ]);
  });
});

describe('a generation', () => {
  it("carries model and usage, read from OpenAI's answer", () => {
    expect(spanNamed(login, 'classify')).toMatchObject({
      type: 'generation',
      provider: 'openai',
      model: 'gpt-4.1-mini',
      usage: { inputTokens: 54, outputTokens: 2, totalTokens: 56, cacheReadTokens: 0, cacheWriteTokens: 19 },
    });
    expect(spanNamed(refund, 'classify').usage).toMatchObject({ inputTokens: 53, cacheReadTokens: 19 });
  });

  it("carries model and usage, read from Anthropic's stream, with the cached tokens counted in", () => {
    expect(spanNamed(login, 'answer')).toMatchObject({
      type: 'generation',
      provider: 'anthropic',
      model: 'claude-sonnet-4-6',
      usage: { inputTokens: 149, outputTokens: 34, totalTokens: 183, cacheReadTokens: 0, cacheWriteTokens: 26 },
    });
    expect(spanNamed(refund, 'answer').usage).toMatchObject({ inputTokens: 169, cacheReadTokens: 26 });
  });

  it('names the tools it asked for', () => {
    expect(spanNamed(login, 'decide').toolCalls).toMatchObject([
      { name: 'lookup_account', arguments: { email: '[email]' } },
    ]);
  });

  it('that streams has the whole text as its output, and so has the trace', () => {
    expect(spanNamed(login, 'answer').output).toBe(replies[0]);
    expect(login.output).toBe(replies[0]);
    expect(replies[0]).toContain('Hi Mara, a link to set a new password');
  });
});

describe('the guardrail', () => {
  it('leaves an event on the root, with a warning where it found something', () => {
    const events = [login, howTo].map((trace) => spanNamed(trace, 'handle-ticket').events);
    expect(events).toMatchObject([
      [{ name: 'guardrail:toxicity', level: 'DEFAULT', input: { toxic: false, words: [] } }],
      [{ name: 'guardrail:toxicity', level: 'WARNING', input: { toxic: true, words: ['useless'] } }],
    ]);
  });
});

it('tickets handled at the same time keep to their own traces', async () => {
  const before = [login, refund, howTo].map(treeOf).toSorted();
  memory.clear();
  await Promise.all(tickets.map(handled));
  expect(memory.traces.map(treeOf).toSorted()).toEqual(before);
});

function handled(ticket: Ticket): Promise<string> {
  return withTracer(tracer, () => text(new SupportAgent(provider).handle(ticket)));
}

function treeOf(trace: TraceRecord): string {
  return trace
    .asTree()
    .replaceAll(/ {2}\[[\d.]+m?s\]/g, '')
    .trimEnd();
}

function spanNamed(trace: TraceRecord, name: string): SpanRecord {
  const found = trace.spans.find((span) => span.name === name);
  if (!found) throw new Error(`no span named ${name}`);
  return found;
}

function three(traces: readonly TraceRecord[]): [TraceRecord, TraceRecord, TraceRecord] {
  const [first, second, third] = traces;
  if (!first || !second || !third) throw new Error(`three traces expected, not ${traces.length}`);
  return [first, second, third];
}
