import { systemClock } from './clock.ts';
import type { Logger } from './logger.ts';
import { isPromiseLike } from './promise-like.ts';
import { untraced } from './shared.ts';

/** How often each kind of failure of ours was seen, by its code. */
export type ReportCounts = Readonly<Record<string, number>>;

const burstMs = 60_000;

/**
 * The one place where our own failures go. Each code is written once a minute at most, with the count of what was
 * left out since; every occurrence is counted for `stats()`.
 */
export class Report {
  readonly #logger: Logger;
  readonly #counts = new Map<string, number>();
  readonly #written = new Map<string, { at: number; count: number }>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Something was lost or will not work. */
  warn(code: string, message: string, error?: unknown): void {
    const count = this.#count(code);
    const last = this.#written.get(code);
    // Monotonic: a wall clock that is set back must not silence us.
    const now = this.#now();
    if (last !== undefined && now - last.at < burstMs) return;
    this.#written.set(code, { at: now, count });
    this.#write('warn', { code, count, ...describeError(error) }, message);
  }

  /** A call that was wrong but harmless; written once in the life of a tracer. */
  debug(code: string, message: string): void {
    if (this.#count(code) === 1) this.#write('debug', { code }, message);
  }

  /** A clock that fails may be what is reported. */
  #now(): number {
    try {
      return systemClock.now();
    } catch {
      return Number.NaN;
    }
  }

  counts(): ReportCounts {
    return Object.fromEntries(this.#counts);
  }

  #count(code: string): number {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    return count;
  }

  #write(level: 'debug' | 'warn', details: object, message: string): void {
    try {
      const answer: unknown = untraced(() => this.#logger[level](details, `clew: ${message}`));
      if (isPromiseLike(answer)) answer.then(undefined, () => {});
    } catch {
      // The user's logger threw. Telling it so would throw again.
    }
  }
}

function describeError(error: unknown): { error?: string } {
  if (error === undefined) return {};
  try {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  } catch {
    return { error: 'an error that cannot be read' };
  }
}
