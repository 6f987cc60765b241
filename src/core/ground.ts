/**
 * What both wings of a member stand on: who it is, what time it is, and what the step that is taken now wants done.
 *
 * @module
 */

import type { Effect } from "./effect.ts";
import type { Instant, MemberConfig } from "./input.ts";
import { MessagePool } from "./message/pool.ts";
import { LIMITS } from "../limits.ts";
import type { Random } from "./random.ts";

/** The ground floor. Times are monotonic ms unless said. */
export interface Ground {
  readonly config: MemberConfig;
  now: number;
  /** ms since 1970. */
  wall: number;
  /** What the step wants done, in order. */
  readonly effects: Effect[];
  readonly pool: MessagePool;
  readonly random: Random;
}

/**
 * The highest term, or incarnation, that the own wall clock lets this member believe: both follow the clocks of those that chose them. A
 * clock before the time of this library tells nothing: a machine without a battery starts in 1970.
 */
export function clockBound({ wall }: Ground): number {
  return wall < LIMITS.earliestClock ? LIMITS.maxTerm : Math.min(LIMITS.maxTerm, wall + LIMITS.clockLead);
}

/** The ground of a member that has just started. */
export function createGround(config: MemberConfig, { now, wall }: Instant): Ground {
  return { config, now, wall, effects: [], pool: new MessagePool(), random: { word: config.seed >>> 0 } };
}
