/**
 * A simulation as changes for the page: who believed what, when, in true time.
 *
 * @module
 */

import type { Change, Phase } from "../../src/ui/page/change.ts";
import type { Phase as MachinePhase } from "./machine.ts";
import type { SeedPlan } from "./seed_plan.ts";
import type { Spectator, Watched } from "./spectator.ts";

const PHASES: Readonly<Record<MachinePhase, Phase>> = {
  down: "down",
  running: "up",
  paused: "paused",
  suspended: "suspended",
};

/** ms between two ends of one lease that are told apart. */
const RENEWED = 0.01;

interface Belief {
  readonly token: number;
  readonly from: number;
  until: number;
}

interface Told {
  phase: Phase | undefined;
  follows: string | null;
  belief: Belief | undefined;
}

/** Writes down what it sees of one seed. */
export class PageRecorder implements Spectator {
  readonly changes: Change[] = [];
  readonly #told = new Map<string, Told>();
  readonly #cuts = new Set<string>();

  constructor({ machines }: SeedPlan) {
    for (const { name: id, weight, address: source, eligible } of machines) {
      this.changes.push({ kind: "member", at: 0, id, weight, source, eligible });
      this.changes.push({ kind: "phase", at: 0, id, phase: "down" }, { kind: "follow", at: 0, id, leader: null });
      this.#told.set(id, { phase: "down", follows: null, belief: undefined });
    }
  }

  /** A line of the readable trace becomes a note. */
  line(at: number, id: string, text: string): void {
    // Each member tells of each; what comes of it is in the picture.
    if (/^(view|leader|added|removed)\b/.test(text)) return;
    const tone = text.startsWith("ELECTED") ? "good" : /^(\* (?!all links)|RESIGNED)/.test(text) ? "bad" : "plain";
    this.changes.push({ kind: "note", at, id, text: text.replace(/^\* /, ""), tone });
  }

  /** Something may have changed in a machine, or around it. */
  noticed(machine: Watched, time: number): void {
    const { name: id } = machine.plan;
    const told = this.#told.get(id);
    if (told === undefined) return;
    const phase = PHASES[machine.phase];
    // What it believed ends before it does.
    this.#believe(id, told, machine, time);
    if (phase !== told.phase) this.changes.push({ kind: "phase", at: time, id, phase });
    told.phase = phase;
    const leader = machine.alive ? machine.leader()?.id ?? null : null;
    if (leader !== told.follows) this.changes.push({ kind: "follow", at: time, id, leader });
    told.follows = leader;
  }

  /** A direction between two machines was cut, or mended. */
  linked(from: string, to: string, cut: boolean, time: number): void {
    const key = `${from} ${to}`;
    if (this.#cuts.has(key) === cut) return;
    if (cut) this.#cuts.add(key);
    else this.#cuts.delete(key);
    this.changes.push({ kind: "link", at: time, id: from, to, cut });
  }

  /** The beliefs that were still held when it ended. */
  end(time: number): void {
    for (const [id, told] of this.#told) {
      if (told.belief !== undefined && told.belief.until < time) this.#yield(id, told, told.belief.until);
    }
    this.changes.sort((one, other) => one.at - other.at);
  }

  #believe(id: string, told: Told, machine: Watched, time: number): void {
    const { view, clock } = machine;
    const { belief } = told;
    const token = machine.believes(time) ? view.term : undefined;
    if (belief !== undefined && (token !== belief.token || belief.until < time)) {
      this.#yield(id, told, Math.min(time, belief.until));
    }
    if (token === undefined) return;
    const until = Math.min(clock.whenMonotonic(view.deadline), clock.whenWall(view.wallDeadline));
    const held = told.belief;
    if (held !== undefined && (held.until === until || Math.abs(held.until - until) < RENEWED)) return;
    told.belief = { token, from: held?.from ?? time, until };
    this.changes.push({ kind: "lead", at: time, id, token, from: told.belief.from, until });
  }

  #yield(id: string, told: Told, at: number): void {
    told.belief = undefined;
    this.changes.push({ kind: "yield", at, id });
  }
}
