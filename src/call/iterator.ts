import { types } from 'node:util';
import { isCallable, type Callable } from '../base/callable.ts';
import { isObject } from '../base/object.ts';
import { untraced } from '../base/shared.ts';
import { patchMethod, readMethod, watchForLoss, type Followed } from './followed.ts';
import { observeThenable } from './promise.ts';
import { StreamOutput } from './stream-output.ts';

type StepName = 'next' | 'return' | 'throw';

/**
 * Follows an iterator in place: the caller gets its own object back, with `next`, `return` and `throw` observed. Each
 * step runs inside the span, so that what a generator calls nests under it, and what its consumer calls between two
 * steps does not. `break` lets the generator's `finally` run and ends the span as cancelled.
 */
export function followIterator(iterator: object, followed: Followed, isLazy = false): void {
  const walk = new IteratorWalk(iterator, followed);
  const steps: readonly StepName[] = ['next', 'return', 'throw'];
  const methods = steps.map((name) => ({ name, original: readMethod(iterator, name) }));
  for (const { name, original } of methods) {
    if (original === undefined) continue;
    const step = (...args: readonly unknown[]): unknown => walk.step(name, original, args);
    if (!patchMethod(iterator, name, step)) return walk.giveUp();
  }
  if (!isLazy) walk.start(iterator);
}

/** Follows the first iterator that an async iterable gives; the iterable itself stays what it is. */
export function followAsyncIterable(iterable: object, followed: Followed): void {
  const original = readMethod(iterable, Symbol.asyncIterator);
  let isFirst = true;
  const iterate = (): unknown => {
    const iterator = Reflect.apply(original ?? noIterator, iterable, []);
    if (isFirst && isObject(iterator)) followIterator(iterator, followed);
    isFirst = false;
    return iterator;
  };
  if (!patchMethod(iterable, Symbol.asyncIterator, iterate)) followed.span.conclude({ outcome: 'unobserved' });
  else watchForLoss(iterable, followed, 'abandoned');
}

const noIterator: Callable = () => undefined;

class IteratorWalk {
  readonly #iterator: WeakRef<object>;
  readonly #followed: Followed;
  #output: StreamOutput | undefined;
  #isStarted = false;

  constructor(iterator: object, followed: Followed) {
    this.#iterator = new WeakRef(iterator);
    this.#followed = followed;
  }

  /** Begins the span, if it has not begun, and watches for the iterator's loss. */
  start(iterator: object | undefined): StreamOutput {
    this.#isStarted = true;
    if (this.#output !== undefined) return this.#output;
    this.#output = new StreamOutput(this.#followed.span.capturer);
    if (iterator !== undefined) watchForLoss(iterator, this.#followed, 'abandoned', this.#output);
    return this.#output;
  }

  /** The iterator is frozen: it works on as it is, and is not seen. */
  giveUp(): void {
    this.#followed.span.conclude({ outcome: 'unobserved' });
  }

  step(name: StepName, original: Callable, args: readonly unknown[]): unknown {
    const iterator = this.#iterator.deref();
    // A generator that is closed before it is first read never ran: there is nothing to tell.
    if (!this.#isStarted && name !== 'next') return Reflect.apply(original, iterator, args);
    const output = this.start(iterator);
    try {
      const result = this.#followed.run(() => Reflect.apply(original, iterator, args));
      if (!types.isPromise(result)) return this.#takeAtOnce(name, result, output);
      return result.then(
        (step) => this.#take(name, step, output),
        (error: unknown) => this.#fail(error, output),
      );
    } catch (error) {
      return this.#fail(error, output);
    }
  }

  /** A step, or another library's promise of one: then its reader asks it, not we. */
  #takeAtOnce(name: StepName, step: unknown, output: StreamOutput): unknown {
    const isThenable = isObject(step) && !types.isProxy(step) && untraced(() => readMethod(step, 'then')) !== undefined;
    if (!isThenable) return this.#take(name, step, output);
    observeThenable(step, {
      fulfilled: (value) => this.#take(name, value, output),
      rejected: (error) => this.#concludeFailed(error, output),
    });
    return step;
  }

  #take(name: StepName, step: unknown, output: StreamOutput): unknown {
    const { span } = this.#followed;
    const { done, value } = readStep(step);
    if (!done) {
      if (span.isRecording) span.observe(output.add(value), output.count === 1, value);
    } else {
      span.conclude({
        outcome: name === 'return' ? 'cancelled' : 'ok',
        ...describeOutput(output, name === 'return' ? undefined : value, this.#followed),
        toolCalls: output.toolCalls,
      });
    }
    return step;
  }

  #fail(error: unknown, output: StreamOutput): never {
    this.#concludeFailed(error, output);
    throw error;
  }

  #concludeFailed(error: unknown, output: StreamOutput): void {
    this.#followed.span.conclude({
      outcome: 'error',
      thrown: { error },
      outputText: output.text(),
      toolCalls: output.toolCalls,
    });
  }
}

function readStep(step: unknown): { done: boolean; value: unknown } {
  try {
    if (!isObject(step)) return { done: true, value: undefined };
    return { done: Boolean(Reflect.get(step, 'done')), value: Reflect.get(step, 'value') };
  } catch {
    return { done: false, value: undefined };
  }
}

/** What was yielded, what was returned, or both under their names. */
function describeOutput(
  output: StreamOutput,
  returned: unknown,
  followed: Followed,
): { output?: unknown; outputText?: string | null } {
  if (output.count === 0) return { output: returned };
  if (returned === undefined) return { outputText: output.text() };
  const returnedText = followed.span.capturer.text(returned) ?? 'null';
  return { outputText: `{"yielded":${output.text() ?? 'null'},"returned":${returnedText}}` };
}

export function isIterator(value: object): boolean {
  return (
    isCallable(readMethod(value, 'next')) &&
    (isCallable(readMethod(value, Symbol.iterator)) || isCallable(readMethod(value, Symbol.asyncIterator)))
  );
}
