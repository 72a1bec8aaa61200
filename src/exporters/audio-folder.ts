import { chmodSync, copyFileSync, mkdirSync, renameSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ownClock } from '../base/clock.ts';
import { processId } from '../base/process.ts';
import { pause } from '../base/timers.ts';
import type { AudioRecording } from './audio-recording.ts';
import { Turns } from './turns.ts';

export interface AudioFolderLimits {
  /** Bytes of all recordings; above it the oldest go. */
  readonly maxBytes: number;
  /** Milliseconds that a recording is kept. */
  readonly maxAgeMs: number;
}

interface Kept {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: number;
}

/** A trace's id and what follows it; also of one that was left half written. */
const recordingName = /^[\da-f]{32}\.[\w.]+$/;

const tidyMs = 3_600_000;

/** Keeps recordings as files that nobody else on the machine can read, within bounds of size and age. */
export class AudioFolder {
  readonly #folder: string;
  readonly #limits: AudioFolderLimits;
  readonly #turns = new Turns();
  #tidiedAt = Number.NEGATIVE_INFINITY;

  constructor(folder: string, limits: AudioFolderLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /** Resolves when the recording is there; rejects with what the file system says. */
  keep(recording: AudioRecording): Promise<void> {
    return this.#turns.take(() => this.#keep(recording));
  }

  /** The same where nothing asynchronous runs any more; throws what the file system says. */
  keepNow({ ref, path }: AudioRecording): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const target = join(this.#folder, basename(ref));
    const half = `${target}.${processId()}.part`;
    copyFileSync(path, half);
    chmodSync(half, 0o600);
    renameSync(half, target);
  }

  async #keep({ ref, path }: AudioRecording): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    // Only a name: a path in it would lead out of the folder.
    const target = join(this.#folder, basename(ref));
    const half = `${target}.${processId()}.part`;
    try {
      await copyFile(path, half);
      await chmod(half, 0o600);
      await rename(half, target);
    } catch (error) {
      await rm(half, { force: true });
      throw error;
    }
    await this.#prune(target);
  }

  /** Removes what is too old, once an hour at most: also while no recording comes. Never rejects. */
  async tidy(): Promise<void> {
    const now = ownClock.now();
    if (now - this.#tidiedAt < tidyMs) return;
    this.#tidiedAt = now;
    await this.#turns.take(() => this.#prune('')).catch(() => {});
  }

  /** What is too old goes, and the oldest of what is too much; never what came just now. */
  async #prune(newest: string): Promise<void> {
    const kept = (await this.#list()).toSorted((one, other) => one.modifiedAt - other.modifiedAt);
    let bytes = kept.reduce((sum, file) => sum + file.bytes, 0);
    const oldest = Date.now() - this.#limits.maxAgeMs;
    for (const file of kept) {
      if (file.path === newest || (file.modifiedAt >= oldest && bytes <= this.#limits.maxBytes)) continue;
      await rm(file.path, { force: true });
      bytes -= file.bytes;
      // A folder of thousands is no reason to keep everybody else's file operations waiting.
      await pause(0);
    }
  }

  async #list(): Promise<readonly Kept[]> {
    const names = await readdir(this.#folder);
    // What somebody else has put there is nobody's to delete.
    const ours = names.filter((name) => recordingName.test(name));
    const found = await Promise.all(ours.map((name) => describe(join(this.#folder, name))));
    return found.flatMap((file) => file ?? []);
  }
}

/** Undefined for what another process has removed meanwhile. */
async function describe(path: string): Promise<Kept | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { path, bytes: size, modifiedAt: mtimeMs };
  } catch {
    return undefined;
  }
}
