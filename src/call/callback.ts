import type { Callable } from '../base/callable.ts';
import { isTimer } from '../base/timers.ts';
import { captureContext, runInContext } from '../context/scope.ts';
import type { Ending } from '../span/span.ts';
import { endingOf, type Followed } from './followed.ts';
import { LossWatch } from './loss.ts';

/** What a parameter is called whose function is called once, with an error or a result. */
const callbackNames: ReadonlySet<string> = new Set(['cb', 'callback', 'done', 'callback_', 'cb_', '_cb', '_callback']);

/** True for a parameter that takes a callback in Node's style. */
export function isCallbackName(name: string | undefined): boolean {
  return name !== undefined && callbackNames.has(name);
}

/** What a function does with a callback that is kept: taking it away again needs the very same one. */
const keeping =
  /\.(?:on|off|add\w*|remove\w*|delete|set|push|unshift|indexOf|includes|filter|\w*subscribe|\w*register|prepend\w*)\??\.?\s*\([^;{}]*\b_?(?:cb|callback|done)_?\b|[!=]==?\s*_?(?:cb|callback|done)_?\b/i;

/** True where the text of a function shows that it keeps a listener, or takes one away. */
export function keepsCallback(source: string): boolean {
  return keeping.test(source);
}

/** The calls of the function while it runs: more than one, and it is no callback but a function to apply. */
interface EarlyCall {
  readonly args: readonly unknown[];
}

/**
 * Follows a function that answers through a callback, `(error, result)`. What the callback calls belongs to the caller,
 * and nests where the caller was.
 */
export class CallbackWatch {
  readonly #followed: Followed;
  readonly #caller = captureContext();
  readonly #loss = new LossWatch(() => this.#followed.span.conclude({ outcome: 'unobserved' }));
  #state: 'running' | 'waiting' | 'over' = 'running';
  #early: EarlyCall[] = [];

  constructor(followed: Followed) {
    this.#followed = followed;
  }

  /** What stands in for the callback: it looks like it, and calls it. */
  standIn(callback: Callable): Callable {
    const note = (args: readonly unknown[]): boolean => this.#note(args);
    const caller = this.#caller;
    const standIn = new Proxy(callback, {
      apply: (target, self, args: readonly unknown[]): unknown =>
        note(args) ? runInContext(caller, () => Reflect.apply(target, self, args)) : Reflect.apply(target, self, args),
    });
    this.#loss.watch(standIn);
    return standIn;
  }

  /** The function has returned. True where the answer is still to come, or came by the callback alone. */
  returned(result: unknown): boolean {
    const early = this.#early;
    this.#early = [];
    this.#state = 'over';
    // `(id, callback) => setTimeout(…)` returns what is nobody's answer.
    if ((result !== undefined && !isTimer(result)) || early.length > 1) {
      this.#loss.end();
      return false;
    }
    const [only] = early;
    if (only === undefined) this.#state = 'waiting';
    else this.#answer(only.args);
    return true;
  }

  threw(): void {
    this.#state = 'over';
    this.#loss.end();
  }

  /** True where the callback runs in the caller's context: once the function has returned. */
  #note(args: readonly unknown[]): boolean {
    if (this.#state === 'running') {
      if (this.#early.length < 2) this.#early.push({ args });
      return false;
    }
    const isAnswer = this.#state === 'waiting';
    this.#state = 'over';
    if (isAnswer) this.#answer(args);
    return isAnswer;
  }

  #answer(args: readonly unknown[]): void {
    const followed = this.#followed;
    this.#loss.end();
    followed.fence(() => followed.span.conclude(endingOfCallback(args, followed)));
  }
}

/** `(error, result)`; what is called in another style was called with the answer. */
function endingOfCallback([first, ...rest]: readonly unknown[], followed: Followed): Ending {
  if (first instanceof Error) return endingOf(first, followed);
  const results = first === null || first === undefined ? rest : [first, ...rest];
  return { outcome: 'ok', output: results.length > 1 ? results : results[0] };
}
