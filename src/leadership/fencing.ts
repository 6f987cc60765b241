/**
 * Tokens that somebody outside of the cluster mints.
 *
 * @module
 */

/** What a new leader asks for. */
export interface MintRequest {
  /** The name of the member that was elected. */
  readonly id: string;
  /** The name of the election; absent for the default one. Each election has tokens of its own. */
  readonly election?: string;
  /** The term of its leadership, which grows with every leadership: the token unless something else mints it. */
  readonly term: number;
  /** Aborts when the leadership is over: nobody needs the token any more. */
  readonly signal: AbortSignal;
}

/**
 * Mints fencing tokens outside of the cluster, for where the members' own memory is not enough: each token is
 * greater than all before it.
 *
 * @example A counter that outlives the members
 * ```ts
 * import type { Fencing, MintRequest } from "./fencing.ts";
 *
 * class Counter implements Fencing {
 *   #last = 0;
 *
 *   mint({ term, signal }: MintRequest): Promise<number> {
 *     signal.throwIfAborted();
 *     this.#last = Math.max(this.#last + 1, term);
 *     return Promise.resolve(this.#last);
 *   }
 * }
 *
 * const fencing: Fencing = new Counter();
 * ```
 */
export interface Fencing {
  /**
   * Called once for each leadership, before anyone hears of it. Resolves to the token, a positive safe integer; rejects when
   * there will be none, so that the member gives the lead away, and with the signal's reason when that aborts.
   */
  mint(request: MintRequest): Promise<number>;
}
