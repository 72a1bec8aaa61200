import type { CallDefinition } from '../call/definition.ts';
import type { Captured } from '../capture/captured.ts';
import type { TraceHead } from '../span/head.ts';
import type { SpanHost } from '../span/host.ts';
import type { SpanPart } from '../span/span-part.ts';
import type { Span } from '../span/span.ts';
import type { TraceOptions } from '../span/span-options.ts';

/** What a span begins with. */
export interface Beginning {
  readonly options: TraceOptions & { readonly name: string };
  readonly isTrace: boolean;
  readonly includeOutput?: boolean;
  readonly capture?: () => Captured | null;
  /** Default: the active span. */
  readonly parent?: Span | undefined;
  readonly part?: SpanPart | undefined;
}

/** Begins a span under a parent. */
export type SpanBeginning = (options: Beginning['options'], parent: Span, part: SpanPart) => Span;

/** How the arguments of a call are captured: those of a generator, whose span begins later, now. */
export function captureOf(
  { isGenerator, includeInput, inputOf }: CallDefinition,
  args: readonly unknown[],
  { policy, capturer }: Pick<SpanHost<Span>, 'policy' | 'capturer'>,
): () => Captured | null {
  const capture = (): Captured | null =>
    includeInput && policy.includeInputs ? capturer.capture(inputOf(args)) : null;
  if (!isGenerator) return capture;
  const captured = capture();
  return () => captured;
}

/** Options that only a trace of its own can have. */
export function namesTrace({ session, sessionId, userId, tags, runId, traceparent }: TraceOptions): boolean {
  return [session, sessionId, userId, tags, runId, traceparent ?? undefined].some((option) => option !== undefined);
}

/** A trace that began inside another one: each points to the other, while that is open. */
export function linkBoth(root: Span, from: Span, head: TraceHead): void {
  const target = { traceId: from.traceId, spanId: from.spanId };
  root.link(target);
  head.links = [target];
  // One that has ended may have been exported: a link from there would amend its trace each time.
  if (from.endedAt === null) from.link({ traceId: root.traceId, spanId: root.spanId });
}
