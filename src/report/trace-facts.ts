import type { Evaluation } from '../span/evaluation.ts';
import type { SpanRecord } from '../span/record.ts';
import { mergeTraces, TraceRecord } from '../span/trace-record.ts';

const longestInput = 200;

/** A record without its texts: a report over many traces must not hold what people said in all of them. */
function withoutTexts(trace: TraceRecord): TraceRecord {
  const input = trace.inputText === null ? null : JSON.stringify(trace.inputText.slice(0, longestInput));
  const spans = Object.freeze(trace.spans.map(lean));
  return new TraceRecord({ ...trace, inputText: input, outputText: null, metadataText: null, spans });
}

function lean(span: SpanRecord): SpanRecord {
  const none = { inputText: null, outputText: null, metadataText: null, eventFields: [], toolCallsText: null };
  return span.with({ ...none, modelParametersText: null });
}

/** Traces by id, each with what amends it. */
export class TraceFacts {
  readonly #traces = new Map<string, TraceRecord>();

  add(trace: TraceRecord): void {
    const facts = withoutTexts(trace);
    const known = this.#traces.get(trace.traceId);
    this.#traces.set(trace.traceId, known === undefined ? facts : mergeTraces(known, facts));
  }

  get traces(): readonly TraceRecord[] {
    return [...this.#traces.values()];
  }
}

/** How many traces this one stands for: the inverse of the probability with which it was kept. */
export function weightOf({ sampling: { rate } }: TraceRecord): number {
  return rate > 0 && rate <= 1 ? 1 / rate : 1;
}

const wrongLabels: ReadonlySet<string> = new Set([
  'wrong',
  'incorrect',
  'fail',
  'failed',
  'failure',
  'bad',
  'false',
  'no',
]);

/** By its label; where there is none, a score of 0. */
export function isWrong({ score, label }: Evaluation): boolean {
  return label === null ? score === 0 : wrongLabels.has(label.toLowerCase());
}
