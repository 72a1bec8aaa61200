import { join } from 'node:path';
import { SqliteTraceExporter } from '../../dist/index.js';
import type { Subject } from '../subject.ts';
import { linesPerTurn, preparedTraces } from './lines.ts';
import { openRows, rowsPerTrace } from './rows.ts';
import { temporaryFolder } from './temporary-file.ts';

/** The same rows into the same tables, their values ready, by prepared inserts in one transaction: the best case. */
export const rowsBare: Subject = {
  name: 'rows-bare',
  async setup() {
    const folder = temporaryFolder();
    const path = join(folder.path, 'clew.db');
    const exporter = new SqliteTraceExporter(path);
    await exporter.exportBatch(await preparedTraces());
    await exporter.shutdown();
    const rows = openRows(path);
    const insertAll = rows.prepareInserts();
    return {
      unitsPerTurn: linesPerTurn * rowsPerTrace,
      turnsPerBatch: 1,
      reset: () => rows.empty(),
      async turn() {
        insertAll();
      },
      async teardown() {
        rows.close();
        folder.remove();
      },
    };
  },
};
