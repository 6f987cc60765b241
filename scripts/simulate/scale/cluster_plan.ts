/**
 * Large clusters with nothing extreme about them: the defaults, a local network, clocks that differ a little.
 *
 * @module
 */

import { ALL_VOTE, CHOSEN, chosenQuorum } from "../../../src/options/chosen_voters.ts";
import type { MachinePlan } from "../machine.ts";
import type { Weather } from "../network.ts";
import { Random } from "../random.ts";
import type { WorldPlan } from "../world_plan.ts";

/** ms between heartbeats, and ms without a sign of life: the defaults of the library. */
export const INTERVAL = 200;
export const TIMEOUT = 1000;

const DRIFT = 0.01;
/** ms that wall clocks are apart at most, as with NTP. */
const SKEW = 20;

/** The local network, losing a share of the datagrams. */
export function weatherOf(loss: number): Weather {
  return { loss, duplication: 0, delay: { kind: "uniform", low: 0.1, high: 2 } };
}

/** The plan of a cluster, which follows from its size and seed; who votes is ruled as for static peers. */
export function clusterPlan(members: number, seed: number, lifeguard: boolean): WorldPlan {
  const random = new Random(seed ^ 0x5ca1e);
  return {
    ...{ seed, lifeguard, interval: INTERVAL, timeout: TIMEOUT, drift: DRIFT },
    machines: Array.from({ length: members }, (_, index) => machinePlan(index, members, random)),
    quorum: chosenQuorum(members),
    preemptAfter: undefined,
    weather: weatherOf(0),
    socketBuffer: 256,
    lateness: 1,
  };
}

function machinePlan(index: number, members: number, random: Random): MachinePlan {
  return {
    name: `m${index + 1}`,
    address: `10.0.${index >> 8}.${index & 255}:7000`,
    weight: random.unit(),
    eligible: true,
    voter: members <= ALL_VOTE || index < CHOSEN,
    configured: true,
    rate: 1 + random.between(-1, 1) * DRIFT / 2,
    wallRate: 1,
    skew: random.between(-SKEW, SKEW),
    origin: random.between(0, 1e8),
  };
}
