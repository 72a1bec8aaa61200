import { createLossRegistry } from '../base/loss.ts';

/** Calls back when the program has let go of an object before it came to its end. Watches one object at a time. */
export class LossWatch {
  readonly #onLoss: () => void;
  #isWatching = false;

  /** `onLoss` must not hold what is watched: it would never be lost. */
  constructor(onLoss: () => void) {
    this.#onLoss = onLoss;
  }

  /** Watches `target` from now on, and nothing else any more. */
  watch(target: object): void {
    this.end();
    this.#isWatching = true;
    registry.register(target, this, this);
  }

  /** Every watch ends with the phase it is for: what is collected later was not lost. */
  end(): void {
    if (!this.#isWatching) return;
    this.#isWatching = false;
    registry.unregister(this);
  }

  lost(): void {
    if (!this.#isWatching) return;
    this.#isWatching = false;
    this.#onLoss();
  }
}

const registry = createLossRegistry<LossWatch>((watch) => watch.lost());
