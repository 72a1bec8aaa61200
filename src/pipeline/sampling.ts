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

/** What the rules ask of a trace. */
export interface TraceFacts {
  /** What the head decided. */
  readonly isSampled: boolean;
  /** With what probability the head keeps such a trace. */
  readonly rate: number;
  /** True when a span, or an event, is of level ERROR. */
  readonly hasError: boolean;
  /** Milliseconds from the start of the root to the end of the span that ended last. */
  readonly lastedMs: number;
  /** At least what the trace costs: spans that repeat what others cost are counted too. */
  readonly mostCostUsd: number;
  /** The trace as a record; asked for by a rule that cannot do without. */
  readonly record: () => TraceRecord;
}

const idRange = 2n ** 56n;

/**
 * Whole traces are kept or not. The head decides by OpenTelemetry's consistent probability: 56 random bits against a
 * rejection threshold, so that services agree. A tail rule may keep what the head left out.
 */
export class Sampling {
  readonly #rules: SamplingRules;
  readonly #report: Report;
  /** True when a trace that the head leaves out may still be kept, so that it must be recorded. */
  readonly hasTailRule: boolean;
  /** Random bits from here on are kept: 14 hexadecimal digits. Undefined when nothing is kept. */
  readonly threshold: string | undefined;
  /** The same without the zeros at its end, as `tracestate` carries it. */
  readonly shortThreshold: string;

  constructor(rules: SamplingRules, report: Report) {
    this.#rules = rules;
    this.#report = report;
    const { keepErrors, keepSlowerThanMs, keepCostlierThanUsd, sampler } = rules;
    this.hasTailRule =
      keepErrors || keepSlowerThanMs !== undefined || keepCostlierThanUsd !== undefined || sampler !== undefined;
    this.threshold = thresholdOf(rules.sampleRate);
    this.shortThreshold = (this.threshold ?? '').replace(/(?<=.)0+$/, '');
  }

  /** Share of the traces that begin here which the head keeps. */
  get rate(): number {
    return this.#rules.sampleRate;
  }

  /** True when a sampler is asked, which must see a trace as whole as it gets. */
  get asksSampler(): boolean {
    return this.#rules.sampler !== undefined;
  }

  /**
   * The head's decision about a trace that begins here.
   *
   * @param randomness - 14 hexadecimal digits: the last of the trace id.
   */
  keepsHead(randomness: string): boolean {
    // Of one length and in lower case, digits compare as the numbers do.
    return this.threshold !== undefined && randomness >= this.threshold;
  }

  /** Why a finished trace is kept, or null. A trace that a rule keeps in any case has probability 1. */
  decide(facts: TraceFacts): SamplingDecision | null {
    const own = this.#askSampler(facts);
    if (own === false) return null;
    const tail = own === true ? 'rule' : this.tailReason(facts);
    if (tail === undefined) return facts.isSampled ? { rate: facts.rate, reason: 'head' } : null;
    return { rate: 1, reason: facts.isSampled ? 'head' : tail };
  }

  /** The rule that keeps the trace whatever the head decided, if there is one; the sampler is not asked. */
  tailReason(facts: TraceFacts): SamplingDecision['reason'] | undefined {
    const { keepErrors, keepSlowerThanMs, keepCostlierThanUsd } = this.#rules;
    if (keepErrors && facts.hasError) return 'error';
    if (keepSlowerThanMs !== undefined && facts.lastedMs > keepSlowerThanMs) return 'slow';
    if (keepCostlierThanUsd === undefined || facts.mostCostUsd <= keepCostlierThanUsd) return undefined;
    return (facts.record().costUsd ?? 0) > keepCostlierThanUsd ? 'costly' : undefined;
  }

  #askSampler(facts: TraceFacts): boolean | undefined {
    const { sampler } = this.#rules;
    if (sampler === undefined) return undefined;
    const trace = facts.record();
    // Untraced, since a trace that the sampler makes would be sampled in its turn.
    return fence({ report: this.#report, code: 'sampler-failed', what: 'the sampler' }, () =>
      untraced(() => sampler(trace)),
    );
  }
}

/** To 56 bits, as OpenTelemetry's own sampler for JavaScript has it: the same ids are kept. */
function thresholdOf(rate: number): string | undefined {
  const kept = BigInt(Math.round(rate * 2 ** 56));
  return kept === 0n ? undefined : (idRange - kept).toString(16).padStart(14, '0');
}
