import { dirname, join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ownClock } from '../base/clock.ts';
import { ClewConfigError } from '../base/config-error.ts';
import { messageOf } from '../base/message.ts';
import { isAtLastTurn, nextTurn } from '../base/timers.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import { DatabaseFile, defaultDatabase, type Discovery } from '../store/sqlite/database.ts';
import { failureOf, transaction } from '../store/sqlite/engine.ts';
import { Retention, type RetentionLimits } from '../store/sqlite/retention.ts';
import { TraceWriter } from '../store/sqlite/trace-writer.ts';
import { AudioFolder } from './audio-folder.ts';
import type { AudioRecording } from './audio-recording.ts';
import { Outcome } from './outcome.ts';
import { SqliteBatch } from './sqlite-batch.ts';
import { Turns } from './turns.ts';
import type { ExporterReport, ExportResult, TraceExporter } from './exporter.ts';

export interface SqliteOptions {
  /** Bytes of traces that are kept, from 1 MiB; above it the oldest go. Default 536,870,912 (512 MiB). */
  readonly maxBytes?: number;
  /** Days that a trace is kept. Default 7. */
  readonly maxDays?: number;
  /** Bytes of recordings of calls that are kept beside it, for as many days. Default 2,147,483,648 (2 GiB). */
  readonly maxAudioBytes?: number;
}

interface Opened {
  readonly database: DatabaseSync;
  readonly writer: TraceWriter;
  readonly retention: Retention;
}

const defaultMaxBytes = 536_870_912;
const leastBytes = 1_048_576;
const defaultMaxDays = 7;
const defaultAudioBytes = 2_147_483_648;
const dayMs = 86_400_000;
/** The event loop gets a turn after it; a commit and one row more fit into the rest of 5 ms. */
const sliceMs = 2;
/** Of the limit on size: retention keeps up only if no transaction adds much more than it can take away. */
const sliceShare = 1 / 16;
/** Whoever has the lock has it for a slice or two. */
const busyMs = 20;
/** At process exit there is no later time: then a lock is waited for. */
const lastWaitMs = 250;
/** A disk that damages every file has to wait; one that is full gets room from the oldest traces. */
const mostRepairs = 20;

/**
 * Writes traces into a SQLite file that the sqlite3 shell, the studio and any number of processes can open at the same
 * time (G5): views `traces`, `spans`, `generations`, `events`, `sessions`, `prompts`, `completions`, `tools`. Writes on
 * the next turn of the event loop, in slices of at most 5 ms, and never waits for a lock: what finds one is tried again.
 * Bounded by size and age. `node:sqlite` is loaded at the first record.
 *
 * @throws ClewConfigError when the path is empty or an option is out of its range.
 * @example
 * ```ts
 * import { createTracer, SqliteTraceExporter } from 'clew';
 * const tracer = createTracer({ exporter: new SqliteTraceExporter('traces.db', { maxDays: 30 }) });
 * tracer.trace('run', () => 'done');
 * await tracer.flush();
 * ```
 */
export class SqliteTraceExporter implements TraceExporter {
  /** Undefined for a class that extends this one: it may do more. */
  readonly target: string | undefined;
  readonly batchDelayMs = 0;
  readonly takesOpenTraces = true;
  readonly #file: DatabaseFile;
  readonly #limits: RetentionLimits;
  readonly #audio: AudioFolder;
  readonly #turns = new Turns();
  #opened: Opened | undefined;
  #report: ExporterReport | undefined;

  constructor(
    path: string = defaultDatabase,
    { maxBytes = defaultMaxBytes, maxDays = defaultMaxDays, maxAudioBytes = defaultAudioBytes }: SqliteOptions = {},
  ) {
    if (typeof path !== 'string' || path === '') throw new ClewConfigError('path', path, 'the path of a file');
    if (!(maxBytes >= leastBytes)) throw new ClewConfigError('maxBytes', maxBytes, `a number from ${leastBytes}`);
    if (!(maxDays > 0)) throw new ClewConfigError('maxDays', maxDays, 'a number above 0');
    this.#file = new DatabaseFile(resolve(path), maxBytes);
    if (new.target === SqliteTraceExporter) {
      this.target = `sqlite ${JSON.stringify([this.#file.path, maxBytes, maxDays, maxAudioBytes])}`;
    }
    if (!(maxAudioBytes > 0)) throw new ClewConfigError('maxAudioBytes', maxAudioBytes, 'a number above 0');
    this.#limits = { maxBytes, maxAgeMs: maxDays * dayMs };
    const folder = join(dirname(this.#file.path), 'audio');
    this.#audio = new AudioFolder(folder, { maxBytes: maxAudioBytes, maxAgeMs: this.#limits.maxAgeMs });
  }

  connect(report: ExporterReport): void {
    this.#report = report;
  }

  /** One trace by itself; rejects when it could not be written. In a tracer the queue calls `exportBatch`. */
  async export(trace: TraceRecord): Promise<void> {
    const { retry } = await this.exportBatch([trace]);
    if (retry !== undefined) throw new Error(retry.reason);
  }

  /** Recordings of calls go beside the database, into the folder `audio`. */
  exportAudio(recording: AudioRecording): Promise<void> {
    return this.#audio.keep(recording);
  }

  exportAudioSync(recording: AudioRecording): void {
    this.#audio.keepNow(recording);
  }

  exportBatch(traces: readonly TraceRecord[]): Promise<ExportResult> {
    return this.#turns.take(() => this.#write(traces));
  }

  async #write(traces: readonly TraceRecord[]): Promise<ExportResult> {
    // At once would be in the middle of the user's own work.
    await pauseForOthers();
    if (!isAtLastTurn()) void this.#audio.tidy();
    const batch = new SqliteBatch(traces, this.#limits.maxBytes * sliceShare);
    for (let repairs = 0; ;) {
      try {
        // To make the file and its tables is a stretch of its own.
        if (this.#opened === undefined) {
          this.#open();
          await pauseForOthers();
        }
        for (let isDone = false; !isDone;) {
          isDone = this.#writeSlice(batch, ownClock.now() + sliceMs);
          repairs = 0;
          if (!isDone) await pauseForOthers();
        }
        return batch.result();
      } catch (error) {
        if (repairs < mostRepairs && this.#repair(error)) repairs += 1;
        else if (!this.#isTooLarge(batch, error)) return this.#later(batch, error);
      }
    }
  }

  exportBatchSync(traces: readonly TraceRecord[]): ExportResult {
    const batch = new SqliteBatch(traces, this.#limits.maxBytes * sliceShare);
    try {
      this.#open().database.exec(`PRAGMA busy_timeout = ${lastWaitMs}`);
      while (!this.#writeSlice(batch, Number.POSITIVE_INFINITY));
      return batch.result();
    } catch (error) {
      const { sent, retry } = this.#later(batch, error);
      // There is no later time to try it.
      const lost = Outcome.lost(retry?.traces ?? [], retry?.reason ?? '');
      lost.send(sent);
      return lost;
    }
  }

  async shutdown(): Promise<void> {
    this.#close();
    await Promise.resolve();
  }

  /** Writes until the deadline, in one transaction. Returns true when all is written. */
  #writeSlice(batch: SqliteBatch, deadline: number): boolean {
    const { database, writer, retention } = this.#open();
    let isDone = false;
    try {
      transaction(database, () => {
        const isWritten = batch.advance(writer, deadline);
        // Between two traces only: the oldest may be the one that is being written.
        const isPruned = batch.isInMidst || !retention.prune(Date.now());
        isDone = isWritten && (isPruned || deadline === Number.POSITIVE_INFINITY);
      });
    } catch (error) {
      batch.rollBack();
      throw error;
    }
    batch.commit();
    return isDone;
  }

  #open(): Opened {
    const database = this.#file.open((discovery) => this.#tell(discovery));
    if (this.#opened?.database !== database) {
      const [writer, retention] = [new TraceWriter(database), new Retention(database, this.#limits)];
      this.#opened = { database, writer, retention };
    }
    return this.#opened;
  }

  #close(): void {
    this.#opened = undefined;
    this.#file.close();
  }

  /** True when another try makes sense now. */
  #repair(error: unknown): boolean {
    const failure = failureOf(error);
    try {
      if (failure === 'full') return this.#makeRoom();
      if (failure !== 'damaged') return false;
      this.#opened = undefined;
      this.#file.setAside();
      this.#tell('damaged');
      return true;
    } catch {
      return false;
    }
  }

  /** A trace that no amount of room would do for must not stand in the way of the others. */
  #isTooLarge(batch: SqliteBatch, error: unknown): boolean {
    const trace = batch.failed;
    if (failureOf(error) !== 'full' || trace === undefined || trace.length < this.#limits.maxBytes / 2) return false;
    this.#report?.warn('sqlite-large', `a trace is larger than ${this.#file.path} may be; it is dropped`);
    const { database, retention } = this.#open();
    transaction(database, () => retention.remove(trace.traceId));
    batch.leaveOut(trace);
    return true;
  }

  #makeRoom(): boolean {
    const { database, retention } = this.#open();
    return transaction(database, () => retention.makeRoom());
  }

  /** Nothing is given up here: the queue keeps it within its bounds, and a disk may have room again. */
  #later(batch: SqliteBatch, error: unknown): ExportResult {
    const reason = messageOf(error);
    if (failureOf(error) === 'busy') return batch.result({ reason: 'the database is locked', afterMs: busyMs });
    this.#report?.warn('sqlite-failed', `${this.#file.path} cannot be written (${reason}); the traces are kept`, error);
    this.#close();
    return batch.result({ reason });
  }

  #tell(discovery: Discovery): void {
    const { path } = this.#file;
    if (discovery === 'replaced') {
      this.#report?.warn('sqlite-replaced', `${path} was removed or replaced; a new database was opened`);
    } else {
      this.#report?.warn('sqlite-damaged', `${path} was damaged; it was set aside and a new database was opened`);
    }
  }
}

/** Between two slices the program's own work goes on, if it has any left. */
async function pauseForOthers(): Promise<void> {
  if (!isAtLastTurn()) await nextTurn();
}
