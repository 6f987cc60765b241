/**
 * Says that a cluster can elect nobody, who of the voters is missing, and what to do: once in each outage, and again where it lasts.
 *
 * @module
 */

import type { Turnout } from "../core/citizen.ts";
import { AGAIN } from "./outages.ts";

/** Timeouts without a quorum after which that is said: some members start later than others. */
const QUIET_TIMEOUTS = 2;
/** How many of those that are missing are named. */
const NAMED = 10;

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

  /** Looks at who answers now; returns what is to be said. To be called whenever time has passed. */
  look(turnout: Turnout, now: number): string | undefined {
    if (turnout.isQuorum) {
      this.#since = this.#saidAt = undefined;
      return undefined;
    }
    this.#since ??= now;
    if (now - this.#since < this.#patience) return undefined;
    if (this.#saidAt !== undefined && now - this.#saidAt < AGAIN) return undefined;
    this.#saidAt = now;
    return textOf(turnout, now);
  }
}

function textOf({ needed, voters, answering, silent }: Turnout, now: number): string {
  if (!Number.isFinite(voters)) return "Nobody can be elected: the discovery has not told yet who votes";
  const names = silent.slice(0, NAMED).map(({ address, lastHeard }) =>
    `${address} (${lastHeard === -Infinity ? "never heard" : `for ${Math.round((now - lastHeard) / 1000)} s`})`
  );
  const unknown = voters - answering - silent.length;
  const more = silent.length - names.length;
  const missing = [
    ...names,
    ...(more > 0 ? [`and ${more} more`] : []),
    ...(unknown > 0 ? [`${unknown} whose address is not known yet`] : []),
  ];
  const has = answering === 1 ? "answers" : "answer";
  return `Nobody can be elected: ${answering} of ${voters} voters ${has}, ${needed} are needed; silent: ${
    missing.join(", ")
  }. Look whether they run, have the same "cluster" and "secret", list this member, and get UDP from here and back`;
}
