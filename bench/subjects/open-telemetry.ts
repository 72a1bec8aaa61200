import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-node';
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

function openTelemetry(name: string, processorOf: (exporter: InMemorySpanExporter) => SpanProcessor): Subject {
  return {
    name,
    async setup() {
      const exporter = new InMemorySpanExporter();
      const provider = new NodeTracerProvider({ spanProcessors: [processorOf(exporter)] });
      context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
      return {
        unitsPerTurn: spansPerTurn,
        turnsPerBatch,
        turn: createAgent(openTelemetryInstrument(provider.getTracer('bench'))),
        settle: () => provider.forceFlush(),
        reset: () => exporter.reset(),
        teardown: () => provider.shutdown(),
      };
    },
  };
}

/** Each span is handed over when it ends, as in clew's in-memory exporter: the row the others are measured against. */
export const otel = openTelemetry('otel', (exporter) => new SimpleSpanProcessor(exporter));

/** What production uses. Listed so that nobody need wonder whether the processor above makes OpenTelemetry look slow. */
export const otelBatch = openTelemetry('otel-batch', (exporter) => new BatchSpanProcessor(exporter));
