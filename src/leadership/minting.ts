/**
 * Asks for one token at a time.
 *
 * @module
 */

import type { Fencing } from "./fencing.ts";

/** What comes of it. Neither is called for a leadership that is over. */
export interface MintingHandlers {
  onToken(term: number, token: number): void;
  onFailure(term: number, error: unknown): void;
}

/** The token that is being minted for this member. */
export class Minting {
  readonly #fencing: Fencing;
  readonly #id: string;
  readonly #handlers: MintingHandlers;
  #current: AbortController | undefined;

  constructor(fencing: Fencing, id: string, handlers: MintingHandlers) {
    this.#fencing = fencing;
    this.#id = id;
    this.#handlers = handlers;
  }

  /** Asks for the token of `term` in place of any that is still awaited; `null` awaits none. */
  async request(term: number | null): Promise<void> {
    this.#current?.abort();
    if (term === null) return;
    const { signal } = this.#current = new AbortController();
    try {
      const token = await this.#fencing.mint({ id: this.#id, term, signal });
      if (signal.aborted) return;
      if (!Number.isSafeInteger(token) || token < term) {
        throw new RangeError(
          `A minted token must be a safe integer of at least the term ${term}, got ${String(token)}`,
        );
      }
      this.#handlers.onToken(term, token);
    } catch (error) {
      if (!signal.aborted) this.#handlers.onFailure(term, error);
    }
  }
}
