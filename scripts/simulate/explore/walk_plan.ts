/**
 * What the seed of a walk stands for: three or five members that vote, a network without a flaw, and clocks that agree.
 *
 * @module
 */

import { EPOCH, type MachinePlan } from "../machine.ts";
import { Random } from "../random.ts";
import type { WorldPlan } from "../world_plan.ts";

/** Everything that follows from the seed of a walk before its first move. */
export interface WalkPlan extends WorldPlan {
  /** How many moves are made. */
  readonly moves: number;
}

const INTERVAL = 100;
/** ms by which terms are ahead of all clocks where they follow one another. */
const AHEAD = 21_600_000;

/** Makes the plan of a walk. */
export function walkPlanOf(seed: number): WalkPlan {
  const random = new Random(seed ^ 0x3a1c);
  const size = random.pick([3, 5, 5]);
  const timeout = INTERVAL * random.pick([3, 5, 5, 10]);
  return {
    seed,
    moves: random.pick([15, 30, 60]),
    machines: Array.from({ length: size }, (_, index) => machineOf(index, random)),
    interval: INTERVAL,
    timeout,
    drift: 0.01,
    quorum: "majority",
    preemptAfter: random.chance(0.2) ? timeout : undefined,
    weather: { loss: 0, duplication: 0, delay: random.pick(DELAYS) },
    socketBuffer: 64,
    lateness: random.pick([0, 1]),
    elections: seed % 5 === 4 ? ["invoices", "reports"] : [],
    // Terms that follow the wall clock are as good as never equal.
    base: random.chance(0.7) ? EPOCH + AHEAD : undefined,
  };
}

const DELAYS = [
  { kind: "uniform", low: 0.5, high: 0.5 },
  { kind: "uniform", low: 0.5, high: 5 },
  { kind: "uniform", low: 10, high: 20 },
] as const;

function machineOf(index: number, random: Random): MachinePlan {
  return {
    name: `m${index + 1}`,
    address: `10.0.0.${index + 1}:7000`,
    weight: random.whole(1, 9),
    eligible: true,
    voter: true,
    configured: true,
    rate: 1,
    wallRate: 1,
    skew: 0,
    origin: random.between(0, 1e8),
  };
}
