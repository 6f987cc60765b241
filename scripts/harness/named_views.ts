/**
 * Which named elections a member leads by its own view: what the application's thread would see.
 *
 * @module
 */

import type { Effect } from "../../src/core/effect.ts";

interface NamedLead {
  readonly term: number;
  readonly slot: number;
  readonly generation: number;
}

interface NamedLease {
  readonly generation: number;
  readonly deadline: number;
  readonly wallDeadline: number;
}

/** The view of one member. */
export class NamedViews {
  readonly #leads = new Map<string, NamedLead>();
  readonly #leases: NamedLease[] = [];

  /** Takes what a step wants done. */
  take(effect: Effect): void {
    if (effect.kind === "lead") {
      const { election, leading, term, slot, generation } = effect;
      if (leading) this.#leads.set(election, { term, slot, generation });
      else this.#leads.delete(election);
    }
    if (effect.kind !== "lease") return;
    const { slot, generation, deadline, wallDeadline } = effect;
    this.#leases[slot] = { generation, deadline, wallDeadline };
  }

  /** The term in which it leads at these times on its own clocks, in ms; undefined where it does not. */
  termAt(election: string, now: number, wall: number): number | undefined {
    const lead = this.#leads.get(election);
    const lease = lead && this.#leases[lead.slot];
    const holds = lease?.generation === lead?.generation && now < (lease?.deadline ?? 0) &&
      wall < (lease?.wallDeadline ?? 0);
    return holds ? lead?.term : undefined;
  }

  /** What it leads at these times, with the terms. */
  ledAt(now: number, wall: number): [election: string, term: number][] {
    return [...this.#leads.keys()].flatMap((election): [string, number][] => {
      const term = this.termAt(election, now, wall);
      return term === undefined ? [] : [[election, term]];
    });
  }
}
