import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Report } from '../base/report.ts';
import type { AudioRecording } from '../exporters/audio-recording.ts';
import { backoffMs } from './backoff.ts';
import type { FencedExporter } from './fenced-exporter.ts';

const mostTries = 8;
const firstWaitMs = 1_000;

/** Hands recordings to the exporters that take them, tries again what failed, and deletes each when all have answered. */
export class AudioDelivery {
  readonly #exporters: readonly FencedExporter[];
  readonly #report: Report;
  readonly #pending = new Map<AudioRecording, Promise<boolean>>();
  /** Those who wait to try again. */
  readonly #waiting = new Set<() => void>();
  readonly #tries = new Set<Promise<boolean>>();
  #isClosed = false;

  constructor(exporters: readonly FencedExporter[], report: Report) {
    this.#exporters = exporters.filter(({ exporter }) => typeof exporter.exportAudio === 'function');
    this.#report = report;
  }

  /** False where no exporter takes recordings: then none need be made. */
  get isWanted(): boolean {
    return this.#exporters.length > 0;
  }

  /** Resolves to whether every exporter has taken it. Never rejects. */
  send(recording: AudioRecording): Promise<boolean> {
    const sent = this.#send(recording);
    this.#pending.set(recording, sent);
    return sent;
  }

  /** Tries now what waits for it, and resolves when what is on its way has been answered; what failed is kept. */
  async flush(): Promise<void> {
    this.#hasten();
    // Who was told to try begins on a later turn.
    await Promise.resolve();
    await Promise.all(this.#tries);
  }

  /** Resolves when nothing is pending any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending.values());
  }

  /** Nothing is tried again from now on. */
  close(): void {
    this.#isClosed = true;
    this.#hasten();
  }

  /** At process exit: nothing that people said may stay behind in a temporary folder. */
  abandon(): void {
    for (const { path } of this.#pending.keys()) rmSync(path, { force: true });
    if (this.#pending.size > 0) this.#tellLoss(this.#pending.size);
  }

  async #send(recording: AudioRecording): Promise<boolean> {
    const taken = await Promise.all(this.#exporters.map((exporter) => this.#deliver(exporter, recording)));
    await rm(recording.path, { force: true }).catch(() => {});
    this.#pending.delete(recording);
    const isTaken = taken.every(Boolean);
    if (!isTaken) this.#tellLoss(1);
    return isTaken;
  }

  async #deliver(fenced: FencedExporter, recording: AudioRecording): Promise<boolean> {
    for (let tries = 1; tries <= mostTries; tries += 1) {
      const trying = this.#try(fenced, recording);
      this.#tries.add(trying);
      const isTaken = await trying;
      this.#tries.delete(trying);
      if (isTaken) return true;
      if (this.#isClosed || tries === mostTries) return false;
      await this.#pause(backoffMs(tries, firstWaitMs));
    }
    return false;
  }

  async #try(fenced: FencedExporter, recording: AudioRecording): Promise<boolean> {
    let failed = false;
    const onFailure = (): void => {
      failed = true;
    };
    try {
      await fenced.call(() => fenced.exporter.exportAudio?.(recording), onFailure);
    } catch {
      // The fence has told it.
      failed = true;
    }
    return !failed;
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    timer.unref();
    this.#waiting.add(resolve);
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(resolve);
  }

  #hasten(): void {
    for (const tryNow of this.#waiting) tryNow();
  }

  #tellLoss(count: number): void {
    this.#report.warn('audio-lost', `${count} recording(s) of calls were not taken by every exporter and are deleted`);
  }
}
