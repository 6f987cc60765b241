/**
 * What the pages that follow a story may cost whoever tells it, and what members may add to it. Durations are ms.
 *
 * @module
 */

/** The bounds of a chronicle. */
export const CHRONICLE_LIMITS = {
  kept: 2000,
  members: 256,
  elections: 10_000,
  readers: 64,
  readersPerClient: 16,
  keepAlive: 15_000,
  patience: 60_000,
} as const;
