import type { Followed } from '../call/followed.ts';
import type { SpanHost } from '../span/host.ts';
import type { Span } from '../span/span.ts';

type Runner = Pick<SpanHost<Span>, 'run'>;

/** A call whose span is there. */
export class SpanCall implements Followed {
  readonly span: Span;
  readonly #runner: Runner;

  constructor(runner: Runner, span: Span) {
    this.#runner = runner;
    this.span = span;
  }

  run<Result>(work: () => Result): Result {
    return this.#runner.run(this.span, work);
  }
}

/** A call whose span begins when it is first asked for. */
export class LazyCall implements Followed {
  readonly #runner: Runner;
  readonly #begin: () => Span;
  #span: Span | undefined;

  constructor(runner: Runner, begin: () => Span) {
    this.#runner = runner;
    this.#begin = begin;
  }

  get span(): Span {
    return (this.#span ??= this.#begin());
  }

  run<Result>(work: () => Result): Result {
    return this.#runner.run(this.span, work);
  }
}
