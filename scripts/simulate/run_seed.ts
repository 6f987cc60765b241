/**
 * One seed, from the first start to the last check.
 *
 * @module
 */

import { adversaryOf } from "./adversary.ts";
import { canElect, makePeace, unleash } from "./chaos.ts";
import type { Core } from "./core.ts";
import { type Check, Failure } from "./failure.ts";
import type { Agreement } from "./judge.ts";
import { Liveness } from "./liveness.ts";
import type { MachinePlan } from "./machine.ts";
import { Random } from "./random.ts";
import { planOf, type SeedPlan } from "./seed_plan.ts";
import type { Carry, Spectator } from "./spectator.ts";
import { World } from "./world.ts";

/** What came of a seed. */
export interface Outcome {
  readonly seed: number;
  readonly failure: { readonly check: Check; readonly text: string } | undefined;
  /** Simulated ms. */
  readonly simulated: number;
  readonly steps: number;
  readonly elections: number;
  readonly handovers: number;
  readonly forgotten: number;
  /** The longest time, in timeouts, that nobody led though somebody could be elected. */
  readonly worst: number;
  readonly faults: Readonly<Record<string, number>>;
}

/** How many times the cluster is looked at while it has to be stable. */
const LOOKS = 20;
/** Timeouts after the faults within which members that were apart find each other, and those until all follow one leader. */
const REUNION = 1;
const AGREEMENT = 5;

/** Runs a seed; a broken promise is an outcome, not an exception. */
export function runSeed<MemberState>(
  core: Core<MemberState>,
  seed: number,
  carry: Carry,
  spectator?: Spectator,
): Outcome {
  const plan = planOf(seed);
  const world = new World(plan, core, carry, spectator);
  const liveness = new Liveness(world);
  let failure: Outcome["failure"];
  try {
    if (plan.treatment === "chaos") runChaos(world, plan, liveness);
    else runCalm(world, plan);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    failure = { check: error.check, text: error.message };
    spectator?.line?.(world.now, "JUDGE", error.message);
  }
  const { sent, lost, duplicated, blocked } = world.network.counts;
  const { elections, handovers, forgotten } = world.judge;
  const faults = { ...Object.fromEntries(world.faults), datagrams: sent, lost, duplicated, blocked };
  const { worst } = liveness;
  return { seed, failure, simulated: world.now, steps: world.steps, elections, handovers, forgotten, worst, faults };
}

/** Every fault at once, then none: the cluster must come to one leader and keep it. */
function runChaos<MemberState>(world: World<MemberState>, plan: SeedPlan, liveness: Liveness<MemberState>): void {
  const random = new Random(plan.seed ^ 0xc4a05);
  liveness.watch(plan.end);
  world.adversary = adversaryOf({ world, plan, random });
  unleash(world, plan, random);
  world.timeline.runUntil(plan.faultsEnd);
  makePeace(world, plan, random);
  world.timeline.runUntil(plan.faultsEnd + REUNION * plan.timeout);
  world.judge.settled = true;
  world.timeline.runUntil(plan.faultsEnd + AGREEMENT * plan.timeout);
  if (canElect(world)) stays(world, plan.end);
  else remainsLeaderless(world, plan.end);
  world.judge.complete(world.now);
  if (canElect(world)) agreesOnAll(world);
}

/** Each named election has one leader on whom all agree; leads may be moving to where they belong, and are looked at again. */
function agreesOnAll<MemberState>(world: World<MemberState>): void {
  for (let look = 1; look <= LOOKS; look++) {
    const reason = world.judge.named.disagreement(world.now);
    if (reason === undefined) return;
    if (look === LOOKS) throw new Failure(world.now, "convergence", reason);
    world.timeline.runUntil(world.now + world.plan.interval);
  }
}

/** No faults, or lost datagrams only: nobody is removed, and the first leader stays. */
function runCalm<MemberState>(world: World<MemberState>, plan: SeedPlan): void {
  const random = new Random(plan.seed ^ 0xca1);
  for (const machine of world.machines) {
    world.timeline.after(random.between(0, plan.interval), () => world.start(machine));
  }
  // With preempt the lead passes on to the heaviest member once that has been there for a while.
  world.timeline.runUntil((plan.preemptAfter === undefined ? 3 : 8) * plan.timeout);
  world.judge.calm = true;
  if (plan.treatment === "calm") stays(world, plan.end);
  else world.timeline.runUntil(plan.end);
  world.judge.complete(world.now);
  agreesOnAll(world);
  const { elections } = world.judge;
  // Plain democracy may start with two leaders that have not heard of each other yet.
  if (elections > 1 && plan.preemptAfter === undefined && plan.quorum !== "none") {
    throw new Failure(world.now, "stability", `${elections} elections, though the first leader was healthy`);
  }
}

function stays<MemberState>(world: World<MemberState>, end: number): void {
  const { now: begin } = world;
  let leader = lookForLeader(world);
  for (let look = 1; look <= LOOKS; look++) {
    world.timeline.runUntil(begin + (end - begin) * look / LOOKS);
    const next = lookForLeader(world);
    const passedOn = world.plan.preemptAfter !== undefined && outranks(next.machine.plan, leader.machine.plan);
    if (next.name !== leader.name && !passedOn) {
      throw new Failure(world.now, "convergence", `${next.name} leads instead of ${leader.name}`);
    }
    leader = next;
  }
}

/** The leader on whom all agree; with preempt, the look may fall into a hand-over, and is repeated a little later. */
function lookForLeader<MemberState>(world: World<MemberState>): Agreement<MemberState> {
  try {
    return world.judge.agreed(world.now);
  } catch (error) {
    if (world.plan.preemptAfter === undefined || !(error instanceof Failure)) throw error;
    world.timeline.runUntil(world.now + 2 * world.plan.interval);
    return world.judge.agreed(world.now);
  }
}

function outranks(a: MachinePlan, b: MachinePlan): boolean {
  return a.weight > b.weight || (a.weight === b.weight && a.name > b.name);
}

function remainsLeaderless<MemberState>(world: World<MemberState>, end: number): void {
  const begin = world.now;
  for (let look = 0; look <= LOOKS; look++) {
    world.timeline.runUntil(begin + (end - begin) * look / LOOKS);
    const [leader] = world.judge.believers(world.now);
    if (leader !== undefined) {
      throw new Failure(world.now, "minority", `${leader.plan.name} leads without a quorum`);
    }
  }
}
