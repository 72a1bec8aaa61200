import { closeSync, fstatSync, futimesSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setAside } from './rotation.ts';

export interface Rotation {
  /** The file is set aside before it would grow above this; undefined for never. */
  readonly maxBytes: number | undefined;
  /** How many files that were set aside are kept. */
  readonly maxFiles: number;
}

const lineEnd = 10;
const mostLooks = 10;
const nothing = Buffer.alloc(0);

/**
 * A file that several processes append whole lines to. Every write is one call of complete lines in append mode, so
 * that lines of two processes never mix; before each, the file is looked at: one that was removed or rotated away is
 * opened anew, and a line that a killed process left unfinished is closed.
 *
 * Synchronous and without a buffer: what was appended is written. Throws what the file system throws.
 */
export class AppendFile {
  readonly #path: string;
  readonly #rotation: Rotation;
  #descriptor: number | undefined;
  /** Where our last line ended; NaN when that is not known. */
  #end = Number.NaN;

  constructor(path: string, rotation: Rotation) {
    this.#path = path;
    this.#rotation = rotation;
  }

  /** Appends complete lines. Returns true when the file had been removed or replaced, and a new one was opened. */
  append(lines: string): boolean {
    const wasReplaced = this.#closeIfReplaced();
    const bytes = Buffer.from(lines);
    const { maxBytes = Number.POSITIVE_INFINITY } = this.#rotation;
    if (sizeOf(this.#open()) + bytes.length <= maxBytes) this.#write(bytes);
    // Line by line where the file has to be set aside in between.
    else for (const line of lines.split(/(?<=\n)/)) this.#writeOrRotate(Buffer.from(line), maxBytes);
    return wasReplaced;
  }

  close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    if (descriptor !== undefined) closeSync(descriptor);
  }

  #open(): number {
    if (this.#descriptor !== undefined) return this.#descriptor;
    mkdirSync(dirname(this.#path), { recursive: true });
    // Traces hold what people said: nobody else on the machine reads them.
    this.#descriptor = openSync(this.#path, 'a+', 0o600);
    this.#end = Number.NaN;
    return this.#descriptor;
  }

  #closeIfReplaced(): boolean {
    if (this.#descriptor === undefined || this.#isCurrent(this.#descriptor)) return false;
    // With rotation, a file that is elsewhere now was most likely set aside by another process that writes it too.
    const isNews = this.#rotation.maxBytes === undefined || fstatSync(this.#descriptor).nlink === 0;
    this.close();
    return isNews;
  }

  #isCurrent(descriptor: number): boolean {
    const onDisk = statSync(this.#path, { throwIfNoEntry: false });
    if (onDisk === undefined) return false;
    const ours = fstatSync(descriptor);
    return onDisk.ino === ours.ino && onDisk.dev === ours.dev;
  }

  #writeOrRotate(line: Buffer, maxBytes: number): void {
    const descriptor = this.#open();
    const size = sizeOf(descriptor);
    if (size > 0 && size + line.length > maxBytes) {
      // Unless another process did it since we looked.
      if (this.#isCurrent(descriptor)) setAside(this.#path, this.#rotation.maxFiles);
      this.close();
    }
    this.#write(line);
  }

  #write(lines: Buffer): void {
    const descriptor = this.#open();
    let start = sizeOf(descriptor);
    // Only another process can have changed the size, and only such a change can leave a line unfinished.
    if (start !== this.#end) start = waitForLineEnd(descriptor, start);
    const isUnfinished = start !== this.#end && !endsLine(descriptor, start);
    const bytes = isUnfinished ? Buffer.concat([Buffer.of(lineEnd), lines]) : lines;
    this.#end = Number.NaN;
    writeAll(descriptor, bytes);
    this.#end = start + bytes.length;
    if (sizeOf(descriptor) <= this.#end) return;
    const damaged = findDamaged(descriptor, start, lines);
    this.#end = Number.NaN;
    if (damaged.length > 0) this.#write(damaged);
  }
}

function sizeOf(descriptor: number): number {
  return fstatSync(descriptor).size;
}

function endsLine(descriptor: number, size: number): boolean {
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  return readSync(descriptor, last, 0, 1, size - 1) === 0 || last[0] === lineEnd;
}

/**
 * A line without its end may be one that another process is writing right now. Setting the file's time waits for that
 * write, so that what is unfinished afterwards stays so. Returns the size.
 */
function waitForLineEnd(descriptor: number, size: number): number {
  let last = Number.NaN;
  let now = size;
  for (let look = 0; look < mostLooks && now !== last && !endsLine(descriptor, now); look += 1) {
    last = now;
    touch(descriptor);
    now = sizeOf(descriptor);
  }
  return now;
}

function touch(descriptor: number): void {
  try {
    futimesSync(descriptor, new Date(), new Date());
  } catch {
    // The file is somebody else's. An empty line may come of it, no more.
  }
}

/**
 * Another process wrote since we looked at the end of the file. If it was killed meanwhile, our first line has become
 * the end of its unfinished one and must be written again. Returns what must be.
 */
function findDamaged(descriptor: number, start: number, lines: Buffer): Buffer {
  const from = Math.max(0, start - 1);
  const written = Buffer.alloc(sizeOf(descriptor) - from);
  const length = readSync(descriptor, written, 0, written.length, from);
  const place = written.subarray(0, length).indexOf(lines);
  if (place < 0) return lines;
  if (from + place === 0 || written[place - 1] === lineEnd) return nothing;
  return lines.subarray(0, lines.indexOf(lineEnd) + 1);
}

/** The system may write less than it was given, on a full disk before all. */
function writeAll(descriptor: number, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written);
}
