import { isCloudflareWorkers } from '../base/runtime.ts';

/** Runs one asynchronous work after the other, in the order in which they were asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<Result>(run: () => Promise<Result>): Promise<Result> {
    // There one request may not wait for the work of another, which ends with it.
    if (isCloudflareWorkers()) return run();
    const result = this.#last.then(run);
    this.#last = result.catch(() => {});
    return result;
  }
}
