import type { DatabaseSync } from 'node:sqlite';
import { readPragma } from './engine.ts';

export interface RetentionLimits {
  /** Bytes of the database; above them the oldest traces go. */
  readonly maxBytes: number;
  /** Milliseconds after which a trace goes. */
  readonly maxAgeMs: number;
}

const tracesAtOnce = 8;
const pagesAtOnce = 64;

/** One small step towards the limits, in a transaction of the caller's. Returns true when there is more to do. */
export function prune(database: DatabaseSync, { maxBytes, maxAgeMs }: RetentionLimits, now: number): boolean {
  const oldest = new Date(now - maxAgeMs).toISOString();
  if (remove(database, 'WHERE start_time < ?', [oldest])) return true;
  if (usedBytes(database) > maxBytes) return remove(database, '', []);
  return false;
}

function remove(database: DatabaseSync, condition: string, values: readonly string[]): boolean {
  const chosen = database
    .prepare(`SELECT trace_id FROM trace ${condition} ORDER BY start_time LIMIT ${tracesAtOnce}`)
    .all(...values);
  if (chosen.length === 0) return false;
  for (const { trace_id: traceId } of chosen) if (typeof traceId === 'string') removeTrace(database, traceId);
  database.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`);
  return true;
}

/** In a transaction of the caller's. */
export function removeTrace(database: DatabaseSync, traceId: string): void {
  for (const table of ['span', 'trace']) database.prepare(`DELETE FROM ${table} WHERE trace_id = ?`).run(traceId);
}

function usedBytes(database: DatabaseSync): number {
  const pages = readPragma(database, 'page_count') - readPragma(database, 'freelist_count');
  return pages * readPragma(database, 'page_size');
}
