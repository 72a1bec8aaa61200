import type { Callable } from './callable.ts';

/**
 * A function of the user's that is handed to a handle and called once by it. What it returned or threw is what the
 * caller gets, whatever fails around it.
 */
export class Block {
  readonly #body: Callable;
  #state: 'waiting' | 'running' | 'returned' | 'threw' = 'waiting';
  #outcome: unknown;

  constructor(body: Callable) {
    this.#body = body;
  }

  run(args: readonly unknown[]): unknown {
    this.#state = 'running';
    try {
      this.#outcome = Reflect.apply(this.#body, undefined, args);
    } catch (error) {
      this.#state = 'threw';
      this.#outcome = error;
      throw error;
    }
    this.#state = 'returned';
    return this.#outcome;
  }

  /**
   * What the caller gets after `error` came out of the handle: the function's own result or error. Where it has not run
   * by then, it runs now. `onFailure` gets an error that is not the function's own, and returns what it is called with.
   */
  settle(error: unknown, onFailure: (error: unknown) => unknown): unknown {
    if (this.#state === 'threw') {
      if (!Object.is(error, this.#outcome)) onFailure(error);
      throw this.#outcome;
    }
    const instead = onFailure(error);
    return this.#state === 'waiting' ? Reflect.apply(this.#body, undefined, [instead]) : this.#outcome;
  }
}
