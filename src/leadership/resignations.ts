/**
 * Requests to give the lead away that the loop has not answered yet.
 *
 * @module
 */

import { describe, HandOverError } from "../errors.ts";

interface Pending {
  readonly to: string | undefined;
  readonly resolve: () => void;
  readonly reject: (error: HandOverError) => void;
}

/** The open requests of one member. */
export class Resignations {
  readonly #pending = new Map<number, Pending>();
  #last = 0;

  /** How many are open. */
  get size(): number {
    return this.#pending.size;
  }

  /** Calls `post` with the number of a new request, to give the lead to the member with that id, or to anyone; waits for its answer. */
  open(to: string | undefined, post: (request: number) => void): Promise<void> {
    const request = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#pending.set(request, { to, resolve, reject });
      post(request);
    });
  }

  /** The answer to a request: done, or what keeps the member that was named from leading. */
  answer(request: number, obstacle: string | undefined): void {
    const pending = this.#pending.get(request);
    this.#pending.delete(request);
    if (obstacle === undefined) pending?.resolve();
    else pending?.reject(new HandOverError(`Cannot hand the lead to ${describe(pending.to)}: ${obstacle}`));
  }

  /** The member is over, and with it its lead. */
  end(): void {
    for (const { resolve } of this.#pending.values()) resolve();
    this.#pending.clear();
  }
}
