import type { CallDefinition } from '../call/definition.ts';
import type { Invocation } from '../call/invocation.ts';
import type { Scope } from '../context/scope.ts';
import type { Span } from '../span/span.ts';
import type { TracerParts } from './parts.ts';
import type { Beginning } from './beginning.ts';
import { Tracer } from './tracer.ts';

/** The tracer while tracing is off: what is wrapped runs as if it were not, and every span is the same no-op. */
export class OffTracer extends Tracer {
  constructor(parts: TracerParts) {
    super(parts, true);
  }

  override start(
    definition: CallDefinition,
    args: readonly unknown[],
    scope: Scope | undefined,
  ): Invocation | undefined {
    return this.standIn?.start(definition, args, scope);
  }

  override begin(beginning: Beginning): Span {
    return this.standIn?.begin(beginning) ?? this.lost;
  }

  override run<Result>(_span: Span, run: () => Result): Result {
    return run();
  }
}
