/**
 * How long candidates and leaders wait, in any election.
 *
 * @module
 */

/** Intervals that a candidate asks for a quorum before it makes way. */
export const ASKING_INTERVALS = 3;
/** Intervals within which a candidate that others were in the way of stands again. */
export const RETRY = 2;
/** Timeouts that a candidate waits at most after candidacies that were not answered. */
export const LONGEST_WAIT = 32;
/** Timeouts that a member leaves the lead to others which gave it away on request. */
export const RETIREMENT = 2;
/** ms by which a wall clock, which tells whole ms, may come to the end of a lease before the monotonic one. */
export const WALL_GRAIN = 2;
