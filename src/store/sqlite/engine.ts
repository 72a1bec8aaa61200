import type * as Sqlite from 'node:sqlite';

export const noSqlite = 'node:sqlite is not there in this runtime: Node has it from 22.13';

let sqlite: typeof Sqlite | undefined;

/** Node's own SQLite, loaded when it is first needed. Undefined where this Node has none. */
export function loadSqlite(): typeof Sqlite | undefined {
  sqlite ??= withoutWarning(() => globalThis.process?.getBuiltinModule?.('node:sqlite'));
  return sqlite;
}

/** Node 22 calls it experimental on every start; the user of a tracing library can do nothing about it. */
function withoutWarning<Result>(load: () => Result): Result {
  const original = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  const emit = process.emitWarning.bind(process);
  const quiet = (warning: string | Error, ...rest: readonly unknown[]): void => {
    if (String(warning).startsWith('SQLite is an experimental feature')) return;
    Reflect.apply(emit, process, [warning, ...rest]);
  };
  process.emitWarning = quiet;
  try {
    return load();
  } finally {
    if (original !== undefined) Object.defineProperty(process, 'emitWarning', original);
  }
}

/** What SQLite calls an error, without its details (https://sqlite.org/rescode.html). */
export type Failure = 'busy' | 'full' | 'damaged' | 'other';

const failures: ReadonlyMap<number, Failure> = new Map([
  [5, 'busy'],
  [6, 'busy'],
  [13, 'full'],
  [11, 'damaged'],
  [26, 'damaged'],
]);

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return 'other';
  return failures.get(error.errcode & 0xff) ?? 'other';
}

/** Runs changes that become visible all at once, or not at all when one of them throws. */
export function transaction<Result>(database: Sqlite.DatabaseSync, run: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = run();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

function rollBack(database: Sqlite.DatabaseSync): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite has done it itself, as it does on a full disk. Where it could not, the next BEGIN says so.
  }
}

/** One number of a `PRAGMA`. */
export function readPragma(database: Sqlite.DatabaseSync, name: string): number {
  const [value] = Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {});
  return typeof value === 'number' ? value : 0;
}
