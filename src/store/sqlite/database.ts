import { chmodSync, existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { dataFolder } from '../../base/data-folder.ts';
import { failureOf, loadSqlite, noSqlite, readPragma, transaction } from './engine.ts';
import { migrations } from './schema.ts';

/** What was found on opening that a user may want to know. */
export type Discovery = 'replaced' | 'damaged';

/** The file of local mode, in whichever folder. */
export const databaseName = 'clew.db';
/** Where traces are kept unless somebody names another place. */
export const defaultDatabase = join(dataFolder, databaseName);

interface Opened {
  readonly database: DatabaseSync;
  readonly inode: number;
}

/**
 * A database file that several processes write. Opened at first use and looked at before each: one that was removed or
 * replaced is opened anew, one that is damaged is set aside. Throws what SQLite throws.
 */
export class DatabaseFile {
  readonly path: string;
  readonly #maxBytes: number;
  #opened: Opened | undefined;

  /** `maxBytes` is where retention begins; SQLite itself stops the file a quarter above it. */
  constructor(path: string, maxBytes: number) {
    this.path = path;
    this.#maxBytes = maxBytes;
  }

  /** `onDiscovery` is told when the file is not the one it was. */
  open(onDiscovery: (discovery: Discovery) => void): DatabaseSync {
    if (this.#opened !== undefined) {
      if (inodeOf(this.path) === this.#opened.inode) return this.#opened.database;
      this.close();
      onDiscovery('replaced');
    }
    try {
      return this.#openNew();
    } catch (error) {
      this.close();
      if (failureOf(error) !== 'damaged') throw error;
      this.setAside();
      onDiscovery('damaged');
      return this.#openNew();
    }
  }

  close(): void {
    const opened = this.#opened;
    this.#opened = undefined;
    try {
      opened?.database.close();
    } catch {
      // It is gone as far as we are concerned: a statement that is still open does not matter any more.
    }
  }

  /** Keeps a damaged file under another name: somebody may want to look into it. */
  setAside(): void {
    this.close();
    const name = `${this.path}.damaged-${new Date().toISOString().replace(/[-:.]/g, '')}`;
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(this.path + suffix)) renameSync(this.path + suffix, name + suffix);
    }
  }

  #openNew(): DatabaseSync {
    const sqlite = loadSqlite();
    if (sqlite === undefined) throw new Error(noSqlite);
    createFolder(dirname(this.path));
    const isNew = !existsSync(this.path);
    const database = new sqlite.DatabaseSync(this.path, { timeout: 0 });
    this.#opened = { database, inode: inodeOf(this.path) };
    // Before the first table: it cannot be changed afterwards. Lets retention give space back in small steps.
    if (isNew) database.exec('PRAGMA auto_vacuum = INCREMENTAL');
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 250');
    const pages = Math.ceil((this.#maxBytes * 1.25) / readPragma(database, 'page_size'));
    database.exec(`PRAGMA max_page_count = ${pages}`);
    // Traces hold what people said: nobody else on the machine reads them.
    if (isNew) chmodSync(this.path, 0o600);
    migrate(database, this.path);
    return database;
  }
}

/** Brings the schema up to date, in one transaction, whoever comes first. */
function migrate(database: DatabaseSync, path: string): void {
  if (readPragma(database, 'user_version') === migrations.length) return;
  transaction(database, () => {
    const version = readPragma(database, 'user_version');
    if (version > migrations.length) {
      throw new Error(`${path} was written by a later version of clew (schema ${version}, known ${migrations.length})`);
    }
    for (const step of migrations.slice(version)) database.exec(step);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

/** A folder of our own keeps itself out of the user's repository. */
function createFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ignored = join(folder, '.gitignore');
  if (basename(folder) === dataFolder && !existsSync(ignored)) writeFileSync(ignored, '*\n');
}

function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? -1;
}
