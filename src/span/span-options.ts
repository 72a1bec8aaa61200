import type { Usage } from '../capture/usage/usage.ts';
import type { Level, SpanKind, SpanType } from './kind.ts';

/** Token counts in any known shape: OpenAI's, Anthropic's, ours in camelCase or snake_case. */
export type UsageLike = Usage | Readonly<Record<string, unknown>> | object;

/** What a generation has beside a span. All of it can be given at the start, in `update`, or at the end. */
export interface GenerationFields {
  /** The model's own name, such as `claude-sonnet-4-6`; it is what rollups group by. */
  readonly model?: string | null | undefined;
  readonly provider?: string | null | undefined;
  readonly modelParameters?: unknown;
  readonly usage?: UsageLike | null | undefined;
  /** US dollars, from 0 to 2^53 − 1. Null means that nobody knows. */
  readonly costUsd?: number | null | undefined;
  /** Milliseconds to the first token. */
  readonly ttftMs?: number | null | undefined;
  /** The provider's id of the answer: equal ids are counted once. */
  readonly responseId?: string | null | undefined;
  readonly toolCalls?: readonly unknown[];
}

/** How a span begins. */
export interface SpanOptions extends GenerationFields {
  readonly kind?: SpanKind;
  readonly type?: SpanType;
  readonly input?: unknown;
  readonly metadata?: object;
  readonly level?: Level;
  /** When it began, on the clock of `performance.now()`, for what is told after the fact. Default: now. */
  readonly startedAt?: number;
  /** Which try this is, from 1. Inferred from failed siblings with the same name and input unless it is given (C17). */
  readonly attempt?: number;
}

/** How a generation begins. */
export type GenerationOptions = SpanOptions;

/** A session: an id, or an object with what is known of it (G23, G24). */
export type SessionOption =
  | string
  | { readonly id: string; readonly name?: string; readonly userId?: string; readonly user_id?: string };

/** How a trace begins. */
export interface TraceOptions extends SpanOptions {
  /** Overrides the tracer's session for this trace alone (G22). */
  readonly session?: SessionOption;
  /** The same as `session` with a string. */
  readonly sessionId?: string;
  readonly userId?: string;
  readonly tags?: readonly string[];
  /** Groups traces of one run; the trace id unless given. */
  readonly runId?: string;
  /**
   * Starts a trace of its own inside a running one; both are linked. For the turns of a loop: those of one that goes on
   * after the end of its trace are traces of their own anyway.
   */
  readonly root?: boolean;
  /**
   * A W3C `traceparent` header: the trace goes on where the caller's left off. Its flag decides whether the trace is kept:
   * 01 keeps it, whatever `sampleRate` is; 00 does not, unless a rule such as `keepErrors` does.
   */
  readonly traceparent?: string | null | undefined;
  /** The W3C `tracestate` header that came with it; left out without a valid `traceparent`. */
  readonly tracestate?: string | readonly string[] | null | undefined;
}

/** What can be told of a span while it is open. Values given later win; metadata is merged. */
export interface SpanUpdate extends GenerationFields {
  readonly name?: string;
  readonly kind?: SpanKind;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly metadata?: object;
  readonly level?: Level;
  readonly statusMessage?: string | null;
  readonly attempt?: number;
}

/** How a span ends. */
export interface EndOptions extends Omit<SpanUpdate, 'name' | 'kind' | 'attempt'> {
  /** What went wrong: a message, or whatever was thrown. Sets level ERROR and outcome `error`. */
  readonly error?: unknown;
  /** When it ended, on the clock of `performance.now()`, for what is told after the fact. Default: now. */
  readonly endedAt?: number;
}

/**
 * A copy of what was given, or nothing: a program without types may pass null where options belong, and a getter among
 * them that throws must not reach the caller.
 */
export function givenOptions<Options extends object>(options: Options | null | undefined): Partial<Options> {
  if (typeof options !== 'object') return {};
  try {
    return { ...options };
  } catch {
    return {};
  }
}

/** What can be told of a trace while it is open. */
export interface TraceUpdate {
  readonly name?: string;
  readonly session?: SessionOption;
  readonly userId?: string | null;
  /** Added to the tags that are there. */
  readonly tags?: readonly string[];
  readonly metadata?: object;
  readonly runId?: string;
  readonly input?: unknown;
  readonly output?: unknown;
}
