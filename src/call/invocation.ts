import { types } from 'node:util';
import { isAbortError, isTimeout } from '../base/abort.ts';
import type { Callable } from '../base/callable.ts';
import { isObject } from '../base/object.ts';
import { canEnterScope, enterScope, leaveScope, runInScope, type Scope } from '../context/scope.ts';
import type { Span } from '../span/span.ts';
import { CallbackWatch } from './callback.ts';
import type { Followed } from './followed.ts';

/** Who makes calls: it is what a scope names. */
export interface InvocationHost {
  /** A failure of ours, which must not reach the caller. */
  reportFailure(error: unknown): void;
}

/** What is known of a call when it is made. */
export interface InvocationOrigin {
  readonly host: InvocationHost;
  /** The span, or how it begins when a generator is first read. */
  readonly span: Span | (() => Span);
  /** What the function was given. */
  readonly args?: readonly unknown[];
  readonly ownsPromise: () => boolean;
  /** What runs in the place of the function. */
  readonly replacement?: Callable | undefined;
}

/** What says whether the caller aborted. */
type Signal = Pick<AbortSignal, 'aborted' | 'reason'>;

const nothing: readonly never[] = Object.freeze([]);
const never = (): boolean => false;
/** Where options hold a signal: the platform and most clients, and the AI SDK. */
const signalNames = ['signal', 'abortSignal'] as const;

/** A call of a wrapped function, or of a block. */
export class Invocation implements Followed {
  readonly replacement: Callable | undefined;
  readonly #host: InvocationHost;
  #ownsPromise: () => boolean;
  /** Held until the function returns. */
  #args: readonly unknown[];
  #signals: readonly Signal[] = nothing;
  #span: Span | undefined;
  readonly #begin: (() => Span) | undefined;
  #scope: Scope | undefined;
  #callback: CallbackWatch | undefined;
  #outer: { readonly context: unknown } | undefined;

  constructor({ host, span, args = nothing, ownsPromise, replacement }: InvocationOrigin) {
    this.#host = host;
    const isLazy = typeof span === 'function';
    this.#begin = isLazy ? span : undefined;
    this.#span = isLazy ? undefined : span;
    this.#args = args;
    this.#ownsPromise = ownsPromise;
    this.replacement = replacement;
  }

  get isLazy(): boolean {
    return this.#span === undefined;
  }

  get span(): Span {
    if (this.#span !== undefined) return this.#span;
    if (this.#begin === undefined) throw new Error('a call has a span, or a way to begin one');
    return (this.#span = this.#begin());
  }

  get scope(): Scope {
    return (this.#scope ??= { tracer: this.#host, span: this.span });
  }

  /** Makes its scope the active one until `leave`, if the runtime allows it. */
  enter(): void {
    if (!canEnterScope()) return;
    this.#outer = { context: enterScope(this.scope) };
  }

  /** True between `enter` and `leave`. */
  get hasEntered(): boolean {
    return this.#outer !== undefined;
  }

  leave(): void {
    if (this.#outer !== undefined) leaveScope(this.#outer.context);
    this.#outer = undefined;
  }

  /** What the function gets. */
  get args(): readonly unknown[] {
    return this.#args;
  }

  get ownsPromise(): boolean {
    return this.#ownsPromise();
  }

  /** Has the function answer through the callback that it gets last, if it returns nothing. */
  watchCallback(callback: Callable): void {
    this.#callback = new CallbackWatch(this);
    this.#args = [...this.#args.slice(0, -1), this.#callback.standIn(callback)];
  }

  /** Set where the function got a callback. */
  get callback(): CallbackWatch | undefined {
    return this.#callback;
  }

  returned(): void {
    this.#signals = this.#args.length === 0 ? nothing : signalsOf(this.#args);
    this.#args = nothing;
    // It holds the function, which may hold what it returned: that could then never be lost.
    this.#ownsPromise = never;
  }

  isAborted(): boolean {
    return this.#signals.some(isAborted);
  }

  isAbort(error: unknown): boolean {
    if (isAbortError(error)) return true;
    if (this.#args.length > 0) this.returned();
    const cause = isObject(error) && !types.isProxy(error) ? dataProperty(error, 'cause') : undefined;
    // Clients throw an error of their own for it, and say what it came of.
    return this.#signals.some(
      (signal) => isAborted(signal) && (signal.reason === error || (isObject(cause) && signal.reason === cause)),
    );
  }

  run<Result>(work: () => Result): Result {
    return runInScope(this.scope, work, (error) => this.reportFailure(error));
  }

  fence<Result>(work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      this.reportFailure(error);
      return undefined;
    }
  }

  reportFailure(error: unknown): void {
    this.#host.reportFailure(error);
  }
}

/** The signals among the arguments, and in options among them. */
function signalsOf(args: readonly unknown[]): readonly Signal[] {
  let found: Signal[] | undefined;
  for (const arg of args) {
    // Asking a Proxy runs the caller's code.
    if (!isObject(arg) || types.isProxy(arg)) continue;
    if (isSignal(arg)) (found ??= []).push(arg);
    for (const name of signalNames) {
      const value = dataProperty(arg, name);
      if (isSignal(value)) (found ??= []).push(value);
    }
  }
  return found ?? nothing;
}

/** A data property alone: nothing of the caller's runs for it. */
function dataProperty(target: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(target, name)?.value;
}

/** By shape: jsdom has an AbortSignal of its own. */
function isSignal(value: unknown): value is Signal {
  return isObject(value) && !types.isProxy(value) && 'aborted' in value && 'reason' in value && 'onabort' in value;
}

function isAborted({ aborted, reason }: Signal): boolean {
  return aborted && !isTimeout(reason);
}
