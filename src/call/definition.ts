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
  /** True where the promise it returns is always new: that of an async function, also when a compiler lowered it. */
  readonly ownsPromise: () => boolean;
  /** True where one of its parameters is called as a callback is. */
  readonly takesCallback: () => boolean;
  readonly includeInput: boolean;
  readonly includeOutput: boolean;
  /** The arguments under the names that a reader knows them by. */
  readonly inputOf: (args: readonly unknown[]) => unknown;
}
