/**
 * What must hold of each named election at every instant, as the {@linkcode Judge} has it of the default one.
 *
 * @module
 */

import type { Effect } from "../../src/core/effect.ts";
import { Failure } from "./failure.ts";
import type { Leadership, Ledger } from "./ledger.ts";
import type { Machine } from "./machine.ts";
import type { WorldPlan } from "./world_plan.ts";

/** What one member has told its application of one election. */
interface ToldOfElection {
  token: number | undefined;
  lastToken: number;
  leader: string;
}

/** Watches the named elections of a world. */
export class NamedJudge<MemberState> {
  elections = 0;
  handovers = 0;
  readonly #plan: WorldPlan;
  readonly #machines: readonly Machine<MemberState>[];
  readonly #ledger: Ledger<MemberState>;
  /** By the machine's place, and the election. */
  readonly #told: Map<string, ToldOfElection>[];
  readonly #leaderships = new Map<string, Leadership[]>();

  constructor(plan: WorldPlan, machines: readonly Machine<MemberState>[], ledger: Ledger<MemberState>) {
    this.#plan = plan;
    this.#machines = machines;
    this.#ledger = ledger;
    this.#told = machines.map(() => new Map());
  }

  /** A member begins with nothing. */
  started(machine: Machine<MemberState>): void {
    this.#told[machine.index]!.clear();
  }

  /** A machine goes on, or its clocks were changed: what it believes may have come back. */
  changed(machine: Machine<MemberState>, time: number): void {
    for (const [election] of machine.ledAt(time)) this.#atMostOne(machine, election, time);
  }

  /** A member does something in a named election. */
  effect(machine: Machine<MemberState>, effect: Effect, time: number): void {
    if (effect.kind === "lease") return;
    if (!("election" in effect) || effect.election === undefined) return;
    const { election } = effect;
    const told = this.#toldBy(machine, election);
    switch (effect.kind) {
      case "lead":
        if (effect.leading) this.#continued(machine, told, election, effect.term, time);
        return this.#atMostOne(machine, election, time);
      case "elected":
        return this.#elected(machine, told, election, effect.token, time);
      case "resigned":
        if (told.token !== effect.token) {
          throw new Failure(
            time,
            "events",
            `${machine.plan.name} resigned ${effect.token} in "${election}", elected ${told.token}`,
          );
        }
        if (machine.termIn(election, time) !== undefined) {
          throw new Failure(time, "events", `${machine.plan.name} resigned in "${election}" before its view says so`);
        }
        told.token = undefined;
        return;
      case "leader": {
        const leader = effect.leader === undefined ? "" : `${effect.leader.id} ${effect.leader.token}`;
        if (leader === told.leader) {
          throw new Failure(
            time,
            "events",
            `${machine.plan.name}: leader event without change in "${election}": "${leader}"`,
          );
        }
        told.leader = leader;
      }
    }
  }

  /** In each election that somebody stands in there is one leader, on whom all that run agree; else the reason why not. */
  disagreement(time: number): string | undefined {
    for (const election of this.#plan.elections ?? []) {
      const running = this.#machines.filter(({ alive, plan }) =>
        alive && (plan.configured || this.#plan.quorum === "none")
      );
      const candidates = running.filter((machine) => machine.plan.eligible && machine.standsIn(election));
      if (candidates.length === 0) continue;
      const leaders = running.filter((machine) => machine.termIn(election, time) !== undefined);
      const [leader] = leaders;
      if (leader === undefined || leaders.length > 1) {
        return `${leaders.length} leaders of "${election}" instead of one: ${
          leaders.map(({ plan }) => plan.name).join(", ")
        }`;
      }
      const name = `${leader.plan.name} ${leader.termIn(election, time)}`;
      for (const machine of running) {
        const known = machine.leaderIn(election);
        const text = known === undefined ? "nobody" : `${known.id} ${known.token}`;
        if (text !== name) return `${machine.plan.name} follows ${text} in "${election}" instead of ${name}`;
      }
    }
    return undefined;
  }

  #toldBy(machine: Machine<MemberState>, election: string): ToldOfElection {
    const all = this.#told[machine.index]!;
    let told = all.get(election);
    if (told === undefined) all.set(election, told = { token: undefined, lastToken: 0, leader: "" });
    return told;
  }

  #atMostOne(machine: Machine<MemberState>, election: string, time: number): void {
    const term = machine.termIn(election, time);
    if (this.#plan.quorum === "none" || term === undefined) return;
    for (const other of this.#machines) {
      const held = other === machine ? undefined : other.termIn(election, time);
      if (held === undefined) continue;
      const names = `${machine.plan.name} (${term}) and ${other.plan.name} (${held})`;
      throw new Failure(time, "two-leaders", `${names} in "${election}"`);
    }
  }

  /** Only a leader of plain democracy goes on under another term. */
  #continued(machine: Machine<MemberState>, told: ToldOfElection, election: string, term: number, time: number): void {
    if (told.token === undefined || told.token === term) return;
    if (this.#plan.quorum !== "none" || term < told.token) {
      throw new Failure(time, "token", `${machine.plan.name} goes from ${told.token} to ${term} in "${election}"`);
    }
    told.token = told.lastToken = term;
  }

  #elected(machine: Machine<MemberState>, told: ToldOfElection, election: string, token: number, time: number): void {
    const { plan: { name, eligible }, boot } = machine;
    if (told.token !== undefined) throw new Failure(time, "events", `${name} elected twice in "${election}"`);
    if (machine.termIn(election, time) !== token) {
      throw new Failure(time, "events", `${name} elected in "${election}" before its view says so`);
    }
    if (!eligible) throw new Failure(time, "events", `${name} elected in "${election}", though it is not eligible`);
    if (token <= told.lastToken) {
      throw new Failure(time, "token", `${name} has token ${token} in "${election}" after its own ${told.lastToken}`);
    }
    told.token = told.lastToken = token;
    this.elections++;
    if (this.#ledger.succeeds(election, token, boot)) this.handovers++;
    const mintedAt = this.#ledger.mintedAt(election, token, boot) ?? time;
    const leadership: Leadership = { member: name, boot, term: token, mintedAt, at: time };
    const earlier = this.#leaderships.get(election) ?? [];
    if (this.#plan.quorum !== "none") this.#ledger.expectGrowth(election, earlier, leadership);
    this.#leaderships.set(election, [...earlier, leadership]);
  }
}
