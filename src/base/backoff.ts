/**
 * How long to wait before trying again.
 *
 * @module
 */

/** Waits that double, spread at random so that pods which failed together do not come back together. Durations are ms. */
export class Backoff {
  readonly #first: number;
  readonly #longest: number;
  #failures = 0;

  /** The first wait is about `first`, none is longer than `longest`. */
  constructor(first: number, longest: number) {
    this.#first = first;
    this.#longest = longest;
  }

  /** How often in a row it failed. */
  get failures(): number {
    return this.#failures;
  }

  /** It worked. */
  reset(): void {
    this.#failures = 0;
  }

  /** It failed: how long to wait, between half and all of the doubled wait, but at least `atLeast`, which may be longer than the longest. */
  next(atLeast = 0): number {
    const wait = Math.min(this.#first * 2 ** Math.min(this.#failures, 20), this.#longest);
    this.#failures++;
    return Math.max(wait * (0.5 + 0.5 * Math.random()), atLeast);
  }
}
