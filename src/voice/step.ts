import { givenOptions } from '../span/span-options.ts';
import type { Span } from '../span/span.ts';
import type { StepEnd } from './options.ts';

/** What a turn and a stage have in common: each is a span that is open until it is ended. No method throws. */
export abstract class Step {
  /** The span that it is. */
  abstract readonly span: Span;

  /** Runs `run` with this as the parent of what it calls. */
  run<Result>(run: () => Result): Result {
    return this.span.run(run);
  }

  /** Ends it; the first end wins. */
  end(end: StepEnd = {}): void {
    const { endedAt, error } = givenOptions(end);
    this.span.end({ ...(endedAt !== undefined && { endedAt }), error });
  }

  /** Ends it with whatever was thrown. */
  fail(error: unknown): void {
    this.span.fail(error);
  }

  /** `using step = …`: ends it with the block. */
  [Symbol.dispose](): void {
    this.span[Symbol.dispose]();
  }
}
