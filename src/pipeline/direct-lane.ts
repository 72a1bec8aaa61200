import { messageOf } from '../base/message.ts';
import { isPromiseLike } from '../base/promise-like.ts';
import type { SpanRecord } from '../span/record.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import { Account, type LaneStats } from './account.ts';
import type { FencedExporter } from './fenced-exporter.ts';
import type { Lane } from './lane.ts';

/** Hands each trace to its exporter at once. */
export class DirectLane implements Lane {
  readonly isInstant: boolean;
  readonly streamsStarts: boolean;
  readonly streamsSpans: boolean;
  readonly #fenced: FencedExporter;
  readonly #account = new Account();
  readonly #waiting = new Set<Promise<void>>();

  constructor(fenced: FencedExporter) {
    const { exporter } = fenced;
    this.#fenced = fenced;
    this.isInstant = exporter.amendsInPlace === true;
    this.streamsStarts = exporter.exportStart !== undefined;
    this.streamsSpans = exporter.exportSpan !== undefined;
  }

  export(trace: TraceRecord, onFailure: (reason: string) => void): Promise<void> | undefined {
    const spans = trace.spans.length;
    const { exporter } = this.#fenced;
    this.#account.take(spans);
    let reason: string | undefined;
    const settle = (): void => {
      if (reason === undefined) this.#account.send(spans);
      else this.#account.lose(spans, reason);
    };
    const result = this.#fenced.call(
      () => exporter.export(trace),
      (error) => {
        reason = messageOf(error);
        onFailure(reason);
      },
    );
    if (isPromiseLike(result)) return this.#follow(result, settle);
    settle();
    return undefined;
  }

  exportStart(span: SpanRecord): void {
    const { exporter } = this.#fenced;
    if (exporter.exportStart !== undefined) this.#stream(() => exporter.exportStart?.(span));
  }

  exportSpan(span: SpanRecord): void {
    const { exporter } = this.#fenced;
    if (exporter.exportSpan !== undefined) this.#stream(() => exporter.exportSpan?.(span));
  }

  hasten(): void {}

  async flush(): Promise<void> {
    await this.#fenced.settled(() => this.#fenced.exporter.flush?.());
    while (this.#waiting.size > 0) await Promise.all(this.#waiting);
  }

  flushSync(): void {
    this.#fenced.call(() => this.#fenced.exporter.flushSync?.());
  }

  async shutdown(): Promise<void> {
    await this.flush();
    await this.#fenced.settled(() => this.#fenced.exporter.shutdown?.());
  }

  stats(): LaneStats {
    return this.#account.stats(this.#fenced.name);
  }

  /** A flush waits for what is streamed too; only whole traces are counted. */
  #stream(run: () => void | Promise<void>): void {
    const answer: unknown = this.#fenced.call(run);
    if (isPromiseLike(answer)) void this.#follow(answer, () => {});
  }

  #follow(result: PromiseLike<unknown>, settle: () => void): Promise<void> {
    const waiting = Promise.resolve(result)
      .then(settle, settle)
      .finally(() => this.#waiting.delete(waiting));
    this.#waiting.add(waiting);
    return waiting;
  }
}
