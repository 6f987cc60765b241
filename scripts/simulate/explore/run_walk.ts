/**
 * One walk, from the first start to the last check.
 *
 * @module
 */

import type { Core } from "../core.ts";
import { Failure } from "../failure.ts";
import { Liveness } from "../liveness.ts";
import { Random } from "../random.ts";
import type { Outcome } from "../run_seed.ts";
import type { Carry, Spectator } from "../spectator.ts";
import { World } from "../world.ts";
import { habitsOf, move, pauseAfter } from "./moves.ts";
import { walkPlanOf } from "./walk_plan.ts";

/** Timeouts that the members have before the first move, and that are looked at after the last. */
const BEFORE = 3;
const AFTER = 2;

/** Walks; a broken promise is an outcome, not an exception. */
export function runWalk<MemberState>(
  core: Core<MemberState>,
  seed: number,
  carry: Carry,
  spectator?: Spectator,
): Outcome {
  const plan = walkPlanOf(seed);
  const world = new World(plan, core, carry, spectator);
  const liveness = new Liveness(world);
  const random = new Random(seed ^ 0x11a7e);
  const walk = { world, random, habits: habitsOf(random) };
  const { timeline } = world;
  let failure: Outcome["failure"];
  try {
    liveness.watch(Infinity);
    for (const machine of world.machines) {
      timeline.after(random.between(0, 1) * plan.interval, () => world.start(machine));
    }
    timeline.runUntil(BEFORE * plan.timeout);
    for (let made = 0; made < plan.moves; made++) {
      move(walk);
      timeline.runUntil(world.now + pauseAfter(walk));
    }
    timeline.runUntil(world.now + AFTER * plan.timeout);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    failure = { check: error.check, text: error.message };
    spectator?.line?.(world.now, "JUDGE", error.message);
  }
  const { elections, handovers, forgotten } = world.judge;
  const { sent, blocked } = world.network.counts;
  return {
    ...{ seed, failure, simulated: world.now, steps: world.steps, elections, handovers, forgotten },
    worst: liveness.worst,
    faults: { ...Object.fromEntries(world.faults), datagrams: sent, blocked },
  };
}
