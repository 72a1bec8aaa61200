import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import type { Subject } from '../subject.ts';
import { turnsPerBatch } from '../subject.ts';
import { createAgent, spansPerTurn } from '../workload.ts';
import { openTelemetryInstrument } from './open-telemetry-instrument.ts';

/** Takes spans and does nothing with them, so that only the SDK's own work is measured. */
class NoopSpanExporter implements SpanExporter {
  export(_spans: unknown, done: (result: { code: number }) => void): void {
    done({ code: 0 });
  }

  async shutdown(): Promise<void> {}
}

function openTelemetry(name: string, processor: SpanProcessor, reset: () => void): Subject {
  return {
    name,
    async setup() {
      const provider = new NodeTracerProvider({ spanProcessors: [processor] });
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
      return {
        unitsPerTurn: spansPerTurn,
        turnsPerBatch,
        turn: createAgent(openTelemetryInstrument(provider.getTracer('bench'))),
        settle: () => provider.forceFlush(),
        reset,
        teardown: () => provider.shutdown(),
      };
    },
  };
}

const memory = new InMemorySpanExporter();

/** Each span is handed over when it ends, as in clew's in-memory exporter. */
export const otel = openTelemetry('otel', new SimpleSpanProcessor(memory), () => memory.reset());

/** What production uses: the row that the others are measured against. */
export const otelBatch = openTelemetry('otel-batch', new BatchSpanProcessor(new NoopSpanExporter()), () => {});
