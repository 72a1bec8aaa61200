import { Client } from 'langsmith';
import { traceable } from 'langsmith/traceable';
import type { Subject } from '../subject.ts';
import { turnsPerBatch } from '../subject.ts';
import type { Step, StepKind } from '../workload.ts';
import { createAgent, sessionId, spansPerTurn, userId } from '../workload.ts';

/** Takes every request in this process, body and all; nothing leaves the machine. */
async function sink(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  await new Response(init?.body ?? null).arrayBuffer();
  const url = input instanceof Request ? input.url : String(input);
  if (!url.endsWith('/info')) return new Response('{}', { status: 202 });
  const limits = { use_multipart_endpoint: true, size_limit: 100, size_limit_bytes: 20_971_520 };
  return Response.json({ version: '0.13.0', batch_ingest_config: limits });
}

function runType(kind: StepKind): string {
  if (kind === 'agent' || kind === 'reranker') return 'chain';
  return kind;
}

function metadataOf(step: Step<never, never>): Record<string, string> {
  if (step.kind === 'agent') return { session_id: sessionId, user_id: userId };
  if (step.model === undefined) return {};
  return { ls_model_name: step.model, ls_provider: step.provider ?? 'unknown' };
}

export const langsmith: Subject = {
  name: 'langsmith',
  async setup() {
    const client = new Client({ apiUrl: 'http://127.0.0.1:9', apiKey: 'none', fetchImplementation: sink });
    return {
      unitsPerTurn: spansPerTurn,
      turnsPerBatch,
      turn: createAgent((step, fn) => {
        // Its declared type does not resolve for a generic function: it also takes a run tree as its first argument.
        const wrapped: unknown = traceable(fn, {
          name: step.name,
          run_type: runType(step.kind),
          metadata: metadataOf(step),
          client,
          tracingEnabled: true,
        });
        if (typeof wrapped !== 'function') throw new TypeError('traceable() did not return a function');
        return (...args) => wrapped(...args);
      }),
      settle: () => client.awaitPendingTraceBatches(),
      async teardown() {
        await client.awaitPendingTraceBatches();
      },
    };
  },
};
