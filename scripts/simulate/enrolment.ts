/**
 * What each member of a simulated cluster is told when it starts: who it is, and who belongs to the cluster. That changes when a new
 * configuration is rolled out, and members get it one by one.
 *
 * @module
 */

import type { InputEvent, MemberConfig } from "../../src/core/input.ts";
import type { MachinePlan } from "./machine.ts";
import type { Random } from "./random.ts";
import type { Roll } from "./roll.ts";
import type { WorldPlan } from "./world_plan.ts";

type Peers = Extract<InputEvent, { kind: "peers" }>;

/** The configuration that members share. */
export class Enrolment {
  /** Until then members may have different configurations; Infinity while one is rolled out. */
  settlesAt = 0;
  readonly #plan: WorldPlan;
  /** Whether all that are named vote: then the options name no voters. */
  readonly isAll: boolean;
  #roll: Roll;
  /** The longest timeout that any member may have had. */
  #longest: number;

  constructor(plan: WorldPlan) {
    this.#plan = plan;
    const named = plan.machines.filter(({ configured }) => configured);
    this.isAll = named.every(({ voter }) => voter);
    this.#roll = {
      named: named.map(({ address }) => address),
      voters: plan.machines.filter(({ voter }) => voter).map(({ address }) => address),
      timeout: plan.timeout,
    };
    this.#longest = plan.timeout;
  }

  /** The latest configuration. */
  get roll(): Roll {
    return this.#roll;
  }

  /** Whoever starts from now on gets another configuration. */
  change(next: Partial<Roll>): void {
    this.#roll = { ...this.#roll, ...next };
    this.#longest = Math.max(this.#longest, this.#roll.timeout);
  }

  /** Whether a machine is no longer named, and is not to be started. */
  isRemoved({ address, configured }: MachinePlan): boolean {
    return configured && !this.#roll.named.includes(address);
  }

  /** What a member is made of: everything random about it is drawn here. */
  configOf({ name, address, weight, eligible }: MachinePlan, random: Random): MemberConfig {
    const { interval, drift, quorum, lifeguard = true, rumorBytes = RUMOR_BYTES } = this.#plan;
    const { preemptAfter, quarantine = this.#longest } = this.#plan;
    return {
      ...{ id: name, boot: random.boot(), address, weight, eligible },
      ...{ preemptAfter, interval, timeout: this.#roll.timeout, drift, quorum, lifeguard, rumorBytes },
      quarantine: quarantine === "until-idle" ? quarantine : Math.max(quarantine, this.#longest),
      sealed: true,
      seed: random.bits(),
      nonceSeed: Array.from({ length: 12 }, () => random.bits()),
    };
  }

  /** Whom a member is told of. */
  peersOf({ address, configured }: MachinePlan): Peers {
    // Somebody who is not in the others' configuration counts himself a voter all the same.
    const own = configured ? [] : [address];
    const addresses = [...this.#roll.named, ...own];
    const voters = [...this.#roll.voters, ...own];
    return { kind: "peers", addresses, voters: this.isAll ? undefined : voters, clusterSize: voters.length };
  }
}

/** What a datagram of the usual size leaves for gossip. */
const RUMOR_BYTES = 900;
