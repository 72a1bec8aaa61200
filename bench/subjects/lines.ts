import type { TraceRecord, Tracer } from '../../dist/index.js';
import { InMemoryTraceExporter, init } from '../../dist/index.js';
import { createAgent } from '../workload.ts';
import { clewInstrument } from './clew-instrument.ts';

/** One line is one trace, as it is in the file. */
export const linesPerTurn = 1000;

const exporter = new InMemoryTraceExporter();
let tracer: Tracer | undefined;
const turn = createAgent(clewInstrument);

/** New records each time, so that text a record may keep after the first writing is written for real in every round. */
export async function preparedTraces(): Promise<readonly TraceRecord[]> {
  tracer ??= init({ name: 'bench', exporter });
  exporter.clear();
  for (let line = 0; line < linesPerTurn; line += 1) await turn();
  return [...exporter.traces];
}
