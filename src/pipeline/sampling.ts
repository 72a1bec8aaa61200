import type { Report } from '../base/report.ts';
import { fence } from '../base/fence.ts';
import { untraced } from '../base/shared.ts';
import type { TraceRecord } from '../span/trace-record.ts';
import type { SamplingDecision } from '../span/trace-fields.ts';

/** Decides about a finished trace: true keeps it, false does not, undefined leaves it to the other rules. */
export type Sampler = (trace: TraceRecord) => boolean | undefined;

export interface SamplingRules {
  readonly sampleRate: number;
  readonly keepErrors: boolean;
  readonly keepSlowerThanMs: number | undefined;
  readonly keepCostlierThanUsd: number | undefined;
  readonly sampler: Sampler | undefined;
}

const randomBits = 2 ** 56;

/**
 * Whole traces are kept or not (L18). The head decides by the last 56 bits of the trace id, as OpenTelemetry does, so
 * that every service agrees; a tail rule may keep what the head left out.
 */
export class Sampling {
  readonly #rules: SamplingRules;
  readonly #report: Report;
  /** True when a trace that the head leaves out may still be kept, so that it must be recorded. */
  readonly hasTailRule: boolean;

  constructor(rules: SamplingRules, report: Report) {
    this.#rules = rules;
    this.#report = report;
    const { keepErrors, keepSlowerThanMs, keepCostlierThanUsd, sampler } = rules;
    this.hasTailRule =
      keepErrors || keepSlowerThanMs !== undefined || keepCostlierThanUsd !== undefined || sampler !== undefined;
  }

  /** The head's decision. Ids at or above the rejection threshold are kept. */
  keepsHead(traceId: string): boolean {
    const { sampleRate } = this.#rules;
    if (sampleRate >= 1) return true;
    if (sampleRate <= 0) return false;
    return Number.parseInt(traceId.slice(-14), 16) >= (1 - sampleRate) * randomBits;
  }

  /** Why a finished trace is kept, or null. A trace that a rule keeps in any case has probability 1. */
  decide(trace: TraceRecord, isHeadSampled: boolean): SamplingDecision | null {
    const { sampler, sampleRate } = this.#rules;
    // Untraced, since a trace that the sampler makes would be sampled in its turn.
    const decide = sampler && ((): boolean | undefined => untraced(() => sampler(trace)));
    const own = decide && fence({ report: this.#report, code: 'sampler-failed', what: 'the sampler' }, decide);
    if (own === false) return null;
    const tail = own === true ? 'rule' : this.#tailReason(trace);
    if (tail === undefined) return isHeadSampled ? { rate: sampleRate, reason: 'head' } : null;
    return { rate: 1, reason: isHeadSampled ? 'head' : tail };
  }

  #tailReason(trace: TraceRecord): SamplingDecision['reason'] | undefined {
    const { keepErrors, keepSlowerThanMs, keepCostlierThanUsd } = this.#rules;
    if (keepErrors && trace.errorCount > 0) return 'error';
    if (keepSlowerThanMs !== undefined && (trace.durationMs ?? 0) > keepSlowerThanMs) return 'slow';
    if (keepCostlierThanUsd !== undefined && (trace.costUsd ?? 0) > keepCostlierThanUsd) return 'costly';
    return undefined;
  }
}
