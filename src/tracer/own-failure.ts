import { isObject } from '../base/object.ts';
import { shared } from '../base/shared.ts';

/**
 * Reports what failed around a call, to the tracer that was to trace it; where not even that is known, to the one that
 * `init` made. Never throws.
 */
export function reportFailure(error: unknown, asked: unknown = shared.tracer): void {
  try {
    if (isReporting(asked)) {
      asked.report.warn('own-failure', 'a call could not be traced; it was made without that', error);
    }
  } catch {
    // There is nobody to report to.
  }
}

interface Reporting {
  readonly report: { warn(code: string, message: string, error: unknown): void };
}

/** By shape, since the tracer may come from another copy of clew. */
function isReporting(value: unknown): value is Reporting {
  return isObject(value) && 'report' in value && isObject(value.report) && 'warn' in value.report;
}
