import type { TracedCall } from '../call/definition.ts';
import { NoopSpan } from '../span/noop-span.ts';
import type { Span } from '../span/span.ts';
import type { TracerParts } from './parts.ts';
import { Tracer, type Beginning } from './tracer.ts';

/** The tracer while tracing is off: what is wrapped runs as if it were not, and every span is the same no-op. */
export class OffTracer extends Tracer {
  readonly #noop: NoopSpan;

  constructor(parts: TracerParts) {
    super(parts, true);
    this.#noop = new NoopSpan(this);
  }

  override call(call: TracedCall): unknown {
    const { standIn } = this;
    return standIn === undefined ? call.invoke() : standIn.call(call);
  }

  override begin(beginning: Beginning): Span {
    return this.standIn?.begin(beginning) ?? this.#noop;
  }

  override run<Result>(_span: Span, run: () => Result): Result {
    return run();
  }
}
