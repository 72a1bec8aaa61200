import { NoopSpan } from '../span/noop-span.ts';
import type { Span } from '../span/span.ts';
import type { TracerParts } from './parts.ts';
import { Tracer } from './tracer.ts';

/** The tracer while tracing is off: what is wrapped runs as if it were not, and every span is the same no-op. */
export class OffTracer extends Tracer {
  readonly #noop: NoopSpan;

  constructor(parts: TracerParts) {
    super(parts, true);
    this.#noop = new NoopSpan(this);
  }

  override start(): undefined {
    return undefined;
  }

  override begin(): Span {
    return this.#noop;
  }

  override run<Result>(_span: Span, run: () => Result): Result {
    return run();
  }
}
