import { fence, type Foreign } from '../base/fence.ts';
import { isPromiseLike } from '../base/promise-like.ts';
import type { Report } from '../base/report.ts';
import { shared, untraced } from '../base/shared.ts';
import type { TraceExporter } from '../exporters/exporter.ts';

const ignore = (): void => {};

/**
 * An exporter behind its fence: what it throws or rejects is reported and goes no further. It runs in a scope where
 * tracing is off, so that traced code it calls does not trace the export.
 */
export class FencedExporter {
  readonly exporter: TraceExporter;
  readonly name: string;
  readonly #foreign: Foreign;
  readonly #quietly: <Result>(run: () => Result) => Result;

  constructor(exporter: TraceExporter, report: Report, quietScope: object) {
    this.exporter = exporter;
    this.name = nameOf(exporter);
    this.#foreign = { report, code: 'exporter-failed', what: `the exporter ${this.name}` };
    // One that amends in place answers at once, and needs no context that outlives the call: that would cost each span
    // as much as its own.
    this.#quietly = exporter.amendsInPlace === true ? untraced : (run) => shared.storage.run(quietScope, run);
    if (exporter.connect !== undefined) this.call(() => exporter.connect?.(report));
  }

  /** What the call gave, or undefined after a throw; `onFailure` hears of a throw and of a rejection. */
  call<Result>(run: () => Result, onFailure: (error: unknown) => void = ignore): Result | undefined {
    return fence(this.#foreign, () => this.#quietly(() => asNative(run())), onFailure);
  }

  /** As `call`, resolving when the answer is there. Never rejects. */
  async settled(run: () => unknown): Promise<void> {
    try {
      await this.call(run);
    } catch {
      // The fence has told it.
    }
  }
}

/** A lazy thenable does its work each time it is asked: it is asked once. */
function asNative<Answer>(answer: Answer): Answer;
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
