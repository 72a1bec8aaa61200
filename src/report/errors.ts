import type { TraceRecord } from '../span/trace-record.ts';
import { normalisedMessage } from './message.ts';
import { weightOf } from './trace-facts.ts';
import { sumOf } from './weighted.ts';

/** Errors of one type whose messages differ in ids and numbers at most. */
export interface ErrorGroup {
  readonly type: string;
  readonly message: string;
  /** How many traces had it. */
  readonly traces: number;
  /** One of them. */
  readonly traceId: string;
}

export interface ErrorReport {
  /** Share of traces that failed, 0 to 1. Those that the program let go of have neither failed nor succeeded. */
  readonly rate: number;
  /** Share of traces that had an error somewhere, and went on. */
  readonly handledRate: number;
  /** The most common first. */
  readonly groups: readonly ErrorGroup[];
}

/** Null where there are no traces. */
export function errorsOf(traces: readonly TraceRecord[]): ErrorReport | null {
  const ended = traces.filter(({ outcome }) => outcome !== 'no_end');
  const share = (chosen: readonly TraceRecord[]): number => sumOf(chosen.map(weightOf)) / sumOf(ended.map(weightOf));
  if (ended.length === 0) return null;
  return {
    rate: share(ended.filter(({ level }) => level === 'ERROR')),
    handledRate: share(ended.filter(({ level, errorCount }) => level !== 'ERROR' && errorCount > 0)),
    groups: groupsOf(ended),
  };
}

function groupsOf(traces: readonly TraceRecord[]): readonly ErrorGroup[] {
  const groups = new Map<string, ErrorGroup>();
  for (const trace of traces) {
    // An error that went up through several spans is one.
    for (const [key, { type, message }] of errorsIn(trace)) {
      const known = groups.get(key) ?? { type, message, traces: 0, traceId: trace.traceId };
      groups.set(key, { ...known, traces: known.traces + weightOf(trace) });
    }
  }
  return [...groups.values()].toSorted((one, other) => other.traces - one.traces);
}

function errorsIn(trace: TraceRecord): ReadonlyMap<string, Pick<ErrorGroup, 'type' | 'message'>> {
  const errors = new Map<string, Pick<ErrorGroup, 'type' | 'message'>>();
  for (const span of trace.spans) {
    if (span.level !== 'ERROR') continue;
    const type = span.exception?.type ?? 'error';
    const message = normalisedMessage(span.error ?? span.statusMessage ?? '');
    errors.set(`${type}\n${message}`, { type, message });
  }
  return errors;
}
