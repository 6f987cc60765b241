/**
 * The checkers: what must hold at every instant of a simulation, whatever was done to the cluster.
 *
 * @module
 */

import type { Effect } from "../../src/core/effect.ts";
import { DEFAULT_ELECTION, type Message } from "../../src/core/message/message.ts";
import { Failure } from "./failure.ts";
import { type Leadership, Ledger } from "./ledger.ts";
import type { Machine } from "./machine.ts";
import { NamedJudge } from "./named_judge.ts";
import type { WorldPlan } from "./world_plan.ts";

/** A leader on whom all agree: `name` is that of its machine, and its token. */
export interface Agreement<MemberState> {
  readonly machine: Machine<MemberState>;
  readonly name: string;
}

/** What one boot of a member has told its application. */
interface Told {
  /** Peers that are there, by boot and by address. */
  readonly present: Map<string, string>;
  readonly sources: Map<string, string>;
  /** Boots that were there, and were removed. */
  readonly removed: Set<string>;
  token: number | undefined;
  lastToken: number;
  leader: string;
  second: number;
  ticks: number;
}

/** Watches all members of a world, and throws a {@linkcode Failure} when a promise is broken. */
export class Judge<MemberState> {
  elections = 0;
  handovers = 0;
  removals = 0;
  /** While set, any removal and any change of leader is a failure. */
  calm = false;
  /** While set, it is a failure to remove somebody who runs, and to bring back somebody who does not. */
  settled = false;
  readonly leaderships: Leadership[] = [];
  /** By the machine's place; undefined for one that is down. */
  readonly #told: (Told | undefined)[];
  /** Those whose last view says that they lead: all others cannot believe it. */
  readonly #claimants = new Set<Machine<MemberState>>();
  readonly named: NamedJudge<MemberState>;
  readonly #ledger: Ledger<MemberState>;

  constructor(readonly plan: WorldPlan, readonly machines: readonly Machine<MemberState>[]) {
    this.#told = machines.map(() => undefined);
    this.#ledger = new Ledger(plan.drift);
    this.named = new NamedJudge(plan, machines, this.#ledger);
    if (plan.base !== undefined) this.raised(plan.base, 0);
  }

  started(machine: Machine<MemberState>, time: number): void {
    this.#told[machine.index] = {
      present: new Map(),
      sources: new Map(),
      removed: new Set(),
      token: undefined,
      lastToken: 0,
      leader: "",
      second: 0,
      ticks: 0,
    };
    this.named.started(machine);
    this.#ledger.noteWall(machine, time);
  }

  stopped(machine: Machine<MemberState>): void {
    this.#told[machine.index] = undefined;
    this.#claimants.delete(machine);
  }

  /** A machine goes on, or its clocks were changed: what it believes may have come back. */
  changed(machine: Machine<MemberState>, time: number): void {
    this.#ledger.noteWall(machine, time);
    this.#atMostOne(machine, time);
    this.named.changed(machine, time);
  }

  /** A member is told of a term from outside, which may be ahead of all clocks. */
  raised(term: number, time: number): void {
    this.#ledger.raised(term, time);
  }

  /** A message leaves a member. */
  sent(machine: Machine<MemberState>, address: string, message: Message, time: number): void {
    this.#ledger.sent(machine, address, message, time);
  }

  /** A member does something other than send. */
  effect(machine: Machine<MemberState>, effect: Effect, time: number): void {
    const told = this.#told[machine.index];
    if (told === undefined) throw new Failure(time, "events", `${machine.plan.name} speaks after "closed"`);
    if ("election" in effect && effect.election !== undefined) return this.named.effect(machine, effect, time);
    switch (effect.kind) {
      case "view":
        if (machine.view.leading) this.#claimants.add(machine);
        else this.#claimants.delete(machine);
        this.#continued(machine, told, time);
        return this.#atMostOne(machine, time);
      case "added":
        return this.#added(machine, told, effect.member, time);
      case "removed":
        return this.#removed(machine, told, effect.member.boot, effect.member.id, time);
      case "elected":
        return this.#elected(machine, told, effect.id, effect.token, time);
      case "resigned":
        return this.#resigned(machine, told, effect.token, effect.reason, time);
      case "leader": {
        const leader = effect.leader === undefined ? "" : `${effect.leader.id} ${effect.leader.token}`;
        if (leader === told.leader) {
          throw new Failure(time, "events", `${machine.plan.name}: leader event without change: "${leader}"`);
        }
        told.leader = leader;
      }
    }
  }

  /** A tick is due: there must not be too many of them. */
  ticks(machine: Machine<MemberState>, time: number): void {
    const told = this.#told[machine.index];
    if (told === undefined) return;
    const second = Math.floor(time / 1000);
    if (second !== told.second) {
      told.second = second;
      told.ticks = 0;
    }
    const bound = 50 + (10_000 / this.plan.interval) * this.machines.length;
    if (++told.ticks > bound) {
      throw new Failure(time, "busy", `${machine.plan.name}: more than ${bound.toFixed(0)} ticks in a second`);
    }
  }

  /** A lease had lapsed before a step: the member demotes first and asks later. */
  demotes(machine: Machine<MemberState>, effects: readonly Effect[], time: number): void {
    const [first] = effects;
    if (first?.kind !== "view" || first.leading) {
      throw new Failure(time, "stale", `${machine.plan.name} does something else before it gives up a lapsed lease`);
    }
  }

  /** A machine was suspended: `isLeader()` must know. */
  woke(machine: Machine<MemberState>, time: number, slept: number): void {
    if (this.plan.quorum !== "none" && slept >= this.plan.timeout && machine.believes(time)) {
      throw new Failure(
        time,
        "stale",
        `${machine.plan.name} believes that it leads after sleeping ${slept.toFixed(0)} ms`,
      );
    }
  }

  /** Terms that did not grow because restarts made a majority forget: the documented limit. */
  get forgotten(): number {
    return this.#ledger.forgotten;
  }

  /** Those who believe that they lead. */
  believers(time: number): Machine<MemberState>[] {
    return [...this.#claimants].filter((machine) => machine.believes(time)).sort((a, b) => a.index - b.index);
  }

  /** The one leader on whom everybody who runs agrees; anything else is a failure. */
  agreed(time: number): Agreement<MemberState> {
    const believers = this.believers(time);
    const [leader] = believers;
    if (leader === undefined || believers.length > 1) {
      const names = believers.map(({ plan }) => plan.name).join(", ");
      throw new Failure(time, "convergence", `${believers.length} leaders instead of one: ${names}`);
    }
    const name = `${leader.plan.name} ${leader.view.term}`;
    for (const machine of this.machines) {
      if (!machine.alive) continue;
      if (machine.closing) throw new Failure(time, "convergence", `${machine.plan.name} does not come to close`);
      const known = machine.leader();
      const text = known === undefined ? "nobody" : `${known.id} ${known.token}`;
      if (text !== name) {
        throw new Failure(time, "convergence", `${machine.plan.name} follows ${text} instead of ${name}`);
      }
    }
    return { machine: leader, name };
  }

  /** Everybody who runs has told its application of all others that run, and of nobody else. */
  complete(time: number): void {
    const running = this.machines.filter(({ alive }) => alive);
    for (const machine of running) {
      const present = new Map(this.#told[machine.index]?.present);
      for (const other of running) {
        if (other !== machine && !present.delete(other.boot)) {
          throw new Failure(time, "membership", `${machine.plan.name} misses ${other.plan.name}, which runs`);
        }
      }
      for (const source of present.values()) {
        throw new Failure(time, "membership", `${machine.plan.name} still has who ran at ${source}`);
      }
    }
  }

  #atMostOne(machine: Machine<MemberState>, time: number): void {
    if (this.plan.quorum === "none" || !machine.believes(time)) return;
    for (const other of this.#claimants) {
      if (other === machine || !other.believes(time)) continue;
      const left = other.clock.whenMonotonic(other.view.deadline) - time;
      const names = `${machine.plan.name} (${machine.view.term}) and ${other.plan.name} (${other.view.term})`;
      throw new Failure(time, "two-leaders", `${names}; the latter for ${left.toFixed(3)} ms more`);
    }
  }

  /** Only a leader of plain democracy goes on under another term: above that of the leader that gave way. */
  #continued(machine: Machine<MemberState>, told: Told, time: number): void {
    const { leading, term } = machine.view;
    if (!leading || told.token === undefined || told.token === term) return;
    if (this.plan.quorum !== "none" || term < told.token) {
      throw new Failure(time, "token", `${machine.plan.name} goes from ${told.token} to ${term} in office`);
    }
    told.token = told.lastToken = term;
  }

  #added(
    machine: Machine<MemberState>,
    told: Told,
    member: { id: string; boot: string; source: string },
    time: number,
  ): void {
    const { name, address } = machine.plan;
    if (member.source === address) throw new Failure(time, "events", `${name} added itself`);
    if (told.present.has(member.boot)) throw new Failure(time, "events", `${name} added ${member.id} twice`);
    if (told.sources.has(member.source)) {
      throw new Failure(time, "events", `${name} added a new ${member.id} before it removed the old`);
    }
    if (this.settled && told.removed.has(member.boot) && !this.#runs(member.boot)) {
      throw new Failure(time, "membership", `${name} brings back ${member.id}, which is gone`);
    }
    told.present.set(member.boot, member.source);
    told.sources.set(member.source, member.boot);
  }

  #removed(machine: Machine<MemberState>, told: Told, boot: string, id: string, time: number): void {
    this.removals++;
    const source = told.present.get(boot);
    if (source === undefined) {
      throw new Failure(time, "events", `${machine.plan.name} removed ${id}, which was not there`);
    }
    told.present.delete(boot);
    told.removed.add(boot);
    told.sources.delete(source);
    if (this.calm || (this.settled && this.#runs(boot))) {
      throw new Failure(time, "stability", `${machine.plan.name} removed ${id}, which is healthy`);
    }
  }

  #runs(boot: string): boolean {
    return this.machines.some((machine) => machine.alive && machine.boot === boot);
  }

  #elected(machine: Machine<MemberState>, told: Told, id: string, token: number, time: number): void {
    const { name } = machine.plan;
    const { view } = machine;
    if (told.token !== undefined) throw new Failure(time, "events", `${name} elected twice`);
    if (id !== name) throw new Failure(time, "events", `${name} elected as ${id}`);
    if (!view.leading || view.term !== token) {
      throw new Failure(time, "events", `${name} elected before its view says so`);
    }
    if (!machine.plan.eligible) throw new Failure(time, "events", `${name} elected, though it is not eligible`);
    if (this.calm) throw new Failure(time, "stability", `${name} elected, though there was a leader`);
    if (token <= told.lastToken) {
      throw new Failure(time, "token", `${name} has token ${token} after its own ${told.lastToken}`);
    }
    told.token = told.lastToken = token;
    this.elections++;
    const { boot } = machine;
    if (this.#ledger.succeeds(DEFAULT_ELECTION, token, boot)) this.handovers++;
    const leadership: Leadership = {
      member: name,
      boot,
      term: token,
      mintedAt: this.#ledger.mintedAt(DEFAULT_ELECTION, token, boot) ?? time,
      at: time,
    };
    if (this.plan.quorum !== "none") this.#ledger.expectGrowth(DEFAULT_ELECTION, this.leaderships, leadership);
    this.leaderships.push(leadership);
  }

  #resigned(machine: Machine<MemberState>, told: Told, token: number, reason: string, time: number): void {
    const { name } = machine.plan;
    if (machine.view.leading) throw new Failure(time, "events", `${name} resigned before its view says so`);
    if (told.token !== token) throw new Failure(time, "events", `${name} resigned ${token}, elected ${told.token}`);
    if (this.calm) throw new Failure(time, "stability", `${name} resigned: ${reason}`);
    told.token = undefined;
  }
}
