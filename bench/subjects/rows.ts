import { DatabaseSync } from 'node:sqlite';
import { spansPerTurn } from '../workload.ts';

/** One of its own, and one for each span. */
export const rowsPerTrace = 1 + spansPerTurn;

const tables = ['trace', 'span'];

export interface Rows {
  /** Takes the rows that are there now; each call of what comes back inserts them again. */
  prepareInserts(): () => void;
  empty(): void;
  close(): void;
}

/** A second look at a database that clew has made, with the settings it writes with. */
export function openRows(path: string): Rows {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 250');
  return {
    prepareInserts() {
      const inserts = tables.flatMap((table) => {
        const rows = database.prepare(`SELECT * FROM ${table}`).all().map(Object.values);
        const places = (rows[0] ?? []).map(() => '?').join(', ');
        const insert = database.prepare(`INSERT INTO ${table} VALUES (${places})`);
        return rows.map((row) => () => insert.run(...row));
      });
      return () => {
        database.exec('BEGIN IMMEDIATE');
        for (const run of inserts) run();
        database.exec('COMMIT');
      };
    },
    empty: () => database.exec(`${tables.map((table) => `DELETE FROM ${table}`).join('; ')}; PRAGMA wal_checkpoint`),
    close: () => database.close(),
  };
}
