import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { readPragma } from './engine.ts';

export interface RetentionLimits {
  /** Bytes of the database; above them the oldest traces go. */
  readonly maxBytes: number;
  /** Milliseconds after which a trace goes. */
  readonly maxAgeMs: number;
}

const tracesAtOnce = 8;
const pagesAtOnce = 64;

/** Keeps one open database within its limits. Everything here is part of a transaction of the caller's. */
export class Retention {
  readonly #database: DatabaseSync;
  readonly #limits: RetentionLimits;
  readonly #mostPages: number;
  readonly #usedPages: StatementSync;
  readonly #oldest: StatementSync;
  readonly #removals: readonly StatementSync[];

  constructor(database: DatabaseSync, limits: RetentionLimits) {
    this.#database = database;
    this.#limits = limits;
    this.#mostPages = limits.maxBytes / readPragma(database, 'page_size');
    this.#usedPages = database.prepare(
      'SELECT page_count - freelist_count AS pages FROM pragma_page_count, pragma_freelist_count',
    );
    this.#oldest = database.prepare(
      `SELECT trace_id FROM trace WHERE start_time < ? ORDER BY start_time LIMIT ${tracesAtOnce}`,
    );
    this.#removals = ['span', 'trace'].map((table) => database.prepare(`DELETE FROM ${table} WHERE trace_id = ?`));
  }

  /** One small step towards the limits. Returns true when there is more to do. */
  prune(now: number): boolean {
    if (this.#removeBefore(new Date(now - this.#limits.maxAgeMs).toISOString())) return true;
    const pages = this.#usedPages.get()?.['pages'];
    return typeof pages === 'number' && pages > this.#mostPages && this.makeRoom();
  }

  /** Removes some of the oldest traces; false when there are none. */
  makeRoom(): boolean {
    return this.#removeBefore(endOfTime);
  }

  remove(traceId: string): void {
    for (const removal of this.#removals) removal.run(traceId);
  }

  #removeBefore(time: string): boolean {
    const chosen = this.#oldest.all(time);
    for (const { trace_id: traceId } of chosen) if (typeof traceId === 'string') this.remove(traceId);
    if (chosen.length > 0) this.#database.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`);
    return chosen.length > 0;
  }
}

/** Later than any time that is written as ISO 8601. */
const endOfTime = '~';
