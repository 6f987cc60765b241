/**
 * One at a time.
 *
 * @module
 */

import { onAbort } from "../base/abort.ts";

/** Tasks that are run one after the other, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs `task` when all that came before have ended, and resolves or rejects as it does. Rejects at once when `signal` aborts: a
   * task that was not begun never is, and one that cannot be stopped keeps its turn.
   */
  run<Result>(task: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    const before = this.#last;
    return new Promise((resolve, reject) => {
      const callOff = onAbort(signal, () => reject(signal.reason));
      this.#last = before.then(async () => {
        if (signal.aborted) return;
        try {
          resolve(await task());
        } catch (error) {
          reject(error);
        } finally {
          callOff();
        }
      });
    });
  }
}
