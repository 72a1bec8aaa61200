import { type Tracer, traced, withTracer } from 'clew';

/** What a platform gives a handler: `waitUntil` keeps it alive for work that the answer need not wait for. */
export interface Platform {
  waitUntil(work: Promise<unknown>): void;
}

const answer = traced({ name: 'answer', kind: 'agent' }, async (question: string) => `You asked: ${question}`);

/** One flush for each request, behind the answer. It never rejects and never takes longer than it is told. */
export function createHandler(clew: Tracer): (question: string, platform: Platform) => Promise<string> {
  return async (question, platform) => {
    try {
      return await withTracer(clew, () => answer(question));
    } finally {
      platform.waitUntil(clew.flush({ timeoutMs: 1_000 }));
    }
  };
}
