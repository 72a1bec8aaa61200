import { isPromiseLike } from './promise-like.ts';
import type { Report } from './report.ts';

/** Foreign code that failed: who, and with what. */
export interface Foreign {
  readonly report: Report;
  /** A stable code for the report, such as `exporter-failed`. */
  readonly code: string;
  /** Who failed, in words. */
  readonly what: string;
}

const ignore = (): void => {};

/**
 * Runs foreign code (an exporter, a masker, a sampler) so that neither a throw nor a rejection leaves it.
 * Returns what it returned, or undefined after a throw. `onFailure` also hears of a rejection.
 */
export function fence<Result>(
  foreign: Foreign,
  run: () => Result,
  onFailure: (error: unknown) => void = ignore,
): Result | undefined {
  try {
    const result = run();
    if (isPromiseLike(result)) result.then(undefined, (error: unknown) => fail(error, foreign, onFailure));
    return result;
  } catch (error) {
    fail(error, foreign, onFailure);
    return undefined;
  }
}

function fail(error: unknown, { report, code, what }: Foreign, onFailure: (error: unknown) => void): void {
  report.warn(code, `${what} failed; the program goes on without it`, error);
  onFailure(error);
}
