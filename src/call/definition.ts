import type { Invocation } from '../base/invocation.ts';
import type { Scope } from '../context/scope.ts';
import type { TraceOptions } from '../span/span-options.ts';

/** What a wrapper knows of the function it wraps: made once, used at every call. */
export interface CallDefinition {
  readonly options: TraceOptions & { readonly name: string };
  /** True for `@trace`: at a root its metadata belongs to the trace. */
  readonly isTrace: boolean;
  /** The body of a generator runs at its first `next()`, and so does its span. */
  readonly isGenerator: boolean;
  /** As its author has written it; a function that returns a promise need not be. */
  readonly isAsync: boolean;
  readonly includeInput: boolean;
  readonly includeOutput: boolean;
  /** The arguments under the names that a reader knows them by. */
  readonly inputOf: (args: readonly unknown[]) => unknown;
}

/** A call that is about to be made. */
export interface TracedCall {
  /** What is active where it is called. */
  readonly scope: Scope | undefined;
  readonly definition: CallDefinition;
  readonly args: readonly unknown[];
  readonly invoke: () => unknown;
  /** What `invoke` runs. */
  readonly invocation: Invocation;
}
