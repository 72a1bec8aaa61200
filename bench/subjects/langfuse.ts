import { observe, propagateAttributes, setLangfuseTracerProvider, updateActiveObservation } from '@langfuse/tracing';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import type { Subject } from '../subject.ts';
import { turnsPerBatch } from '../subject.ts';
import type { Step, StepKind } from '../workload.ts';
import { createAgent, sessionId, spansPerTurn, userId } from '../workload.ts';

/** Langfuse has no reranker. */
function observationType(kind: StepKind) {
  if (kind === 'llm') return 'generation';
  return kind === 'reranker' ? 'retriever' : kind;
}

function withUsage<A extends unknown[], R>(step: Step<A, R>, fn: (...args: A) => Promise<R>) {
  const { model, usage } = step;
  if (usage === undefined) return fn;
  return async (...args: A): Promise<R> => {
    const output = await fn(...args);
    const { inputTokens: input, outputTokens } = usage(output);
    const usageDetails = { input, output: outputTokens };
    updateActiveObservation({ ...(model === undefined ? {} : { model }), usageDetails }, { asType: 'generation' });
    return output;
  };
}

export const langfuse: Subject = {
  name: 'langfuse',
  async setup() {
    const exporter = new InMemorySpanExporter();
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    setLangfuseTracerProvider(provider);
    const turn = createAgent((step, fn) =>
      observe(withUsage(step, fn), { name: step.name, asType: observationType(step.kind) }),
    );
    return {
      unitsPerTurn: spansPerTurn,
      turnsPerBatch,
      turn: () => propagateAttributes({ sessionId, userId }, turn),
      settle: () => provider.forceFlush(),
      reset: () => exporter.reset(),
      teardown: () => provider.shutdown(),
    };
  },
};
