/**
 * When the command must be told to end, and when it must be gone.
 *
 * @module
 */

import { DEFAULTS } from "../../limits.ts";

/** What follows from a member's timings for the command it runs. All in ms. */
export interface Timing {
  /** Between SIGTERM and SIGKILL. */
  readonly grace: number;
  /** The command is killed that long before the lease is over; a new leader waits as long before it starts. */
  readonly margin: number;
  /** How often the guard asks whether the lease still runs. */
  readonly period: number;
}

/** For a kill to be carried out on a busy machine. */
const LEAST_MARGIN = 50;
const MOST_MARGIN = 1000;
const LONGEST_PERIOD = 250;
/** Renewals of the lease that may come late without the command being told to end. */
const LATE_RENEWALS = 2.5;

/**
 * Checks the grace period against the lease: SIGTERM, the grace period and SIGKILL must fit into what a lease has left when
 * its renewals do not come. Without `grace` half of that room is taken.
 *
 * Throws a RangeError that says how much there is.
 *
 * @example
 * ```ts
 * import { timingOf } from "./timing.ts";
 *
 * console.log(timingOf({ interval: 1000, timeout: 10_000 }).grace); // 3200
 * ```
 */
export function timingOf(
  { interval, timeout, grace }: { readonly interval: number; readonly timeout: number; readonly grace?: number },
): Timing {
  const lease = timeout * (1 - DEFAULTS.drift);
  const margin = Math.min(MOST_MARGIN, Math.max(LEAST_MARGIN, timeout / 10));
  const room = Math.floor(lease - margin - LATE_RENEWALS * interval);
  const given = `with "timeout" ${timeout} and "interval" ${interval}`;
  if (room <= 0) {
    throw new RangeError(
      `Cannot run a command: there is no time to end it before the lease could belong to another ${given}; ` +
        "choose a longer timeout, or a shorter interval",
    );
  }
  if (grace !== undefined && !(grace >= 0 && grace <= room)) {
    throw new RangeError(
      `Cannot run a command: "grace" must be from 0 to ${room} ms ${given}, so that SIGKILL comes before the lease ` +
        `could belong to another, got ${grace}; a longer timeout leaves more`,
    );
  }
  return { grace: grace ?? Math.floor(room / 2), margin, period: Math.min(LONGEST_PERIOD, interval / 4) };
}

/** The lease as its holder knows it: when it ends, on the monotonic clock and on the wall clock of this process. */
export interface Lease {
  readonly until: number;
  readonly wallUntil: number;
}

/** ms that a lease has left. Both clocks count: the first stands still while a machine sleeps, the second may be set. */
export function leftOf({ until, wallUntil }: Lease, now: number, wall: number): number {
  return Math.min(until - now, wallUntil - wall);
}
