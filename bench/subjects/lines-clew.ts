import type { TraceRecord } from '../../dist/index.js';
import { FileTraceExporter } from '../../dist/index.js';
import type { Subject } from '../subject.ts';
import { linesPerTurn, preparedTraces } from './lines.ts';
import { temporaryFile } from './temporary-file.ts';

/** From finished records to lines in the file; what the spans themselves cost is in the other rows. */
export const linesClew: Subject = {
  name: 'lines-clew',
  async setup() {
    const file = temporaryFile();
    const exporter = new FileTraceExporter(file.path);
    let traces: readonly TraceRecord[] = [];
    return {
      unitsPerTurn: linesPerTurn,
      turnsPerBatch: 1,
      async reset() {
        file.empty();
        traces = await preparedTraces();
      },
      async turn() {
        // Each promise resolves when its line is written; flush waits for the last.
        for (const trace of traces) void exporter.export(trace);
      },
      settle: () => exporter.flush(),
      async teardown() {
        await exporter.shutdown();
        file.remove();
      },
    };
  },
};
