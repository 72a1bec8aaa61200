import { roundMs } from '../base/clock.ts';
import type { SpanRecord } from './record.ts';
import { isTurn, type CallVoice, type LatencySummary, type TraceVoice, type VoiceRollup } from './voice.ts';

type Part = 'stt' | 'llm' | 'tts' | 'other';

const priced: ReadonlySet<string> = new Set<Part>(['stt', 'llm', 'tts']);

function isPriced(kind: string): kind is 'stt' | 'llm' | 'tts' {
  return priced.has(kind);
}

/** The spans of a call with the cost of each turn in it, and what they come to: made anew for each record of a trace. */
export function summariseCall(
  call: CallVoice,
  spans: readonly SpanRecord[],
): { readonly voice: TraceVoice; readonly spans: readonly SpanRecord[] } {
  const costs = new Costs(spans);
  const settled = spans.map((span) => {
    if (!isTurn(span.voice)) return span;
    const costUsd = costs.ofTurn(span.spanId);
    return span.voice.costUsd === costUsd ? span : span.with({ voice: Object.freeze({ ...span.voice, costUsd }) });
  });
  return { voice: Object.freeze({ ...call, rollup: rollUp(settled, costs) }), spans: settled };
}

function rollUp(spans: readonly SpanRecord[], costs: Costs): VoiceRollup {
  const turns = spans.flatMap(({ voice, eventFields }) => (isTurn(voice) ? [{ voice, eventFields }] : []));
  const events = turns.flatMap(({ eventFields }) => eventFields);
  const ttfa = turns.flatMap(({ voice }) => voice.ttfaMs ?? []);
  const latencies = turns.flatMap(({ voice }) => voice.interruptLatencyMs ?? []);
  return Object.freeze({
    userTurns: turns.filter(({ voice }) => voice.role === 'user').length,
    agentTurns: turns.filter(({ voice }) => voice.role === 'agent').length,
    interruptions: turns.filter(({ voice }) => voice.interruptsTurnId !== null).length,
    failedInterrupts: events.filter(({ name }) => name === 'failed_interrupt').length,
    interruptLatencyMs: summaryOf(latencies),
    ttfaMs: Object.freeze({ ...summaryOf(ttfa), n: ttfa.length }),
    costUsd: costs.byPart(),
  });
}

/** Nearest rank: a time that was measured, never one between two. */
function summaryOf(values: readonly number[]): LatencySummary {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): number | null => {
    const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
    return value === undefined ? null : roundMs(value);
  };
  return Object.freeze({ p50: at(0.5), p95: at(0.95) });
}

/** What each turn and each kind of stage cost. Aggregates and repeated answers count nowhere, as in the trace's sum. */
class Costs {
  readonly #byTurn = new Map<string, number>();
  readonly #byPart: Record<Part, number> = { stt: 0, llm: 0, tts: 0, other: 0 };

  constructor(spans: readonly SpanRecord[]) {
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const seen = new Set<string>();
    for (const span of spans) {
      if ((span.costUsd === null && span.usage === null) || span.usageScope === 'aggregate') continue;
      if (span.responseId !== null && seen.has(span.responseId)) continue;
      if (span.responseId !== null) seen.add(span.responseId);
      if (span.costUsd !== null) this.#add(span, span.costUsd, byId);
    }
  }

  ofTurn(turnId: string): number {
    return round(this.#byTurn.get(turnId) ?? 0);
  }

  byPart(): VoiceRollup['costUsd'] {
    const { stt, llm, tts, other } = this.#byPart;
    return Object.freeze({
      stt: round(stt),
      llm: round(llm),
      tts: round(tts),
      other: round(other),
      total: round(stt + llm + tts + other),
    });
  }

  #add(span: SpanRecord, costUsd: number, byId: ReadonlyMap<string, SpanRecord>): void {
    this.#byPart[isPriced(span.kind) ? span.kind : 'other'] += costUsd;
    for (let above: SpanRecord | undefined = span; above !== undefined; above = byId.get(above.parentId ?? '')) {
      if (!isTurn(above.voice)) continue;
      this.#byTurn.set(above.spanId, (this.#byTurn.get(above.spanId) ?? 0) + costUsd);
      return;
    }
  }
}

/** A billionth of a dollar: sums of binary fractions would be printed with digits that nobody paid. */
function round(costUsd: number): number {
  return Math.round(costUsd * 1e9) / 1e9;
}
