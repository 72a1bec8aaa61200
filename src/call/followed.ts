import { isCallable, type Callable } from '../base/callable.ts';
import { createLossRegistry } from '../base/loss.ts';
import type { Span } from '../span/span.ts';
import type { StreamOutput } from './stream-output.ts';

/** A call whose result is followed to its end. */
export interface Followed {
  /** The call's span. That of a generator begins when it is first read. */
  readonly span: Span;
  /** Runs a part of the call's work with its span as parent. */
  run<Result>(work: () => Result): Result;
}

interface Watched {
  readonly followed: Pick<Followed, 'span'>;
  readonly outcome: 'abandoned' | 'unobserved';
  readonly output: StreamOutput | undefined;
}

/** Hears of results that the program let go of before they came to an end. Holds the span, never the result. */
const registry = createLossRegistry<Watched>(({ followed, outcome, output }) => {
  followed.span.conclude({ outcome, outputText: output?.text() ?? null, toolCalls: output?.toolCalls });
});

/** Ends the span as `abandoned` (a stream) or `unobserved` (a thenable) when nobody holds `result` any more. */
export function watchForLoss(
  result: object,
  followed: Followed,
  outcome: Watched['outcome'],
  output?: StreamOutput,
): void {
  const { span } = followed;
  registry.register(result, { followed: { span }, outcome, output });
}

/** Replaces a method on one object, as a class would define it; false when the object does not let us. */
export function patchMethod(target: object, name: PropertyKey, method: (...args: never[]) => unknown): boolean {
  return Reflect.defineProperty(target, name, { value: method, writable: true, configurable: true, enumerable: false });
}

/** A method of an object of any kind; undefined where there is none or it cannot be read. */
export function readMethod(target: object, name: PropertyKey): Callable | undefined {
  try {
    const method: unknown = Reflect.get(target, name);
    return isCallable(method) ? method : undefined;
  } catch {
    return undefined;
  }
}
