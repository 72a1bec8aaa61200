import type { IncomingHttpHeaders } from 'node:http';
import type { Conversation, Line } from './script.ts';

/** One provider's format: how a request is read, and how the same answer looks whole, streamed or refused. */
export interface Wire {
  path: string;
  authorized(headers: IncomingHttpHeaders): boolean;
  /** Throws a Refusal for what the real provider would not take. */
  read(body: unknown): WireRequest;
  whole(request: WireRequest, answer: Answer): object;
  frames(request: WireRequest, answer: Answer): string[];
  refused(refusal: Refusal): object;
}

export interface WireRequest {
  model: string;
  stream: boolean;
  /** OpenAI counts a stream only when asked to. */
  includeUsage: boolean;
  /** The prefix the provider may keep in its cache; empty if none. */
  prefix: string;
  conversation: Conversation;
}

export interface Answer extends Line {
  id: string;
  tokens: { prefix: number; rest: number; output: number };
  /** Whether the prefix was in the cache already. */
  cached: boolean;
}

export class Refusal extends Error {
  override readonly name = 'Refusal';

  readonly status: 400 | 401 | 404 | 500;
  readonly param: string | null;

  constructor(status: Refusal['status'], message: string, param: string | null = null) {
    super(message);
    this.status = status;
    this.param = param;
  }
}

/** About four characters a token: near enough for a script. */
export function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}

/** A stream gives a word at a time. */
export function words(text: string): string[] {
  return text.match(/\S+\s*/g) ?? [];
}
