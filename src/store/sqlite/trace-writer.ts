import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { mergeTraces, type TraceRecord } from '../../span/trace-record.ts';
import { readRows } from './trace-reader.ts';
import { spanColumns, traceColumns, type Cell } from './trace-row.ts';

/** Writes traces into one open database. Throws what SQLite throws. */
export class TraceWriter {
  readonly #database: DatabaseSync;
  readonly #putTrace: StatementSync;
  readonly #putSpan: StatementSync;
  readonly #outcomeOf: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const traceNames = traceColumns.map(([name]) => name);
    const spanNames = [...spanColumns.map(([name]) => name), 'rev'];
    this.#putTrace = database.prepare(upsert('trace', traceNames, ['trace_id']));
    this.#putSpan = database.prepare(upsert('span', spanNames, ['trace_id', 'span_id']));
    this.#outcomeOf = database.prepare('SELECT outcome FROM trace WHERE trace_id = ?');
  }

  /**
   * Writes one trace in small steps, each a row: the trace first, so that nothing is left of it without it when the
   * process is killed in between. A trace that is there already is merged with what comes: spans by id, the higher
   * `rev` wins (design section 3).
   */
  *write(trace: TraceRecord): Generator<void> {
    const known = this.#outcomeOf.get(trace.traceId)?.['outcome'];
    // A trace that goes on is told of by one process alone, each time with the whole of its head: there is nothing to merge.
    const isMerged = known !== undefined && known !== 'running' && trace.outcome !== 'running';
    const earlier = isMerged ? readRows(this.#database, 'trace_id = ?', [trace.traceId])[0] : undefined;
    const merged = earlier === undefined ? trace : mergeTraces(earlier, trace);
    const scopes = new Map(earlier?.spans.map((span) => [span.spanId, span.usageScope]));
    const given = new Set(trace.spans.map(({ spanId }) => spanId));
    this.#putTrace.run(...traceColumns.map(([, read]): Cell => read(merged)));
    yield;
    for (const span of merged.spans) {
      if (!given.has(span.spanId) && scopes.get(span.spanId) === span.usageScope) continue;
      this.#putSpan.run(...spanColumns.map(([, read]) => read(span)), merged.rev);
      yield;
    }
  }
}

function upsert(table: string, columns: readonly string[], key: readonly string[]): string {
  const places = columns.map(() => '?').join(', ');
  const changes = columns.filter((column) => !key.includes(column)).map((column) => `${column} = excluded.${column}`);
  return (
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places}) ` +
    `ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${changes.join(', ')}`
  );
}
