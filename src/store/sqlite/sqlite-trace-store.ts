import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ClewConfigError } from '../../base/config-error.ts';
import type { TraceRecord } from '../../span/trace-record.ts';
import { defaultDatabase } from './database.ts';
import { loadSqlite, noSqlite } from './engine.ts';
import { readRows } from './trace-reader.ts';
import type { Cell } from './trace-row.ts';

const mostTraces = 10_000;
const pageLength = 200;
/** Readers of a WAL file wait for nobody but the one who opens or recovers it. */
const lockWaitMs = 1_000;

/**
 * Reads the traces of a SQLite file, such as the one of local mode, while others write it. Asked as a `TraceStore` is.
 *
 * @throws ClewConfigError when the path is empty.
 * @example
 * ```ts
 * import { SqliteTraceStore } from 'clew/store';
 * const store = new SqliteTraceStore('.clew/clew.db');
 * for (const trace of await store.last(5)) console.log(trace.asTree());
 * ```
 */
export class SqliteTraceStore {
  readonly #path: string;

  constructor(path: string = defaultDatabase) {
    if (typeof path !== 'string' || path === '') throw new ClewConfigError('path', path, 'the path of a file');
    this.#path = resolve(path);
  }

  /** The trace with this id, or null. Rejects with what SQLite says when the file cannot be read. */
  async get(traceId: string): Promise<TraceRecord | null> {
    const [trace] = await this.#read('trace_id = ?', [traceId], 'LIMIT 1');
    return trace ?? null;
  }

  /** All traces of a run, oldest first; the first 10,000. Rejects as `get` does. */
  list(runId: string): Promise<readonly TraceRecord[]> {
    return this.#read('run_id = ?', [runId], `ORDER BY start_time LIMIT ${mostTraces}`);
  }

  /** The most recent `count` traces, newest first. Default 10, at most 10,000. Rejects as `get` does. */
  last(count = 10): Promise<readonly TraceRecord[]> {
    const limit = Math.min(mostTraces, Math.max(0, Math.floor(count) || 0));
    return this.#read('true', [], `ORDER BY start_time DESC LIMIT ${limit}`);
  }

  /** Every trace, oldest first, some hundred at a time. Rejects as `get` does. */
  async *all(): AsyncGenerator<TraceRecord> {
    let last: readonly Cell[] = ['', ''];
    for (;;) {
      const order = `ORDER BY start_time, trace_id LIMIT ${pageLength}`;
      const page = await this.#read('(start_time, trace_id) > (?, ?)', last, order);
      yield* page;
      const end = page.at(-1);
      if (end === undefined || page.length < pageLength) return;
      last = [end.startTime, end.traceId];
    }
  }

  /** Opened for each question: whoever replaces the file is not in the way of a handle that is kept. */
  async #read(condition: string, values: readonly Cell[], rest: string): Promise<readonly TraceRecord[]> {
    const sqlite = loadSqlite();
    if (sqlite === undefined) throw new Error(noSqlite);
    // Nothing was written yet: that is no failure.
    if (!existsSync(this.#path)) return [];
    const database = new sqlite.DatabaseSync(this.#path, { readOnly: true, timeout: lockWaitMs });
    try {
      return await Promise.resolve(readRows(database, condition, values, rest));
    } finally {
      database.close();
    }
  }
}
