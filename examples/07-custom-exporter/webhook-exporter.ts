import type { TraceExporter, TraceRecord } from 'clew';

interface Batch {
  readonly lines: string[];
  readonly answer: PromiseWithResolvers<void>;
  readonly timer: NodeJS.Timeout;
}

/**
 * Posts traces as NDJSON, those of one second together. Any object with `export` is an exporter; the promise tells clew
 * whether the record arrived, so that `flush()` and `stats()` count what was lost. Nothing here can hurt traced code.
 */
export class WebhookExporter implements TraceExporter {
  readonly #url: string;
  #batch: Batch | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  export(trace: TraceRecord): Promise<void> {
    const batch = (this.#batch ??= this.#open());
    batch.lines.push(trace.text());
    return batch.answer.promise;
  }

  async flush(): Promise<void> {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    clearTimeout(batch.timer);
    await this.#post(batch.lines.join('\n')).then(batch.answer.resolve, batch.answer.reject);
  }

  async #post(body: string): Promise<void> {
    const response = await fetch(this.#url, { method: 'POST', body, signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Error(`the webhook answered ${response.status}`);
  }

  /** The timer does not keep the process: at its end clew flushes. */
  #open(): Batch {
    const timer = setTimeout(() => void this.flush(), 1_000).unref();
    return { lines: [], answer: Promise.withResolvers<void>(), timer };
  }
}
