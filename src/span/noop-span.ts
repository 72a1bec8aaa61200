import { NO_SPAN_ID, NO_TRACE_ID } from '../base/ids.ts';
import type { SpanHost } from './host.ts';
import { Span } from './span.ts';

/**
 * A span that records nothing: what there is while tracing is off, and in a trace that was sampled out. It runs what it
 * is given to run.
 */
export class NoopSpan extends Span {
  readonly #tracestate: string;

  /** What made it. */
  readonly host: SpanHost<Span>;

  constructor(host: SpanHost<Span>, traceId = NO_TRACE_ID, tracestate = '') {
    // Without a trace it is made before there is a request, where a Worker has no random numbers.
    const ids = traceId === NO_TRACE_ID ? { spanId: NO_SPAN_ID } : {};
    super({ name: 'noop', traceId }, { host, head: undefined, parent: undefined, ...ids });
    this.#tracestate = tracestate;
    this.host = host;
  }

  override get isRecording(): boolean {
    return false;
  }

  override get traceparent(): string {
    return `00-${this.traceId}-${this.spanId}-00`;
  }

  override get tracestate(): string {
    return this.#tracestate;
  }

  override event(): void {}
  override update(): void {}
  override link(): void {}
  override end(): void {}
  override conclude(): void {}
  override observe(): void {}
  override noteFailure(): void {}

  /** What stands for the spans inside it. */
  get inside(): Span {
    return this;
  }

  /** Monotonic milliseconds at which its trace ended; null where that is not known, or to come. */
  get traceEndedAt(): number | null {
    return null;
  }

  protected override createChild(): Span {
    return this.inside;
  }
}
