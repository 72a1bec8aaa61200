import type { Scripted } from '../../fixtures/scripted-server.ts';

/** What must be in the record of one call, whichever way the answer came. */
export interface ExpectedAnswer {
  readonly usage: Readonly<Record<string, number>>;
  readonly model: string | null;
  readonly responseId: string | null;
  readonly toolCalls: readonly unknown[];
  /** US dollars; null for what has no price. */
  readonly costUsd: number | null;
}

/** One provider's official client, and what its API answers, taken from its documentation. */
export interface ProviderCase {
  readonly name: string;
  /** What the scripted server answers: to a plain request, and to one that asks for a stream. */
  readonly script: (path: string, body: string) => Scripted | undefined;
  /** A plain call; gives what the client gives. */
  readonly call: (baseUrl: string) => Promise<unknown>;
  /** A streamed call; gives what the client gives, or an iteration of it where the client gives something else. */
  readonly stream?: (baseUrl: string) => unknown;
  readonly expected: ExpectedAnswer;
  /** Where a stream says something else than a plain answer does. */
  readonly expectedOfStream?: Partial<ExpectedAnswer>;
  /** The message that the parts of the stream make. */
  readonly message: unknown;
}

export const question = 'Where is my parcel?';

/** Reads a stream to its end; anything else is an answer already. */
export async function drain(result: unknown): Promise<void> {
  if (isStream(result)) for await (const _ of result) continue;
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
