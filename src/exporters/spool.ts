import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../base/error-code.ts';
import { processId } from '../base/process.ts';
import { onNextTurn } from '../base/timers.ts';
import { readTrace } from '../span/reader.ts';
import type { TraceRecord } from '../span/trace-record.ts';

export interface SpoolOptions {
  readonly folder: string;
  /** Bytes of all segments; above it the oldest go. */
  readonly maxBytes: number;
  /** Told of what was lost here: a disk that is full, a segment that had to go. */
  readonly onLoss: (message: string, error?: unknown) => void;
}

const segmentBytes = 4_194_304;
/** `time.process.number.ndjson`: sorted by age, and nobody else's. */
const segmentName = /^(\d{13})\.(\d+)\.\d+\.ndjson$/;

interface Segment {
  readonly path: string;
  readonly descriptor: number;
  readonly waiting: Set<string>;
  bytes: number;
}

/** A segment that a process left behind which is there no more. */
export interface LeftSegment {
  readonly traces: readonly TraceRecord[];
  /** Everything in it was sent. */
  readonly remove: () => void;
  /** It could not be sent: whoever asks next may have it. */
  readonly giveBack: () => void;
}

let segments = 0;
/** Of every spool in this process: the process id alone would not tell them from those of one that had it before. */
const own = new Set<string>();

/**
 * What was not sent yet, on disk: lines of wire text in segments of a process's own, so that nobody waits for a lock.
 * A trace is written when it is put into the queue, and its segment is emptied when all of it was sent. What a killed
 * process leaves is taken over by the next one. Never throws; what goes wrong is told to `onLoss`.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #places = new Map<string, Segment>();
  #current: Segment | undefined;
  #unwritten: TraceRecord[] = [];
  #isScheduled = false;

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  /** Written on the next turn of the event loop, together with what comes until then. */
  add(trace: TraceRecord): void {
    this.#unwritten.push(trace);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    onNextTurn(() => this.write());
  }

  /** Writes now what waits to be written. */
  write(): void {
    this.#isScheduled = false;
    const traces = this.#unwritten;
    this.#unwritten = [];
    if (traces.length === 0) return;
    try {
      const segment = this.#openSegment();
      const bytes = Buffer.from(traces.map((trace) => `${trace.text()}\n`).join(''));
      for (let start = 0; start < bytes.length;) start += writeSync(segment.descriptor, bytes, start);
      segment.bytes += bytes.length;
      for (const key of traces.map(keyOf)) {
        segment.waiting.add(key);
        this.#places.set(key, segment);
      }
    } catch (error) {
      this.#options.onLoss('the spool cannot be written; what is not sent is lost if the process ends', error);
    }
  }

  /** These were sent, or will never be. */
  remove(traces: readonly TraceRecord[]): void {
    if (this.#unwritten.length > 0) {
      const removed = new Set(traces.map(keyOf));
      this.#unwritten = this.#unwritten.filter((trace) => !removed.has(keyOf(trace)));
    }
    for (const trace of traces) {
      const key = keyOf(trace);
      const segment = this.#places.get(key);
      if (segment === undefined) continue;
      this.#places.delete(key);
      segment.waiting.delete(key);
      if (segment.waiting.size === 0) this.#empty(segment);
    }
  }

  /** What processes that are gone have left, oldest first; each is ours from now on. */
  *left(): Generator<LeftSegment> {
    for (const name of this.#names()) {
      const path = this.#claim(name);
      if (path === undefined) continue;
      yield {
        traces: readLines(path),
        remove: () => {
          own.delete(path);
          ignore(() => unlinkSync(path));
        },
        giveBack: () => own.delete(path),
      };
    }
  }

  close(): void {
    this.write();
    const segment = this.#current;
    this.#current = undefined;
    if (segment === undefined) return;
    ignore(() => closeSync(segment.descriptor));
    if (segment.waiting.size === 0) ignore(() => unlinkSync(segment.path));
  }

  #openSegment(): Segment {
    if (this.#current !== undefined && this.#current.bytes < segmentBytes) return this.#current;
    if (this.#current !== undefined) closeSync(this.#current.descriptor);
    this.#current = undefined;
    mkdirSync(this.#options.folder, { recursive: true, mode: 0o700 });
    this.#dropExcess();
    const path = this.#newPath(Date.now());
    // Traces hold what people said: nobody else on the machine reads them.
    const descriptor = openSync(path, 'ax', 0o600);
    this.#current = { path, descriptor, waiting: new Set(), bytes: 0 };
    return this.#current;
  }

  #newPath(time: number): string {
    segments += 1;
    const path = join(this.#options.folder, `${String(time).padStart(13, '0')}.${processId()}.${segments}.ndjson`);
    own.add(path);
    return path;
  }

  #empty(segment: Segment): void {
    if (segment !== this.#current) return ignore(() => unlinkSync(segment.path));
    ignore(() => ftruncateSync(segment.descriptor, 0));
    segment.bytes = 0;
  }

  /** Renamed to ours, so that two processes that start together do not both send it. */
  #claim(name: string): string | undefined {
    const [, time = '', owner = ''] = segmentName.exec(name) ?? [];
    const path = join(this.#options.folder, name);
    if (own.has(path) || (Number(owner) !== processId() && isAlive(Number(owner)))) return undefined;
    const claimed = this.#newPath(Number(time));
    try {
      renameSync(path, claimed);
      return claimed;
    } catch {
      own.delete(claimed);
      return undefined;
    }
  }

  #dropExcess(): void {
    const sized = this.#names().map((name) => {
      const path = join(this.#options.folder, name);
      return { path, bytes: statSync(path, { throwIfNoEntry: false })?.size ?? 0 };
    });
    let bytes = sized.reduce((sum, { bytes: size }) => sum + size, 0);
    for (const { path, bytes: size } of sized) {
      if (bytes <= this.#options.maxBytes) return;
      bytes -= size;
      ignore(() => unlinkSync(path));
      this.#options.onLoss(`the spool is above ${this.#options.maxBytes} bytes; its oldest segment was removed`);
    }
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#options.folder)
        .filter((name) => segmentName.test(name))
        .toSorted();
    } catch {
      return [];
    }
  }
}

function keyOf({ traceId, rev }: TraceRecord): string {
  return `${traceId} ${rev}`;
}

/** A process that was killed leaves half a line at most; that is no trace. */
function readLines(path: string): readonly TraceRecord[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line) => readTrace(line) ?? []);
  } catch {
    return [];
  }
}

/** A process of somebody else's is alive too: it answers with EPERM. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

function ignore(change: () => void): void {
  try {
    change();
  } catch {
    // Another process was quicker, or the folder is gone: there is nothing left to do.
  }
}
