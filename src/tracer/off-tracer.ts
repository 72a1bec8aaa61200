import type { CallDefinition } from '../call/definition.ts';
import type { Invocation } from '../call/invocation.ts';
import type { Scope } from '../context/scope.ts';
import { NoopSpan } from '../span/noop-span.ts';
import type { Span } from '../span/span.ts';
import type { TracerParts } from './parts.ts';
import type { Beginning } from './beginning.ts';
import { Tracer } from './tracer.ts';

/** The tracer while tracing is off: what is wrapped runs as if it were not, and every span is the same no-op. */
export class OffTracer extends Tracer {
  readonly #noop: NoopSpan;

  constructor(parts: TracerParts) {
    super(parts, true);
    this.#noop = new NoopSpan(this);
  }

  override start(
    definition: CallDefinition,
    args: readonly unknown[],
    scope: Scope | undefined,
  ): Invocation | undefined {
    return this.standIn?.start(definition, args, scope);
  }

  override begin(beginning: Beginning): Span {
    return this.standIn?.begin(beginning) ?? this.#noop;
  }

  override run<Result>(_span: Span, run: () => Result): Result {
    return run();
  }
}
