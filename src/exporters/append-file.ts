import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface Rotation {
  /** The file is set aside before it would grow above this; undefined for never. */
  readonly maxBytes: number | undefined;
  /** How many files that were set aside are kept. */
  readonly maxFiles: number;
}

const lineEnd = 10;

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
  #size = 0;

  constructor(path: string, rotation: Rotation) {
    this.#path = path;
    this.#rotation = rotation;
  }

  /** Appends complete lines. Returns true when the file had been removed or replaced, and a new one was opened. */
  append(lines: string): boolean {
    const wasReplaced = this.#reopenIfReplaced();
    const bytes = Buffer.from(lines);
    const { maxBytes } = this.#rotation;
    let descriptor = this.#open();
    let size = fstatSync(descriptor).size;
    if (maxBytes !== undefined && size > 0 && size + bytes.length > maxBytes) {
      this.#rotate();
      descriptor = this.#open();
      size = fstatSync(descriptor).size;
    }
    // Only another process can have changed the size, and only such a change can leave a line unfinished.
    if (size !== this.#size && !endsLine(descriptor, size)) writeAll(descriptor, Buffer.from('\n'));
    this.#size = Number.NaN;
    writeAll(descriptor, bytes);
    this.#size = size + bytes.length;
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
    this.#size = Number.NaN;
    return this.#descriptor;
  }

  #reopenIfReplaced(): boolean {
    if (this.#descriptor === undefined || this.#isCurrent(this.#descriptor)) return false;
    this.close();
    return true;
  }

  #isCurrent(descriptor: number): boolean {
    const onDisk = statSync(this.#path, { throwIfNoEntry: false });
    if (onDisk === undefined) return false;
    const ours = fstatSync(descriptor);
    return onDisk.ino === ours.ino && onDisk.dev === ours.dev;
  }

  /** Time and process id in the name, so that two processes never set aside under one name. */
  #rotate(): void {
    const time = new Date().toISOString().replace(/[-:.]/g, '');
    renameSync(this.#path, `${this.#path}.${time}.${process.pid}`);
    this.close();
    this.#removeOldest();
  }

  #removeOldest(): void {
    const folder = dirname(this.#path);
    const prefix = `${basename(this.#path)}.`;
    const aside = readdirSync(folder)
      .filter((name) => name.startsWith(prefix) && /^\d{8}T\d{9}Z\.\d+$/.test(name.slice(prefix.length)))
      .sort();
    for (const name of aside.slice(0, Math.max(0, aside.length - this.#rotation.maxFiles))) {
      try {
        unlinkSync(join(folder, name));
      } catch {
        // Another process that rotates the same file removed it first.
      }
    }
  }
}

function endsLine(descriptor: number, size: number): boolean {
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  return readSync(descriptor, last, 0, 1, size - 1) === 0 || last[0] === lineEnd;
}

/** The system may write less than it was given, on a full disk before all. */
function writeAll(descriptor: number, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(descriptor, bytes, written);
}
