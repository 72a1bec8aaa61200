import type { DatabaseSync } from 'node:sqlite';
import { readTrace } from '../../span/reader.ts';
import type { TraceRecord } from '../../span/trace-record.ts';
import { wireMembers, type Cell } from './trace-row.ts';

/** Traces that a condition on table `traces` chooses, with their spans; `rest` orders and limits them. */
export function readRows(
  database: DatabaseSync,
  condition: string,
  values: readonly Cell[],
  rest = '',
): readonly TraceRecord[] {
  const traces = database.prepare(`SELECT * FROM traces WHERE ${condition} ${rest}`).all(...values);
  const spansOf = database.prepare('SELECT * FROM span WHERE trace_id = ? ORDER BY start_time, started_at, rowid');
  return traces.flatMap((row) => {
    const traceId = row['trace_id'];
    if (typeof traceId !== 'string') return [];
    const spans = spansOf.all(traceId).map((span) => `{${wireMembers(span)}}`);
    return readTrace(`{${wireMembers(row)},"spans":[${spans.join(',')}]}`) ?? [];
  });
}
