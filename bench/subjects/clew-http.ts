import { HttpTraceExporter, init } from '../../dist/index.js';
import { startSink } from '../sink.ts';
import type { Subject } from '../subject.ts';
import { turnsPerBatch } from '../subject.ts';
import { createAgent, spansPerTurn } from '../workload.ts';
import { clewInstrument } from './clew-instrument.ts';

/** Mode `dev` as `init` starts it, with a server in a process of its own; gzip and the requests are in the figure. */
export const clewHttp: Subject = {
  name: 'clew-http',
  async setup() {
    const sink = await startSink('answer');
    const tracer = init({ name: 'bench', exporter: new HttpTraceExporter({ baseUrl: sink.baseUrl }) });
    return {
      unitsPerTurn: spansPerTurn,
      turnsPerBatch,
      turn: createAgent(clewInstrument),
      settle: async () => {
        const { dropped, pending } = await tracer.flush();
        if (dropped + pending > 0) throw new Error(`${dropped} spans were dropped, ${pending} are pending`);
      },
      async teardown() {
        await tracer.shutdown();
        sink.stop();
      },
    };
  },
};
