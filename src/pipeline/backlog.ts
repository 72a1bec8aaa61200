import type { TraceRecord } from '../span/trace-record.ts';

/** A trace that waits for its exporter, and whoever waits for it. */
export interface Waiting {
  readonly trace: TraceRecord;
  readonly spans: number;
  /** Characters that it holds. */
  readonly length: number;
  /** Told when it was tried, and again if it is tried again; `reason` is undefined when all is well. Only the first counts. */
  readonly answer: (reason: string | undefined) => void;
}

export interface BacklogLimits {
  readonly spans: number;
  readonly length: number;
}

export function spansIn(waiting: readonly Waiting[]): number {
  return waiting.reduce((sum, { spans }) => sum + spans, 0);
}

/** Traces in the order in which they came, within bounds: above them whole oldest traces go. */
export class Backlog {
  readonly #limits: BacklogLimits;
  /** A set and not a list: taking from the front of a long list moves the rest of it, with every trace while it is full. */
  #traces = new Set<Waiting>();
  readonly #waiting = new Load();
  /** Handed to the exporter and not answered for: within the bounds too, but nobody can take them back. */
  #inFlight: readonly Waiting[] = [];
  readonly #flying = new Load();

  constructor(limits: BacklogLimits) {
    this.#limits = limits;
  }

  /** Spans that wait, those in flight left out. */
  get spans(): number {
    return this.#waiting.spans;
  }

  get isEmpty(): boolean {
    return this.#traces.size === 0;
  }

  push(waiting: Waiting): void {
    this.#traces.add(waiting);
    this.#waiting.add(waiting);
  }

  /** The oldest traces, up to `spans` in all and one at least; in flight until `land`. */
  takeOff(spans: number): readonly Waiting[] {
    const batch: Waiting[] = [];
    for (const oldest of this.#traces) {
      if (batch.length > 0 && this.#flying.spans + oldest.spans > spans) break;
      this.#take(oldest);
      this.#flying.add(oldest);
      batch.push(oldest);
    }
    this.#inFlight = batch;
    return batch;
  }

  /** The batch in flight was answered; `back` goes to the front again. */
  land(back: readonly Waiting[]): void {
    this.#inFlight = [];
    this.#flying.clear();
    if (back.length === 0) return;
    this.#traces = new Set([...back, ...this.#traces]);
    for (const waiting of back) this.#waiting.add(waiting);
  }

  /** Everything, in flight or not; nothing is left. */
  takeAll(): readonly Waiting[] {
    const all = [...this.#inFlight, ...this.#traces];
    this.#inFlight = [];
    this.#traces.clear();
    this.#flying.clear();
    this.#waiting.clear();
    return all;
  }

  /** Takes out the oldest traces until the rest, with what is in flight, is within the bounds. */
  dropExcess(): readonly Waiting[] {
    const dropped: Waiting[] = [];
    for (const oldest of this.#traces) {
      const spans = this.#waiting.spans + this.#flying.spans;
      const length = this.#waiting.length + this.#flying.length;
      if (spans <= this.#limits.spans && length <= this.#limits.length) break;
      this.#take(oldest);
      dropped.push(oldest);
    }
    return dropped;
  }

  #take(waiting: Waiting): void {
    this.#traces.delete(waiting);
    this.#waiting.remove(waiting);
  }
}

/** The sums of what waits somewhere. */
class Load {
  spans = 0;
  length = 0;

  add({ spans, length }: Waiting): void {
    this.spans += spans;
    this.length += length;
  }

  remove({ spans, length }: Waiting): void {
    this.spans -= spans;
    this.length -= length;
  }

  clear(): void {
    this.spans = 0;
    this.length = 0;
  }
}
