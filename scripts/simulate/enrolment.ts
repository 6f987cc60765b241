/**
 * What each member of a simulated cluster is told when it starts: who it is, and who belongs to the cluster.
 *
 * @module
 */

import type { InputEvent, MemberConfig } from "../../src/core/input.ts";
import type { MachinePlan } from "./machine.ts";
import type { Random } from "./random.ts";
import type { WorldPlan } from "./world_plan.ts";

type Peers = Extract<InputEvent, { kind: "peers" }>;

/** The configuration that all members share. */
export class Enrolment {
  readonly #plan: WorldPlan;
  readonly #addresses: readonly string[];
  /** Undefined where all vote, as the options say it then. */
  readonly #voters: readonly string[] | undefined;

  constructor(plan: WorldPlan) {
    this.#plan = plan;
    const configured = plan.machines.filter(({ configured }) => configured);
    this.#addresses = configured.map(({ address }) => address);
    const voters = plan.machines.filter(({ voter }) => voter).map(({ address }) => address);
    this.#voters = configured.every(({ voter }) => voter) ? undefined : voters;
  }

  /** What a member is made of: everything random about it is drawn here. */
  configOf({ name, address, weight, eligible }: MachinePlan, random: Random): MemberConfig {
    const { interval, timeout, drift, quorum, lifeguard = true, rumorBytes = RUMOR_BYTES } = this.#plan;
    const { preemptAfter, quarantine = timeout } = this.#plan;
    return {
      ...{ id: name, boot: random.boot(), address, weight, eligible },
      ...{ preemptAfter, quarantine, interval, timeout, drift, quorum, lifeguard, rumorBytes },
      sealed: true,
      seed: random.bits(),
      nonceSeed: Array.from({ length: 12 }, () => random.bits()),
    };
  }

  /** Whom a member is told of. */
  peersOf({ address, configured }: MachinePlan): Peers {
    // Somebody who is not in the others' configuration counts himself a voter all the same.
    const addresses = configured ? this.#addresses : [...this.#addresses, address];
    const voters = configured || this.#voters === undefined ? this.#voters : [...this.#voters, address];
    return { kind: "peers", addresses, voters, clusterSize: (voters ?? addresses).length };
  }
}

/** What a datagram of the usual size leaves for gossip. */
const RUMOR_BYTES = 900;
