import { join } from 'node:path';
import type { TraceRecord } from '../../dist/index.js';
import { SqliteTraceExporter } from '../../dist/index.js';
import type { Subject } from '../subject.ts';
import { linesPerTurn, preparedTraces } from './lines.ts';
import { openRows, rowsPerTrace } from './rows.ts';
import { temporaryFolder } from './temporary-file.ts';

/** From finished records to rows in the file, in slices between which the event loop gets a turn. */
export const rowsClew: Subject = {
  name: 'rows-clew',
  async setup() {
    const folder = temporaryFolder();
    const path = join(folder.path, 'clew.db');
    const exporter = new SqliteTraceExporter(path);
    let traces: readonly TraceRecord[] = await preparedTraces();
    await exporter.exportBatch(traces);
    const rows = openRows(path);
    return {
      unitsPerTurn: linesPerTurn * rowsPerTrace,
      turnsPerBatch: 1,
      async reset() {
        rows.empty();
        traces = await preparedTraces();
      },
      async turn() {
        const { sent, retry } = await exporter.exportBatch(traces);
        if (retry !== undefined) throw new Error(`only ${sent} spans were written: ${retry.reason}`);
      },
      async teardown() {
        rows.close();
        await exporter.shutdown();
        folder.remove();
      },
    };
  },
};
