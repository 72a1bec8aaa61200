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
  #traces: Waiting[] = [];
  /** Handed to the exporter and not answered for: within the bounds too, but nobody can take them back. */
  #inFlight: readonly Waiting[] = [];
  #spans = 0;
  #length = 0;

  constructor(limits: BacklogLimits) {
    this.#limits = limits;
  }

  /** Spans that wait, those in flight left out. */
  get spans(): number {
    return this.#spans;
  }

  get isEmpty(): boolean {
    return this.#traces.length === 0;
  }

  push(waiting: Waiting): void {
    this.#traces.push(waiting);
    this.#add(waiting, 1);
  }

  /** The oldest traces, up to `spans` in all and one at least; in flight until `land`. */
  takeOff(spans: number): readonly Waiting[] {
    let count = 0;
    let taken = 0;
    for (const { spans: more } of this.#traces) {
      if (count > 0 && taken + more > spans) break;
      taken += more;
      count += 1;
    }
    const batch = this.#traces.slice(0, count);
    this.#traces = this.#traces.slice(count);
    for (const waiting of batch) this.#add(waiting, -1);
    this.#inFlight = batch;
    return batch;
  }

  /** The batch in flight was answered; `back` goes to the front again. */
  land(back: readonly Waiting[]): void {
    this.#inFlight = [];
    if (back.length === 0) return;
    this.#traces = [...back, ...this.#traces];
    for (const waiting of back) this.#add(waiting, 1);
  }

  /** Everything, in flight or not; nothing is left. */
  takeAll(): readonly Waiting[] {
    const all = [...this.#inFlight, ...this.#traces];
    this.#inFlight = [];
    this.#traces = [];
    this.#spans = 0;
    this.#length = 0;
    return all;
  }

  /** Takes out the oldest traces until the rest, with what is in flight, is within the bounds. */
  dropExcess(): readonly Waiting[] {
    let [spans, length] = [this.#spans, this.#length];
    for (const waiting of this.#inFlight) {
      spans += waiting.spans;
      length += waiting.length;
    }
    let count = 0;
    while (count < this.#traces.length && (spans > this.#limits.spans || length > this.#limits.length)) {
      const oldest = this.#traces[count];
      spans -= oldest?.spans ?? 0;
      length -= oldest?.length ?? 0;
      count += 1;
    }
    const dropped = this.#traces.slice(0, count);
    if (count > 0) this.#traces = this.#traces.slice(count);
    for (const waiting of dropped) this.#add(waiting, -1);
    return dropped;
  }

  #add({ spans, length }: Waiting, sign: 1 | -1): void {
    this.#spans += sign * spans;
    this.#length += sign * length;
  }
}
