/**
 * What faults have in common: where they happen, when, and how long they last.
 *
 * @module
 */

import type { Machine } from "./machine.ts";
import type { Random } from "./random.ts";
import type { SeedPlan } from "./seed_plan.ts";
import type { World } from "./world.ts";

/** What a fault needs. */
export interface Scene<MemberState> {
  readonly world: World<MemberState>;
  readonly plan: SeedPlan;
  readonly random: Random;
}

/** Runs something later, unless the faults have ended by then. */
export function later<MemberState>({ world, plan }: Scene<MemberState>, delay: number, act: () => void): void {
  if (world.now + delay < plan.faultsEnd) world.timeline.after(delay, act);
}

/** A length of time that matters: from much shorter than a lease to several leases. */
export function span(random: Random, timeout: number): number {
  return timeout *
    random.pick([random.between(0, 0.1), random.between(0.1, 1), random.between(0.9, 1.1), random.between(1, 4)]);
}

/** Crashes a member; a new one starts at the same address, with empty memory. */
export function restart<MemberState>(scene: Scene<MemberState>, machine: Machine<MemberState>, delay: number): void {
  scene.world.crash(machine);
  later(scene, delay, () => scene.world.start(machine));
}
