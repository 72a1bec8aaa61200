import type { Callable } from './callable.ts';

/**
 * A function of the user's that is called once by whatever traces it. What it returned or threw is what the caller gets,
 * whatever fails around it.
 */
export class Invocation {
  #body: Callable;
  readonly #self: unknown;
  readonly #args: readonly unknown[] | undefined;
  #state: 'waiting' | 'running' | 'returned' | 'threw' = 'waiting';
  #outcome: unknown;

  /** `args` are missing where the tracing code says what it is called with. */
  constructor(body: Callable, self?: unknown, args?: readonly unknown[]) {
    this.#body = body;
    this.#self = self;
    this.#args = args;
  }

  /** Another function takes its place: what that one returns or throws is then what the caller gets. */
  replace(body: Callable): void {
    this.#body = body;
  }

  run(args: readonly unknown[] = this.#args ?? []): unknown {
    this.#state = 'running';
    try {
      this.#outcome = Reflect.apply(this.#body, this.#self, args);
    } catch (error) {
      this.#state = 'threw';
      this.#outcome = error;
      throw error;
    }
    this.#state = 'returned';
    return this.#outcome;
  }

  /**
   * What the caller gets after `error` came out of what traced the function: its own result or error. Where it has not
   * run by then, it runs now. `onFailure` hears of an error that is not the function's own, and returns what a function
   * without arguments is called with.
   */
  settle(error: unknown, onFailure: (error: unknown) => unknown): unknown {
    if (this.#state === 'threw') {
      if (!Object.is(error, this.#outcome)) onFailure(error);
      throw this.#outcome;
    }
    const instead = onFailure(error);
    return this.#state === 'waiting' ? Reflect.apply(this.#body, this.#self, this.#args ?? [instead]) : this.#outcome;
  }
}
