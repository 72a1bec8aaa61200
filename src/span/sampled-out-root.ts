import type { SpanHost } from './host.ts';
import { NoopSpan } from './noop-span.ts';
import type { Span } from './span.ts';

/**
 * The root of a trace that was sampled out. It records nothing but its end: what a loop begins long after that is no part
 * of the trace, and has a decision of its own.
 */
export class SampledOutRoot extends NoopSpan {
  readonly #clock: SpanHost<Span>['clock'];
  #inside: SampledOutSpan | undefined;

  constructor(host: SpanHost<Span>, traceId: string, tracestate: string) {
    super(host, traceId, tracestate);
    this.#clock = host.clock;
  }

  override get inside(): Span {
    return (this.#inside ??= new SampledOutSpan(this));
  }

  override get traceEndedAt(): number | null {
    return this.fields.endedAt;
  }

  override end(): void {
    this.conclude();
  }

  override conclude(): void {
    this.fields.endedAt ??= this.#clock.now();
  }
}

/** All other spans of it: their ends say nothing. */
class SampledOutSpan extends NoopSpan {
  readonly #root: SampledOutRoot;

  constructor(root: SampledOutRoot) {
    super(root.host, root.traceId, root.tracestate);
    this.#root = root;
  }

  override get traceEndedAt(): number | null {
    return this.#root.traceEndedAt;
  }
}
