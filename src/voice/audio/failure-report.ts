/** Told of what was lost: what was lost, and why where that is known. */
export type OnFailure = (message: string, error: unknown) => void;

/** Tells each kind of loss once, and never throws. */
export class FailureReport {
  readonly #onFailure: OnFailure;
  readonly #told = new Set<string>();

  constructor(onFailure: OnFailure) {
    this.#onFailure = onFailure;
  }

  tell(message: string, error?: unknown): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    try {
      this.#onFailure(message, error);
    } catch {
      // Whoever is told threw. There is nobody else to tell.
    }
  }

  /** Runs work that must not disturb its caller. */
  guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.tell('a piece of audio could not be recorded', error);
    }
  }
}
