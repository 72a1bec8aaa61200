import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Subject } from '../../subject.ts';
import { turnsPerBatch } from '../../subject.ts';
import { openTelemetryInstrument } from '../../subjects/open-telemetry-instrument.ts';
import { createAgent, spansPerTurn } from '../../workload.ts';

export const otel3: Subject = {
  name: 'otel-3',
  async setup() {
    const exporter = new InMemorySpanExporter();
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
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
