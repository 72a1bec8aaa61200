/** What became of the spans that one exporter was given. */
export interface LaneStats {
  readonly exporter: string;
  readonly sent: number;
  readonly dropped: number;
  readonly pending: number;
  /** Why spans were dropped, and how many for each reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

const mostReasons = 50;
/** Where the reasons are too many to tell one by one. */
const otherReasons = 'other reasons';

/** Counts spans, each once: what was taken is pending until it is sent or lost. */
export class Account {
  #sent = 0;
  #dropped = 0;
  #pending = 0;
  readonly #reasons = new Map<string, number>();

  get pending(): number {
    return this.#pending;
  }

  take(spans: number): void {
    this.#pending += spans;
  }

  send(spans: number): void {
    this.#pending -= spans;
    this.#sent += spans;
  }

  lose(spans: number, reason: string): void {
    this.#pending -= spans;
    this.#dropped += spans;
    const key = this.#reasons.has(reason) || this.#reasons.size < mostReasons ? reason : otherReasons;
    this.#reasons.set(key, (this.#reasons.get(key) ?? 0) + spans);
  }

  stats(exporter: string): LaneStats {
    return {
      exporter,
      sent: this.#sent,
      dropped: this.#dropped,
      pending: this.#pending,
      reasons: Object.fromEntries(this.#reasons),
    };
  }
}
