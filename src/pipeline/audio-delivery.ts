import { createDeferred, type Deferred } from '../base/deferred.ts';
import type { Report } from '../base/report.ts';
import { nextTurn, startIdleTimer, stopTimer } from '../base/timers.ts';
import type { AudioRecording } from '../exporters/audio-recording.ts';
import { backoffMs } from './backoff.ts';
import type { FencedExporter } from './fenced-exporter.ts';

/** What became of a recording at one exporter. */
type Answer = 'taken' | 'refused' | 'failed';

/** A recording on its way. */
interface Shipment {
  readonly recording: AudioRecording;
  readonly remove: () => Promise<void>;
  /** Who has answered. */
  readonly answered: Set<FencedExporter>;
  /** True once a later one of its call is there: it is not tried again. */
  isReplaced: boolean;
  /** There were too many: nobody waits for it any more. */
  readonly excess: Deferred<Answer>;
  isExcess: boolean;
}

const firstWaitMs = 1_000;
/** What may wait on the disk: six hours of calls as WAV. */
const mostBytes = 1_073_741_824;

/**
 * Hands recordings to the exporters that take them, and deletes each when all have answered. What failed is tried again,
 * ever more seldom, for as long as it takes: it waits on the disk, within bounds, and the oldest go first.
 */
export class AudioDelivery {
  readonly #exporters: readonly FencedExporter[];
  readonly #report: Report;
  readonly #pending = new Set<Shipment>();
  readonly #sending = new Set<Promise<boolean>>();
  /** What each exporter works on, by trace. */
  readonly #deliveries = new Map<FencedExporter, Map<string, Promise<Answer>>>();
  /** Those who wait to try again. */
  readonly #waiting = new Set<() => void>();
  readonly #tries = new Set<Promise<Answer>>();
  #isClosed = false;

  constructor(exporters: readonly FencedExporter[], report: Report) {
    this.#exporters = exporters.filter(({ exporter }) => typeof exporter.exportAudio === 'function');
    this.#report = report;
  }

  /** False where no exporter takes recordings: then none need be made. */
  get isWanted(): boolean {
    return this.#exporters.length > 0;
  }

  get isBusy(): boolean {
    return this.#pending.size > 0;
  }

  /** Resolves to whether every exporter has taken it; `remove` is called before. Never rejects. */
  send(recording: AudioRecording, remove: () => Promise<void>): Promise<boolean> {
    for (const earlier of this.#pending) if (earlier.recording.traceId === recording.traceId) earlier.isReplaced = true;
    const shipment: Shipment = {
      recording,
      remove,
      answered: new Set(),
      isReplaced: false,
      excess: createDeferred<Answer>(),
      isExcess: false,
    };
    this.#giveUpExcess(recording.byteLength);
    this.#pending.add(shipment);
    this.#hasten();
    const sent = this.#send(shipment);
    this.#sending.add(sent);
    return sent.finally(() => this.#sending.delete(sent));
  }

  /** Tries now what waits for it, and resolves when what is on its way has been answered; what failed is kept. */
  async flush(): Promise<void> {
    this.#hasten();
    // Who was told to try begins within this turn.
    await nextTurn();
    await Promise.all(this.#tries);
  }

  /** Resolves when nothing is pending any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#sending);
  }

  /** Nothing is tried more than once from now on. */
  close(): void {
    this.#isClosed = true;
    this.#hasten();
  }

  /** At process exit: what can still be copied is; the rest is lost, and deleted by whoever made it. */
  abandon(): void {
    let lost = 0;
    for (const shipment of this.#pending) {
      const left = this.#exporters.filter((exporter) => !shipment.answered.has(exporter));
      const kept = left.map((fenced) => keepNow(fenced, shipment.recording));
      if (!isGivenUp(shipment) && kept.includes(false)) lost += 1;
    }
    this.#pending.clear();
    if (lost > 0) this.#tellLoss(lost);
  }

  async #send(shipment: Shipment): Promise<boolean> {
    const answers = await Promise.all(this.#exporters.map((exporter) => this.#deliver(exporter, shipment)));
    await shipment.remove();
    const isTold = !this.#pending.delete(shipment);
    // Who refused has said so, and of what was given up for a later one nothing is lost.
    if (answers.includes('failed') && !isTold && !isGivenUp(shipment)) this.#tellLoss(1);
    return answers.every((answer) => answer === 'taken');
  }

  /** A call has one recording, the last: with each exporter an earlier one must not arrive after it. */
  #deliver(fenced: FencedExporter, shipment: Shipment): Promise<Answer> {
    const { traceId } = shipment.recording;
    const byTrace = this.#deliveries.get(fenced) ?? new Map<string, Promise<Answer>>();
    this.#deliveries.set(fenced, byTrace);
    const earlier = byTrace.get(traceId);
    const delivery =
      earlier === undefined ? this.#tryOften(fenced, shipment) : earlier.then(() => this.#tryOften(fenced, shipment));
    byTrace.set(traceId, delivery);
    return delivery.finally(() => {
      if (byTrace.get(traceId) === delivery) byTrace.delete(traceId);
    });
  }

  async #tryOften(fenced: FencedExporter, shipment: Shipment): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const trying = Promise.race([this.#try(fenced, shipment.recording), shipment.excess.promise]);
      this.#tries.add(trying);
      const answer = await trying;
      this.#tries.delete(trying);
      if (answer !== 'failed') shipment.answered.add(fenced);
      if (answer !== 'failed' || this.#isClosed || isGivenUp(shipment)) return answer;
      await this.#pause(backoffMs(tries, firstWaitMs));
      if (isGivenUp(shipment)) return answer;
    }
  }

  async #try(fenced: FencedExporter, recording: AudioRecording): Promise<Answer> {
    let failed = false;
    const onFailure = (): void => {
      failed = true;
    };
    try {
      const answer = await fenced.call(() => fenced.exporter.exportAudio?.(recording), onFailure);
      if (answer === false) return 'refused';
    } catch {
      // The fence has told it.
      return 'failed';
    }
    return failed ? 'failed' : 'taken';
  }

  /** Makes room for what comes: the oldest go. */
  #giveUpExcess(coming: number): void {
    let bytes = coming;
    for (const { recording, isExcess } of this.#pending) if (!isExcess) bytes += recording.byteLength;
    for (const shipment of this.#pending) {
      if (bytes <= mostBytes) return;
      if (shipment.isExcess) continue;
      bytes -= shipment.recording.byteLength;
      shipment.isExcess = true;
      shipment.excess.resolve('failed');
      this.#tellLoss(1);
    }
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = createDeferred<void>();
    const timer = startIdleTimer(resolve, ms);
    this.#waiting.add(resolve);
    await promise;
    stopTimer(timer);
    this.#waiting.delete(resolve);
  }

  #hasten(): void {
    for (const tryNow of this.#waiting) tryNow();
  }

  #tellLoss(count: number): void {
    this.#report.warn('audio-lost', `${count} recording(s) of calls were not taken by every exporter and are deleted`);
  }
}

function isGivenUp({ isReplaced, isExcess }: Shipment): boolean {
  return isReplaced || isExcess;
}

/** False for an exporter that cannot, or did not. */
function keepNow(fenced: FencedExporter, recording: AudioRecording): boolean {
  if (typeof fenced.exporter.exportAudioSync !== 'function') return false;
  let isKept = true;
  fenced.call(
    () => fenced.exporter.exportAudioSync?.(recording),
    () => {
      isKept = false;
    },
  );
  return isKept;
}
