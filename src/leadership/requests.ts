/**
 * What the loop was asked and has not answered yet.
 *
 * @module
 */

/** Open requests of one kind. */
export class Requests<Answer> {
  readonly #pending = new Map<number, (answer: Answer) => void>();
  #last = 0;

  /** How many are open. */
  get size(): number {
    return this.#pending.size;
  }

  /** Calls `post` with the number of a new request, and waits for its answer. */
  open(post: (request: number) => void): Promise<Answer> {
    const request = ++this.#last;
    return new Promise((resolve) => {
      this.#pending.set(request, resolve);
      post(request);
    });
  }

  /** The answer to a request. */
  answer(request: number, answer: Answer): void {
    this.#pending.get(request)?.(answer);
    this.#pending.delete(request);
  }

  /** Nobody is there any more: the same answer to all that are open. */
  end(answer: Answer): void {
    for (const resolve of this.#pending.values()) resolve(answer);
    this.#pending.clear();
  }
}
