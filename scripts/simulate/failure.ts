/**
 * How a simulation fails: a promise was broken.
 *
 * @module
 */

/** Which promise was broken. */
export type Check =
  /** Two members believe that they lead. */
  | "two-leaders"
  /** A token is not above that of the leadership before. */
  | "token"
  /** No leader, more than one or not the same one for all, though the faults are over. */
  | "convergence"
  /** Events contradict one another. */
  | "events"
  /** Somebody healthy was removed, or lost the lead. */
  | "stability"
  /** Somebody knows who is gone, or does not know who is there, though the faults are over. */
  | "membership"
  /** A leader without a quorum. */
  | "minority"
  /** A lease that is over is still counted on. */
  | "stale"
  /** No leader, though somebody could be elected. */
  | "liveness"
  /** What one member is, or says, is impossible: see `invariants.ts`. */
  | "invariant"
  | "throws"
  | "busy"
  | "wire";

/** A broken promise. */
export class Failure extends Error {
  override name = "Failure";

  constructor(readonly time: number, readonly check: Check, detail: string) {
    super(`${check} at ${time.toFixed(3)} ms: ${detail}`);
  }
}
