import type { TracedCall } from '../call/definition.ts';
import type { Span } from '../span/span.ts';
import type { TracerParts } from './parts.ts';
import { Tracer } from './tracer.ts';

/** The tracer while tracing is off: what is wrapped runs as if it were not, and every span is the same no-op. */
export class OffTracer extends Tracer {
  constructor(parts: TracerParts) {
    super(parts, true);
  }

  override call({ invoke }: TracedCall): unknown {
    return invoke();
  }

  override begin(): Span {
    return this.lost;
  }

  override run<Result>(_span: Span, run: () => Result): Result {
    return run();
  }
}
