import { currentTrace, generation, span, trace } from 'clew';
import { checkToxicity } from './guardrail.ts';
import { type Article, searchArticles } from './knowledge-base.ts';
import type { Message, Model, Reply, ToolCall } from './model.ts';
import type { Ticket } from './tickets.ts';
import { runTool, toolSpecs } from './toolbox.ts';

const TOPICS = ['login', 'billing', 'how-to'] as const;
type Topic = (typeof TOPICS)[number];

interface Step {
  call: ToolCall;
  text: string;
  failed: boolean;
}

const MAX_ROUNDS = 4;
const CLASSIFY = `Classify the support ticket. Answer with one word: ${TOPICS.join(', ')}.`;
const DECIDE = 'You resolve support tickets with the tools you have. Look the account up first. Say "done" at the end.';
const ANSWER =
  'You write the reply to a support ticket: friendly, exact, three sentences. Promise nothing that failed.';

export class SupportAgent {
  readonly #planner: Model;
  readonly #writer: Model;

  constructor(models: { planner: Model; writer: Model }) {
    this.#planner = models.planner;
    this.#writer = models.writer;
  }

  /** One trace for each ticket. It lasts until the last word of the reply has been read. */
  @trace({ name: 'handle-ticket', kind: 'agent' })
  async *handle(ticket: Ticket): AsyncGenerator<string> {
    checkToxicity(ticket.text);
    const topic = await this.classify(ticket.text);
    currentTrace()?.update({ userId: ticket.userId, tags: [topic], metadata: { ticket: ticket.id } });
    const articles = await searchArticles(ticket.text);
    const steps = topic === 'how-to' ? [] : await this.resolve(ticket);
    yield* this.answer(ticket, articles, steps);
  }

  @generation()
  async classify(text: string): Promise<Topic> {
    const reply = await this.#planner.complete({ system: CLASSIFY, messages: [{ role: 'user', text }] });
    return TOPICS.find((topic) => reply.text.toLowerCase().includes(topic)) ?? 'how-to';
  }

  /** The model asks for tools, the agent runs them, until the model asks no more. */
  @span({ kind: 'chain' })
  async resolve(ticket: Ticket): Promise<Step[]> {
    const steps: Step[] = [];
    const messages: Message[] = [{ role: 'user', text: `Ticket from ${ticket.email}:\n${ticket.text}` }];
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const { text, toolCalls } = await this.decide(messages);
      if (toolCalls.length === 0) break;
      const taken = await Promise.all(toolCalls.map(takeStep));
      steps.push(...taken);
      messages.push({ role: 'assistant', text, toolCalls }, ...taken.map(toMessage));
    }
    return steps;
  }

  @generation()
  async decide(messages: Message[]): Promise<Reply> {
    return this.#planner.complete({ system: DECIDE, messages, tools: toolSpecs });
  }

  @generation()
  async *answer(ticket: Ticket, articles: Article[], steps: Step[]): AsyncGenerator<string> {
    const text = [
      `Ticket from ${ticket.email}:\n${ticket.text}`,
      `Articles:\n${articles.map((article) => `- ${article.title}: ${article.text}`).join('\n')}`,
      `Done so far:\n${steps.map(toLine).join('\n') || '- nothing'}`,
    ].join('\n\n');
    yield* this.#writer.stream({ system: ANSWER, messages: [{ role: 'user', text }] });
  }
}

/** A tool that fails is news for the model, not the end of the ticket. Its span says ERROR all the same. */
async function takeStep(call: ToolCall): Promise<Step> {
  try {
    return { call, text: JSON.stringify(await runTool(call)), failed: false };
  } catch (error) {
    return { call, text: error instanceof Error ? error.message : String(error), failed: true };
  }
}

function toMessage({ call, text, failed }: Step): Message {
  return { role: 'tool', callId: call.id, text, failed };
}

function toLine({ call, text, failed }: Step): string {
  return `- ${call.name}${failed ? ' failed' : ''}: ${text}`;
}
