/**
 * Asks for one token at a time.
 *
 * @module
 */

import { Slots } from "../base/slots.ts";
import { LIMITS } from "../limits.ts";
import type { Fencing, MintRequest } from "./fencing.ts";

/** A member that takes over many elections must not fall upon a server with all of them at once. */
const mintSlots = new Slots(LIMITS.mints);

/** What comes of it. Neither is called for a leadership that is over. */
export interface MintingHandlers {
  onToken(term: number, token: number): void;
  onFailure(term: number, error: unknown): void;
}

/** The token that is being minted for this member. */
export class Minting {
  readonly #fencing: Fencing;
  readonly #for: Pick<MintRequest, "id" | "election">;
  readonly #handlers: MintingHandlers;
  #current: AbortController | undefined;
  #term: number | undefined;

  constructor(fencing: Fencing, leader: Pick<MintRequest, "id" | "election">, handlers: MintingHandlers) {
    this.#fencing = fencing;
    this.#for = leader;
    this.#handlers = handlers;
  }

  /** The term whose token is awaited. */
  get term(): number | undefined {
    return this.#term;
  }

  /** Asks for the token of `term` in place of any that is still awaited; `null` awaits none. */
  async request(term: number | null): Promise<void> {
    this.#current?.abort();
    this.#term = term ?? undefined;
    if (term === null) return;
    const { signal } = this.#current = new AbortController();
    try {
      const token = await mintSlots.run(signal, () => this.#fencing.mint({ ...this.#for, term, signal }));
      if (signal.aborted) return;
      this.#term = undefined;
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
