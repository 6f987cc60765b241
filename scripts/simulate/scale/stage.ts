/**
 * A large cluster that has formed, and what experiments do with it.
 *
 * @module
 */

import type { Core } from "../core.ts";
import { Failure } from "../failure.ts";
import type { Machine } from "../machine.ts";
import { Random } from "../random.ts";
import { World } from "../world.ts";
import { clusterPlan, INTERVAL, TIMEOUT, weatherOf } from "./cluster_plan.ts";
import type { Setting } from "./experiment.ts";
import { Watch } from "./watch.ts";

/** Within this many timeouts of its start a cluster has to be complete. */
const FORMATION_LIMIT = 120;
/**
 * A cluster is left alone until the news of its start have been told: until it sends no less in one such time, in timeouts,
 * than in the one before, up to this share. A thousand members take forty seconds for that.
 */
const REST = { timeouts: 4, share: 0.015, most: 40 };

/** A cluster in which all see all, and the chance that the experiment itself needs. */
export class Stage<MemberState> {
  readonly world: World<MemberState>;
  readonly watch: Watch;
  readonly random: Random;
  /** ms from the first start until all saw all. */
  readonly formation: number;

  constructor(core: Core<MemberState>, { members, seed, lifeguard, loss }: Setting) {
    this.random = new Random(seed ^ 0x57a6e);
    this.watch = new Watch(members);
    this.world = new World(clusterPlan(members, seed, lifeguard), core, (packet) => packet, this.watch);
    this.watch.attach(this.world.machines);
    const { timeline } = this.world;
    for (const machine of this.machines) {
      timeline.after(this.random.between(0, INTERVAL), () => this.revive(machine));
    }
    this.runFor(INTERVAL);
    if (!this.runUntil(() => this.watch.isComplete(), FORMATION_LIMIT * TIMEOUT)) {
      throw new Failure(this.now, "convergence", `${members} members do not all see each other`);
    }
    this.formation = this.watch.lastAdded;
    this.#rest();
    this.world.network.setWeather(weatherOf(loss));
    this.runFor(TIMEOUT);
  }

  get now(): number {
    return this.world.now;
  }

  get machines(): readonly Machine<MemberState>[] {
    return this.world.machines;
  }

  /** Those whose processes run. */
  get running(): Machine<MemberState>[] {
    return this.machines.filter(({ alive }) => alive);
  }

  runFor(ms: number): void {
    this.world.timeline.runUntil(this.now + ms);
  }

  /** Runs until a condition holds, looking four times an interval; false when it does not within `limit` ms. */
  runUntil(condition: () => boolean, limit: number): boolean {
    const end = this.now + limit;
    while (!condition()) {
      if (this.now >= end) return false;
      this.runFor(INTERVAL / 4);
    }
    return true;
  }

  /** Moves on to a moment that has nothing to do with anybody's heartbeat. */
  runToAnyMoment(): void {
    this.runFor(this.random.between(0, INTERVAL));
  }

  crash(machine: Machine<MemberState>): void {
    this.world.crash(machine);
  }

  /** Starts a new process on a machine that is down. */
  revive(machine: Machine<MemberState>): void {
    this.watch.renew(machine.index);
    this.world.start(machine);
  }

  /** The one leader whom all who run follow, and since when; undefined when there is none. */
  agreement(): { readonly leader: Machine<MemberState>; readonly since: number } | undefined {
    const [leader] = this.world.judge.believers(this.now);
    const since = leader && this.watch.followedSince(leader);
    return leader === undefined || since === undefined ? undefined : { leader, since };
  }

  #rest(): void {
    const { counts } = this.world.network;
    let before = Infinity;
    for (let time = 0; time < REST.most; time++) {
      const begun = counts.sent;
      this.runFor(REST.timeouts * TIMEOUT);
      const sent = counts.sent - begun;
      if (sent >= before * (1 - REST.share)) return;
      before = sent;
    }
  }

  /** Starts all that are down, and waits until all see all, for a bounded time: heavy loss may never let it come to that. */
  mend(limit: number): boolean {
    for (const machine of this.machines) if (!machine.alive) this.revive(machine);
    const complete = this.runUntil(() => this.watch.isComplete(), limit);
    this.runFor(2 * TIMEOUT);
    return complete;
  }
}
