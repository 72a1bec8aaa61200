/**
 * What a span is. The names of the constants are those of seed 002 (L25, L35–L40).
 *
 * @example
 * ```ts
 * import { SpanKind, traced } from 'clew';
 * const search = traced({ name: 'search', kind: SpanKind.TOOL }, (query: string) => [query]);
 * search('parcel');
 * ```
 */
export const SpanKind = {
  /** Top-level agent run. */
  AGENT: 'agent',
  /** Tool execution. */
  TOOL: 'tool',
  /** Direct completion call of a language model. */
  LLM: 'llm',
  /** A chain of several steps. */
  CHAIN: 'chain',
  /** Team orchestration. */
  TEAM: 'team',
  /** Any other operation. */
  CUSTOM: 'custom',
  RETRIEVER: 'retriever',
  EMBEDDING: 'embedding',
  RERANKER: 'reranker',
  GUARDRAIL: 'guardrail',
  EVALUATOR: 'evaluator',
  /** Voice: one side's speech. */
  TURN: 'turn',
  /** Voice stages; the language model stage is `LLM`. */
  STT: 'stt',
  TTS: 'tts',
  VAD: 'vad',
  NLU: 'nlu',
  DIALOGUE_MANAGEMENT: 'dialogue_management',
  API_CALL: 'api_call',
} as const;

export type SpanKind = (typeof SpanKind)[keyof typeof SpanKind];

/** A generation also carries model, usage and cost, whatever its kind. */
export type SpanType = 'span' | 'generation';

export const levels = ['DEBUG', 'DEFAULT', 'WARNING', 'ERROR'] as const;

/** How it went. */
export type Level = (typeof levels)[number];

export const outcomes = [
  'ok',
  'error',
  'cancelled',
  'abandoned',
  'unobserved',
  'detached',
  'no_end',
  'running',
] as const;

/** How it ended; `running` until then. */
export type Outcome = (typeof outcomes)[number];

const kinds: ReadonlySet<string> = new Set(Object.values(SpanKind));

export function isSpanKind(value: unknown): value is SpanKind {
  return typeof value === 'string' && kinds.has(value);
}

export function isLevel(value: unknown): value is Level {
  return levels.some((level) => level === value);
}
