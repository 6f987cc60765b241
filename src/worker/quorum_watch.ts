/**
 * Says that a cluster can elect nobody, and why: once in each outage, and again where it lasts.
 *
 * @module
 */

import { reasonOf, type Tally } from "../leadership/quorum.ts";
import { AGAIN } from "./outages.ts";

/** Timeouts without a quorum after which that is said: some members start later than others. */
const QUIET_TIMEOUTS = 2;

/** What one member has said of its quorum. Times are monotonic ms. */
export class QuorumWatch {
  readonly #patience: number;
  /** Since when there is no quorum. */
  #since: number | undefined;
  #saidAt: number | undefined;

  /** `timeout` is the member's, in ms. */
  constructor(timeout: number) {
    this.#patience = QUIET_TIMEOUTS * timeout;
  }

  /** Looks at who answers now, at `wall` ms since 1970; returns what is to be said. To be called whenever time has passed. */
  look(tally: Tally, now: number, wall: number): string | undefined {
    if (tally.isQuorum) {
      this.#since = this.#saidAt = undefined;
      return undefined;
    }
    this.#since ??= now;
    if (now - this.#since < this.#patience) return undefined;
    if (this.#saidAt !== undefined && now - this.#saidAt < AGAIN) return undefined;
    this.#saidAt = now;
    return reasonOf(tally, wall);
  }
}
