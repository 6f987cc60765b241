/**
 * Slow members, as in the Lifeguard paper (arXiv:1707.00788): at random times they neither send nor receive, for anything
 * from a part of an interval to tens of them, while their timers go on.
 *
 * @module
 */

import type { Machine } from "../machine.ts";
import { Random } from "../random.ts";
import type { World } from "../world.ts";
import { INTERVAL } from "./cluster_plan.ts";

/** In intervals; the paper's durations and gaps, which span the same orders of magnitude of its interval of 1 s. */
const DURATION = { low: 0.128, high: 32.768 };
const GAP = { low: 0.064, high: 16.384 };

/** As likely in each order of magnitude as in any other. */
function logUniform(random: Random, { low, high }: { low: number; high: number }): number {
  return low * (high / low) ** random.unit();
}

/**
 * Makes a member slow until `end`. When it is slow follows from the seed and its place alone, so that runs with different
 * detectors suffer the same.
 */
export function slowDown<MemberState>(
  world: World<MemberState>,
  machine: Machine<MemberState>,
  seed: number,
  end: number,
): void {
  const random = new Random(seed ^ Math.imul(machine.index + 1, 0x51055105));
  let time = world.now;
  for (;;) {
    time += logUniform(random, GAP) * INTERVAL;
    const duration = logUniform(random, DURATION) * INTERVAL;
    if (time >= end) return;
    world.timeline.at(time, () => world.block(machine, duration));
    time += duration;
  }
}
