import type { Report } from '../base/report.ts';
import { fence, type Foreign } from '../base/fence.ts';
import { messageOf } from '../base/message.ts';
import { isPromiseLike } from '../base/promise-like.ts';
import { shared, untraced } from '../base/shared.ts';
import type { TraceExporter } from '../exporters/exporter.ts';
import type { SpanRecord } from '../span/record.ts';
import type { TraceRecord } from '../span/trace-record.ts';

/** What became of the spans that one exporter was given. */
export interface LaneStats {
  readonly exporter: string;
  readonly sent: number;
  readonly dropped: number;
  readonly pending: number;
  /** Why spans were dropped, and how many for each reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

/**
 * One exporter, its account, and the fence round it. The exporter runs in a scope where tracing is off, so that traced
 * code it calls does not trace the export.
 */
export class Lane {
  readonly exporter: TraceExporter;
  readonly #foreign: Foreign;
  /** Runs a call of the exporter with tracing off. */
  readonly #quietly: <Result>(run: () => Result) => Result;
  readonly #waiting = new Set<Promise<void>>();
  readonly #reasons = new Map<string, number>();
  readonly #name: string;
  #sent = 0;
  #dropped = 0;
  #pending = 0;

  constructor(exporter: TraceExporter, report: Report, quietScope: object) {
    this.exporter = exporter;
    this.#name = nameOf(exporter);
    this.#foreign = { report, code: 'exporter-failed', what: `the exporter ${this.#name}` };
    // One that amends in place answers at once, and needs no context that outlives the call: that would cost each span
    // as much as its own.
    this.#quietly = exporter.amendsInPlace === true ? untraced : (run) => shared.storage.run(quietScope, run);
    if (exporter.connect !== undefined) this.#call(() => exporter.connect?.(report));
  }

  /** Hands over a trace. Returns what to wait for, or undefined when the exporter has answered; `onFailure` hears why. */
  export(trace: TraceRecord, onFailure: (error: unknown) => void): Promise<void> | undefined {
    const spans = trace.spans.length;
    this.#pending += spans;
    let failed = false;
    const fail = (error: unknown): void => {
      failed = true;
      this.#lose(spans, error);
      onFailure(error);
    };
    const result = this.#call(() => this.exporter.export(trace), fail);
    if (isPromiseLike(result)) return this.#follow(result, () => this.#settle(spans, failed));
    this.#settle(spans, failed);
    return undefined;
  }

  exportStart(span: SpanRecord): void {
    if (this.exporter.exportStart !== undefined) this.#stream(() => this.exporter.exportStart?.(span));
  }

  exportSpan(span: SpanRecord): void {
    if (this.exporter.exportSpan !== undefined) this.#stream(() => this.exporter.exportSpan?.(span));
  }

  /** Resolves when everything handed over was answered and flushed. Never rejects, and may never resolve. */
  async flush(): Promise<void> {
    await this.#call(
      () => this.exporter.flush?.(),
      () => {},
      true,
    );
    while (this.#waiting.size > 0) await Promise.all(this.#waiting);
  }

  flushSync(): void {
    this.#call(() => this.exporter.flushSync?.());
  }

  async shutdown(): Promise<void> {
    await this.flush();
    await this.#call(
      () => this.exporter.shutdown?.(),
      () => {},
      true,
    );
  }

  stats(): LaneStats {
    return {
      exporter: this.#name,
      sent: this.#sent,
      dropped: this.#dropped,
      pending: this.#pending,
      reasons: Object.fromEntries(this.#reasons),
    };
  }

  /** A flush waits for what is streamed too; only whole traces are counted. */
  #stream(run: () => void | Promise<void>): void {
    const answer: unknown = this.#call(run);
    if (isPromiseLike(answer)) void this.#follow(answer, () => {});
  }

  #follow(result: PromiseLike<unknown>, settle: () => void): Promise<void> {
    const waiting = Promise.resolve(result)
      .then(settle, settle)
      .finally(() => this.#waiting.delete(waiting));
    this.#waiting.add(waiting);
    return waiting;
  }

  #settle(spans: number, failed: boolean): void {
    this.#pending -= spans;
    if (!failed) this.#sent += spans;
  }

  #lose(spans: number, error: unknown): void {
    this.#dropped += spans;
    const reason = messageOf(error);
    if (this.#reasons.size < 50 || this.#reasons.has(reason)) {
      this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + spans);
    }
  }

  #call<Result>(run: () => Result, onFailure?: (error: unknown) => void): Result | undefined;
  #call<Result>(run: () => Result, onFailure: (error: unknown) => void, swallow: true): Promise<void>;
  #call<Result>(run: () => Result, onFailure: (error: unknown) => void = () => {}, swallow = false): unknown {
    const result = fence(this.#foreign, () => this.#quietly(() => asNative(run())), onFailure);
    if (!swallow) return result;
    return Promise.resolve(result).then(
      () => {},
      () => {},
    );
  }
}

/** A lazy thenable does its work each time it is asked: it is asked once. */
function asNative(answer: unknown): unknown {
  return isPromiseLike(answer) ? Promise.resolve(answer) : answer;
}

function nameOf(exporter: TraceExporter): string {
  try {
    return exporter.constructor.name || 'Object';
  } catch {
    return 'Object';
  }
}
