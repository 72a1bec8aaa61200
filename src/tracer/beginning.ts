import type { Captured } from '../capture/capturer.ts';
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
