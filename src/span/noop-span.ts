import { NO_SPAN_ID, NO_TRACE_ID } from '../base/ids.ts';
import type { SpanHost } from './host.ts';
import { Span } from './span.ts';

/**
 * A span that records nothing: what tracing gives while it is off, and under a trace that was sampled out. It runs
 * what it is given to run, and its children are itself (off is an object).
 */
export class NoopSpan extends Span {
  readonly #tracestate: string;

  constructor(host: SpanHost<Span>, traceId = NO_TRACE_ID, tracestate = '') {
    // Without a trace it is made before there is a request, where a Worker has no random numbers.
    const ids = traceId === NO_TRACE_ID ? { spanId: NO_SPAN_ID } : {};
    super({ name: 'noop', traceId }, { host, head: undefined, parent: undefined, ...ids });
    this.#tracestate = tracestate;
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

  protected override createChild(): Span {
    return this;
  }
}
